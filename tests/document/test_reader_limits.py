"""Files at the very edge of what is read: memory in proportion to their size, refusals beyond; limits are lowered."""

from __future__ import annotations

import json
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from app.document import session_file
from app.document.document import OpenMaze, State
from app.errors import MazescopeError, PatchError, SessionError
from app.interventions.vectors import read_vector, tensor_header
from app.io import json_file, safetensors_header
from app.io.json_file import JsonLimitError, parse_json
from app.maze.ascii import from_ascii

LOWERED = 64
"""Factor by which the files are smaller than the largest that are read."""

MEMORY = 500 * 2**20
MAZE = from_ascii("###\n#M#\n###")


def peak(act: Callable[[], object]) -> int:
    """The most bytes that Python held while something was done."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("item", ["[]", "{}", "1.5", "300", '"ab"', '"\U0001f9c0"', "[1,[2]]"])
def test_any_json_within_its_limits_takes_little_memory(item: str) -> None:
    values = json_file.MOST_VALUES // LOWERED
    size = session_file.LARGEST // LOWERED
    each = item.count("[") + item.count("{") + item.count(",") + 1
    count = min(values // each, size // (len(item.encode()) + 1)) - 1
    text = "[" + ",".join([item] * count) + "]"
    content = (text + " " * (size - len(text.encode()))).encode()
    assert peak(lambda: parse_json(content, most_values=values)) < MEMORY / LOWERED
    with pytest.raises(JsonLimitError, match="too many values"):
        parse_json(content, most_values=count // 2)


def test_a_session_has_a_largest_number_of_mazes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "s.mazescope"
    session_file.save_session(file, State(tuple(OpenMaze(n, "a", MAZE, MAZE) for n in range(12)), 0), {})
    assert len(session_file.load_session(file).state.mazes) == 12
    monkeypatch.setattr(session_file, "LARGEST_COUNT", 11)
    with pytest.raises(SessionError, match="has 12 mazes; expected at most 11"):
        session_file.load_session(file)
    monkeypatch.setattr(session_file, "LARGEST", 1000)
    with pytest.raises(SessionError, match="holds more than"):
        session_file.load_session(file)


def test_a_header_is_measured_before_the_library_sees_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "v.safetensors"
    path.write_bytes(save({"vector": np.ones(4, np.float32)}, {"note": "a" * 400}))
    seen: list[object] = []
    monkeypatch.setattr("app.interventions.vectors.safe_open", lambda *_, **__: seen.append(1) or 1 / 0)
    monkeypatch.setattr(safetensors_header.header_fits, "__defaults__", (300,))
    assert tensor_header(path) is None
    with pytest.raises(PatchError, match="is not a vector's file"):
        read_vector(path)
    monkeypatch.setattr(safetensors_header.header_fits, "__defaults__", (4000,))
    # Longer than the file.
    path.write_bytes(struct.pack("<Q", 3000) + path.read_bytes()[8:])
    assert tensor_header(path) is None
    with pytest.raises(PatchError, match="is not a vector's file"):
        read_vector(path)
    assert not seen


def test_refusals_take_no_longer_for_longer_texts(tmp_path: Path) -> None:
    file = tmp_path / "s.mazescope"
    file.write_text(json.dumps({"format": "mazescope-session", "version": "a" * 10**6}))
    with pytest.raises(MazescopeError) as refusal:
        session_file.load_session(file)
    assert len(str(refusal.value)) < 300
