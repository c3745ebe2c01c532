"""JSON of any origin is read within limits, refused with a sentence, and read back as it was written."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import PatchError, SessionError
from app.io.json_file import DEEPEST, MOST_DIGITS, JsonLimitError, json_bytes, parse_json, read_json


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "is empty; expected a session"),
        (b'{"a": 1,\n "b": }', "expecting value in line 2"),
        (b"[[[1]]]", "nested too deeply"),
        (b'[{"a": [1]}]', "nested too deeply"),
        (b'["\\"", [[1]]]', "nested too deeply"),
        (b"[1, -123456789]", "a number that is too long"),
        (b'"\xff\xfe"', "not UTF-8 text"),
        (b" " * 1025, "holds more than 1 KB"),
    ],
)
def test_what_is_not_json_is_refused_with_one_sentence(tmp_path: Path, content: bytes, found: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(SessionError) as refusal:
        read_json(path, 1024, "a session", SessionError, deepest=2, most_digits=9)
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


def test_brackets_within_strings_are_not_nested_and_what_is_within_the_limits_is_read() -> None:
    for text in (
        '["[[[[", [1], {"]": "{{{\\"[[["}, [[]]]',
        "[[[]], [[]], [[]]]",
        "123456789",
        "-12345678",
        "1.23456789012",
    ):
        assert parse_json(text, deepest=3, most_digits=9) == json.loads(text)
    assert parse_json(json.dumps(["\\", "[" * 70])) == ["\\", "[" * 70]
    assert parse_json("[" * DEEPEST + "]" * DEEPEST) == json.loads("[" * DEEPEST + "]" * DEEPEST)
    with pytest.raises(JsonLimitError, match="nested too deeply"):
        parse_json("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
    with pytest.raises(JsonLimitError, match="too long"):
        parse_json("9" * (MOST_DIGITS + 1))


def test_text_that_ends_within_a_string_is_refused() -> None:
    for text in ('["a', '["a\\', '["a\\"', '[[[["', '"'):
        with pytest.raises(json.JSONDecodeError):
            parse_json(text, deepest=4)


def test_nan_is_json_only_when_it_may_be() -> None:
    assert parse_json("[-Infinity]") == [-math.inf]
    with pytest.raises(ValueError, match="NaN is not JSON"):
        parse_json("[NaN]", finite=True)


@given(st.recursive(st.text(max_size=8) | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=20))
def test_the_limit_is_the_depth(value: object) -> None:
    def depth(value: object) -> int:
        return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0

    text = json.dumps(value, ensure_ascii=False)
    assert parse_json(text, deepest=depth(value)) == value
    if depth(value):
        with pytest.raises(JsonLimitError):
            parse_json(text, deepest=depth(value) - 1)


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
