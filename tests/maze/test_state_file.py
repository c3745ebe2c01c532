"""Files of procgen's states, raw and pickled: what opens, and what is refused without being unpickled."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.document.open_file import NamedMaze, open_mazes, read_file
from app.errors import MazeError
from app.maze.generator import level, levels
from app.maze.procgen_client import Procgen
from app.maze.state_file import holds_states, load, pickled_states
from tests.maze.states import state_of

MAZES = [level(15, 3), level(25, 4).with_facing("right"), level(15, 5).with_cheese(None)]
STATES = [state_of(maze) for maze in MAZES]


@pytest.mark.parametrize("protocol", range(3, pickle.HIGHEST_PROTOCOL + 1))
def test_states_open_as_mazes_in_their_order(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "mazes.pkl"
    path.write_bytes(pickle.dumps(STATES, protocol))
    assert load(path) == tuple(MAZES)
    found = read_file(path, None)
    assert found == tuple(NamedMaze(f"mazes-{number}", maze) for number, maze in enumerate(MAZES, 1))
    path.write_bytes(pickle.dumps(STATES[:1], protocol))
    assert read_file(path, None) == open_mazes(path) == (NamedMaze("mazes", MAZES[0]),)


@pytest.mark.parametrize("name", ["state", "state.bin", "state.pkl", "state.pth"])
def test_a_raw_state_opens_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(STATES[1])
    assert open_mazes(tmp_path / name) == (NamedMaze("state", MAZES[1]),)


def test_a_state_repeated_in_the_list_is_read_as_often() -> None:
    assert pickled_states(pickle.dumps([STATES[0]] * 3)) == [STATES[0]] * 3


@pytest.mark.procgen
def test_states_of_the_game_open(procgen: Procgen, tmp_path: Path) -> None:
    path = tmp_path / "levels.pkl"
    for world_name, world in (("easy", 15), ("hard", 25)):
        path.write_bytes(pickle.dumps(procgen.states(world_name, range(5))))
        assert load(path) == tuple(levels(world, range(5)))


class Named:
    """An object that pickles as the name of its class."""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([[STATES[0]]], "something else than a list of byte strings"),
        ([STATES[0], "text"], "something else than byte strings"),
        ([STATES[0], 5], "something else than byte strings"),
        ([STATES[0], Named()], "something else than byte strings"),
        ({"state": STATES[0]}, "something else than byte strings"),
        ((STATES[0],), "something else than byte strings"),
        (STATES[0], "a pickle of no list of states"),
    ],
)
def test_other_pickles_are_refused_in_a_sentence(tmp_path: Path, value: object, words: str) -> None:
    path = tmp_path / "other.pkl"
    path.write_bytes(pickle.dumps(value))
    with pytest.raises(MazeError, match=words) as refused:
        load(path)
    assert str(refused.value).startswith("other.pkl is a pickle of")
    assert str(refused.value).endswith("expected a procgen state, or a pickled list of them.")


def test_old_protocols_need_a_name_and_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.pkl"
    path.write_bytes(pickle.dumps(STATES[:1], 2))
    assert holds_states(path.read_bytes())
    with pytest.raises(MazeError, match="something else than byte strings"):
        load(path)


def test_limits_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "many.pkl"
    path.write_bytes(pickle.dumps(STATES))
    with pytest.raises(MazeError, match="holds more than 2 states; expected a procgen state"):
        load(path, most=2)
    with pytest.raises(MazeError, match="holds more than 1 KB"):
        load(path, largest=1024)


@pytest.mark.parametrize("number", [0, 2])
def test_the_state_that_is_none_is_named(tmp_path: Path, number: int) -> None:
    path = tmp_path / "three.pkl"
    path.write_bytes(pickle.dumps([b"no state" if place == number else state for place, state in enumerate(STATES)]))
    with pytest.raises(MazeError, match=rf"three.pkl: state {number + 1} of 3: These bytes hold"):
        load(path)


def test_an_empty_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none.pkl").write_bytes(pickle.dumps([]))
    with pytest.raises(MazeError, match="no list of states"):
        load(tmp_path / "none.pkl")


def _refused_or_byte_strings(data: bytes) -> bool:
    try:
        found = pickled_states(data, 5)
    except MazeError:
        return True
    return all(isinstance(one, bytes) for one in found)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_or_byte_strings(data: bytes) -> None:
    assert _refused_or_byte_strings(data)


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 60), value=st.integers(0, 255), length=st.integers(0, 60))
def test_damaged_pickles_are_refused_or_byte_strings(place: int, value: int, length: int) -> None:
    damaged = bytearray(pickle.dumps([b"one", b"two", b"one"]))
    damaged[place % len(damaged)] = value
    assert _refused_or_byte_strings(bytes(damaged[:length]))
