"""JSON of any origin is read within limits, refused with a sentence, and comes back as it was written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.errors import PatchError, SessionError
from app.json_file import json_bytes, read_json


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "expecting value in line 1"),
        (b'{"a": 1,\n "b": }', "expecting value in line 2"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"9" * 10_000, "a number that is too long"),
        (b'"\xff\xfe"', "not UTF-8 text"),
        (b" " * 2049, "holds more than 2 KB"),
    ],
)
def test_what_is_not_json_is_refused_with_one_sentence(tmp_path: Path, content: bytes, found: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    limit = 2048 if content.isspace() else 2**20
    with pytest.raises(SessionError) as refusal:
        read_json(path, limit, "a session", SessionError)
    sentence = str(refusal.value)
    assert sentence.startswith("a.json ")
    assert found in sentence
    assert "expected a session" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_the_largest_file_allowed_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"[1]" + b" " * 2045)
    assert read_json(path, 2048, "anything", PatchError) == [1]


def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    paths = [(tmp_path / "none.json", "No such file"), (tmp_path, "a folder")]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        paths.append((tmp_path / "pipe", "a device or a pipe"))
    for path, found in paths:
        with pytest.raises(PatchError, match=f"cannot be read: .*{found}.*expected patches"):
            read_json(path, 100, "patches", PatchError)


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    values = {"käse": [1, 2.5, None, True, "日本"], "path": os.fsdecode(b"/tmp/\xff")}
    path = tmp_path / "a.json"
    path.write_bytes(json_bytes(values))
    assert read_json(path, 2**20, "anything", PatchError) == values


def test_a_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(SessionError, match="cannot be the name of a file"):
        read_json(Path("a\0b"), 100, "a session", SessionError)
