"""State bytes: round trips through procgen, and every malformation refused before procgen could see it."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import MazeError
from app.maze.maze import Maze
from app.maze.moves import LEFT, MOVE_ACTIONS, RIGHT
from app.maze.procgen_client import Procgen
from app.maze.procgen_state import parse_state, write_state
from app.maze.procgen_state_layout import FIELDS, layout
from app.maze.render import observation, observations_of
from tests.maze.strategies import mazes

pytestmark = pytest.mark.procgen


@pytest.fixture(scope="module")
def states(procgen: Procgen) -> dict[int, bytes]:
    """One fresh state by side of the world."""
    return {15: procgen.states("easy", [0])[0], 25: procgen.states("hard", [0])[0]}


@settings(max_examples=100, deadline=None)
@given(maze=mazes())
def test_a_maze_survives_the_way_through_state_bytes(states: dict[int, bytes], maze: Maze) -> None:
    written = write_state(states[maze.world], maze)
    assert len(written) == len(states[maze.world])
    facing = "right" if maze.facing == "right" else "fresh"
    assert parse_state(written) == replace(maze, facing=facing)


@pytest.mark.parametrize("world_name", ["easy", "hard"])
def test_writing_back_what_was_read_changes_nothing(procgen: Procgen, world_name: str) -> None:
    for state in procgen.states(world_name, range(50)):
        assert write_state(state, parse_state(state)) == state


@pytest.mark.parametrize("world_name", ["easy", "hard"])
def test_the_theme_read_from_the_state_is_the_one_procgen_draws(procgen: Procgen, world_name: str) -> None:
    states = procgen.states(world_name, range(60))
    levels = [parse_state(state) for state in states]
    assert len({maze.background for maze in levels}) >= 8
    assert np.array_equal(procgen.observe_states(states), observations_of(levels))


def test_a_seed_has_one_theme_in_both_worlds(procgen: Procgen) -> None:
    easy, hard = (procgen.levels(name, range(40)) for name in ("easy", "hard"))
    assert [maze.background for maze in easy] == [maze.background for maze in hard]


def test_the_direction_read_from_the_state_is_that_of_the_last_horizontal_move(procgen: Procgen) -> None:
    maze = procgen.level("easy", 4)
    after = procgen.step(maze, [MOVE_ACTIONS[RIGHT][0], MOVE_ACTIONS[LEFT][0], 4]).mazes
    assert [one.facing for one in after] == ["right", "fresh", "fresh"]


def test_the_mouse_lies_where_it_was_measured_to_lie(states: dict[int, bytes]) -> None:
    for state in states.values():
        at = layout(state)
        assert at.grid - at.offsets["mouse.x"] == 6950
        assert at.offsets["mouse.is_reflected"] - at.offsets["mouse.x"] == 60


@given(data=st.binary(max_size=400))
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(MazeError):
        parse_state(data)


_FIELD_NAMES = [name for name, _, _ in FIELDS]
_PLACES = st.tuples(
    st.sampled_from(["field", "anywhere", "grid"]), st.sampled_from(_FIELD_NAMES), st.integers(0, 30_000)
)
_VALUES = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(lambda value: struct.pack("<i", value)),
    st.sampled_from([0, 1, 2, 51, 100]).map(lambda value: struct.pack("<i", value)),
    st.floats(width=32).map(lambda value: struct.pack("<f", value)),
    st.binary(min_size=1, max_size=3),
)
_DAMAGE = st.tuples(_PLACES, st.sampled_from(["write", "write", "write", "cut", "insert", "end"]), _VALUES)


def _damage(state: bytes, damages: list[tuple[tuple[str, str, int], str, bytes]]) -> bytes:
    """Overwrite, cut, insert or end a state at fields, in the grid or anywhere."""
    at = layout(state)
    damaged = bytearray(state)
    for (where, field, number), kind, value in damages:
        place = {"field": at.offsets[field], "grid": at.grid + 4 * (number % at.world**2), "anywhere": number}[where]
        place = min(place, len(damaged))
        if kind == "write":
            damaged[place : place + len(value)] = value
        elif kind == "cut":
            del damaged[place : place + len(value)]
        elif kind == "insert":
            damaged[place:place] = value
        else:
            del damaged[place:]
    return bytes(damaged)


@settings(max_examples=300, deadline=None)
@given(damages=st.lists(_DAMAGE, min_size=1, max_size=3), world=st.sampled_from([15, 25]))
def test_damaged_states_are_refused_or_states_of_a_maze(
    states: dict[int, bytes], damages: list[tuple[tuple[str, str, int], str, bytes]], world: int
) -> None:
    """A state that is still accepted has every field in its place, and its cells, mouse and cheese make a maze."""
    state = _damage(states[world], damages)
    try:
        maze = parse_state(state)
    except MazeError:
        return
    assert len(state) == len(states[world])
    assert write_state(state, maze) == state
    assert observation(maze).shape == (64, 64, 3)


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kind, check in FIELDS if check is not None])
def test_a_wrong_field_is_named(states: dict[int, bytes], name: str, kind: str) -> None:
    for state in states.values():
        damaged = bytearray(state)
        offset = layout(state).offsets[name]
        if kind == "s":
            damaged[offset] = ord("x")
        else:
            struct.pack_into("<" + kind, damaged, offset, 12345)
        with pytest.raises(MazeError, match=name.replace(".", r"\.")):
            parse_state(bytes(damaged))


def test_disagreements_within_a_state_are_refused(states: dict[int, bytes]) -> None:
    at = layout(states[15])
    for field, value in (("main_width", 25), ("grid_height", 25), ("grid_cells", 625), ("distribution_mode", 1)):
        damaged = bytearray(states[15])
        struct.pack_into("<i", damaged, at.offsets[field], value)
        with pytest.raises(MazeError, match="disagree"):
            parse_state(bytes(damaged))
    damaged = bytearray(states[15])
    low = at.values["level_seed_low"]
    struct.pack_into("<i", damaged, at.offsets["level_seed_high"], int(low))
    with pytest.raises(MazeError, match="level seeds"):
        parse_state(bytes(damaged))


@pytest.mark.parametrize(
    ("back", "value", "match"), [(4, 0, "end"), (8, 25, "end"), (12, 4, "odd"), (12, 17, "of side 17")]
)
def test_the_ending_is_checked(states: dict[int, bytes], back: int, value: int, match: str) -> None:
    damaged = bytearray(states[15])
    struct.pack_into("<i", damaged, len(damaged) - back, value)
    with pytest.raises(MazeError, match=match):
        parse_state(bytes(damaged))


def test_cells_that_are_no_maze_are_refused(states: dict[int, bytes]) -> None:
    at = layout(states[15])
    row, col = parse_state(states[15]).mouse
    under_mouse = at.grid + 4 * (row * 15 + col)
    for place, code, match in ((at.grid, 7, "code 7"), (under_mouse, 51, "is a wall"), (under_mouse, 2, "cheese")):
        damaged = bytearray(states[15])
        struct.pack_into("<i", damaged, place, code)
        with pytest.raises(MazeError, match=match):
            parse_state(bytes(damaged))


@pytest.mark.parametrize("x", [-0.5, 15.5, 3.0, 1e30, float("nan"), float("inf")])
def test_a_mouse_off_its_squares_is_refused(states: dict[int, bytes], x: float) -> None:
    damaged = bytearray(states[15])
    struct.pack_into("<f", damaged, layout(states[15]).offsets["mouse.x"], x)
    with pytest.raises(MazeError):
        parse_state(bytes(damaged))


def test_memory_worlds_are_refused_by_name(states: dict[int, bytes]) -> None:
    damaged = bytearray(states[15])
    struct.pack_into("<i", damaged, layout(states[15]).offsets["distribution_mode"], 10)
    with pytest.raises(MazeError, match="memory"):
        parse_state(bytes(damaged))


def test_a_template_of_another_world_is_refused(states: dict[int, bytes]) -> None:
    with pytest.raises(MazeError, match="side 25 was found; expected one of side 15"):
        write_state(states[25], parse_state(states[15]))
