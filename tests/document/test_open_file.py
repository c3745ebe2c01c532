"""Kinds of files, told by their contents, and the same sentence whoever asks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.document.document import Document, OpenMaze, State
from app.document.open_file import (
    Content,
    NamedMaze,
    OpenedSession,
    open_mazes,
    open_patches,
    open_policy,
    open_vector,
    read_file,
)
from app.document.session_file import save_session
from app.errors import MazeError, MazescopeError, PatchError, PolicyError
from app.interventions.patches import PatchStack, Zero
from app.interventions.patches_file import save_patches, stack_to_json
from app.interventions.vectors import ActivationVector, save_vector
from app.maze import maze_file, text_file
from app.maze.levels import random_level
from app.policy.policy import Policy
from app.policy.saving import save_safetensors

MAZE = random_level(15, 9, 0)
STACK = PatchStack((Zero(channels=(3,)),))
VECTOR = ActivationVector("A vector", "random", "embedder.fc", np.ones(256, np.float32), "0" * 64)


@pytest.fixture
def files(tmp_path: Path, small_policy: Policy) -> dict[str, Path]:
    """One file of each format, none with a suffix that tells it."""
    found = {name: tmp_path / f"{name}.dat" for name in ("session", "maze", "text", "patches", "vector", "policy")}
    save_session(found["session"], Document(State((OpenMaze(1, "One", MAZE, MAZE),), 1)).state, {})
    maze_file.save(found["maze"], MAZE)
    text_file.save(found["text"], MAZE)
    save_patches(found["patches"], STACK)
    save_vector(found["vector"], VECTOR)
    save_safetensors(small_policy, found["policy"])
    return found


def test_each_format_is_told_by_its_contents(files: dict[str, Path], small_policy: Policy) -> None:
    session = read_file(files["session"])
    assert isinstance(session, OpenedSession)
    assert session.session.state.maze == MAZE
    assert read_file(files["maze"]) == (NamedMaze("maze", MAZE),)
    (text,) = open_mazes(files["text"])
    assert (text.name, text.maze.walls) == ("text", MAZE.walls)
    assert read_file(files["patches"]) == open_patches(files["patches"]) == STACK
    assert read_file(files["vector"]) == open_vector(files["vector"]) == VECTOR
    policy = open_policy(files["policy"])
    assert policy.weights_hash == small_policy.weights_hash
    assert read_file(files["policy"]) is policy


OPENERS: dict[str, tuple[Callable[[Path], Content], type[MazescopeError], str]] = {
    "policy": (open_policy, PolicyError, "a policy"),
    "maze": (open_mazes, MazeError, "a maze"),
    "patches": (open_patches, PatchError, "a file of patches"),
    "vector": (open_vector, PatchError, "a vector"),
}


@pytest.mark.parametrize("wanted", OPENERS)
def test_a_file_of_another_kind_is_refused_by_what_it_holds(files: dict[str, Path], wanted: str) -> None:
    opener, refusal, title = OPENERS[wanted]
    holds = {name: OPENERS[name][2] for name in OPENERS} | {"session": "a session", "text": "a maze"}
    for name, what in holds.items():
        if what != title:
            with pytest.raises(refusal) as refused:
                opener(files[name])
            assert str(refused.value) == f"{name}.dat holds {what}; expected {title}."


@pytest.mark.parametrize("wanted", OPENERS)
def test_what_cannot_be_read_at_all_is_said_alike(tmp_path: Path, wanted: str) -> None:
    opener, refusal, title = OPENERS[wanted]
    with pytest.raises(refusal) as refused:
        opener(tmp_path / "gone")
    assert str(refused.value) == f"{tmp_path / 'gone'} cannot be read: No such file or directory; expected {title}."
    (tmp_path / "folder").mkdir()
    with pytest.raises(refusal) as refused:
        opener(tmp_path / "folder")
    assert str(refused.value) == f"folder is a folder; expected {title}."
    (tmp_path / "broken.json").write_text('{"patches": [')
    with pytest.raises(refusal, match=f"not JSON that can be read .* expected {title}"):
        opener(tmp_path / "broken.json")
    for name, content, what in (
        ("notes.md", b"# Notes\n", "text"),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(9), "a picture"),
        ("nothing", b"", "empty"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(refusal, match=rf"^{re.escape(name)} is {what}; expected "):
            opener(tmp_path / name)
    save_vector(tmp_path / "whole", VECTOR)
    (tmp_path / "cut").write_bytes((tmp_path / "whole").read_bytes()[:-8])
    with pytest.raises(refusal, match=r"^cut is a safetensors file of another length than its header says"):
        opener(tmp_path / "cut")


def test_a_bare_list_of_patches_is_a_stack(tmp_path: Path) -> None:
    for name in ("stack.json", "stack"):
        (tmp_path / name).write_text(json.dumps(stack_to_json(STACK)["patches"]))
        assert read_file(tmp_path / name) == open_patches(tmp_path / name) == STACK
