"""Any text of a file is shown printable, on one line and not too long; so is every refusal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.document.document import OpenMaze
from app.document.open_file import read_file
from app.document.session_file import load_session
from app.errors import LONGEST_SENTENCE, MazescopeError, PolicyError, shown
from app.interventions.patch_wording import patch_summary
from app.interventions.patches import AddVector
from app.maze.ascii import from_ascii

ODD = "turn\u202eed \u2066round\u2069 \x7f\x00\x1b[31m \ud800 line\nbreak\u2028 \u200b"


def test_one_function_shows_any_text() -> None:
    assert shown("käse 🧀") == "käse 🧀"
    assert shown(ODD) == "turn?ed ?round? ???[31m ? line?break? ?"
    assert shown("a" * 100, 10) == "a" * 9 + "…"
    assert shown("\n" * 10**7, 4) == "???…"


def test_a_refusal_is_one_line_whatever_is_in_it() -> None:
    sentence = str(PolicyError(f"{ODD} cannot be read:\nno."))
    assert sentence.isprintable()
    assert sentence.endswith("cannot be read: no.")
    assert len(str(PolicyError("a" * 10**6))) == LONGEST_SENTENCE


@pytest.mark.parametrize("suffix", [".json", ".txt", ".pth", ".mazescope", ".safetensors", ".npz", ""])
def test_a_file_of_an_odd_name_is_refused_in_a_clean_sentence(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"{ODD.replace(chr(0), '').replace(chr(0xD800), '')}{suffix}"
    path.write_bytes(b"#\xff")
    with pytest.raises(MazescopeError) as refusal:
        read_file(path)
    assert str(refusal.value).isprintable()
    assert str(refusal.value).endswith(".")


def test_titles_and_names_of_a_session_are_clean(tmp_path: Path) -> None:
    maze = from_ascii("###\n#M#\n###")
    assert OpenMaze(1, ODD, maze, maze).title == shown(ODD)
    assert len(OpenMaze(1, "a" * 10**6, maze, maze).title) == 200
    assert patch_summary(AddVector(vector=f"/a/{ODD}.safetensors"), lambda _: None).isprintable()
    file = tmp_path / "odd.mazescope"
    file.write_text(json.dumps({"format": "mazescope-session", "version": ODD}))
    with pytest.raises(MazescopeError) as refusal:
        load_session(file)
    assert str(refusal.value).isprintable()
