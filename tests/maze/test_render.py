"""The renderer against procgen, byte for byte, and against pictures recorded from it."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import MazeError
from app.maze.levels import random_level
from app.maze.maze import BACKGROUNDS, Maze
from app.maze.procgen_client import Procgen
from app.maze.render import base_and_patches, observation, observations, observations_of
from app.maze.transforms import fill
from tests.maze.strategies import crowded, edited, mazes

RECORDED = {
    (15, "fresh"): 0x78C01AC7,
    (15, "right"): 0x515C3024,
    (25, "fresh"): 0x5F0CE0F6,
    (25, "right"): 0x039D25D8,
}
"""CRC-32 of `_many` drawn by procgen itself (test_the_recorded_checksums_are_procgens compares)."""


def _many(world: int, facing: str) -> list[Maze]:
    random = np.random.default_rng(world)
    found = [crowded(random, world) for _ in range(60)]
    return [replace(maze, facing=facing) for maze in found]  # type: ignore[arg-type]


def _assert_equal(ours: np.ndarray, procgens: np.ndarray, shown: list[Maze]) -> None:
    wrong = np.flatnonzero((ours != procgens).any(axis=(1, 2, 3)))
    assert not len(wrong), f"{len(wrong)} of {len(shown)} pictures differ, the first is {shown[wrong[0]]}"


@pytest.mark.parametrize(("world", "facing"), RECORDED)
def test_pictures_have_the_checksums_recorded_from_procgen(world: int, facing: str) -> None:
    assert zlib.crc32(observations_of(_many(world, facing)).tobytes()) == RECORDED[world, facing]  # type: ignore[index]


@pytest.mark.procgen
@pytest.mark.parametrize(("world", "facing"), RECORDED)
def test_the_recorded_checksums_are_procgens(procgen: Procgen, world: int, facing: str) -> None:
    assert zlib.crc32(procgen.observe(_many(world, facing)).tobytes()) == RECORDED[world, facing]  # type: ignore[index]


@pytest.mark.procgen
@pytest.mark.parametrize("world", [15, 25])
@pytest.mark.parametrize("make", [edited, crowded])
def test_edited_mazes_equal_procgen(procgen: Procgen, world: int, make: object) -> None:
    random = np.random.default_rng(7)
    shown = [make(random, world) for _ in range(1000)]  # type: ignore[operator]
    assert {maze.background for maze in shown} == set(range(BACKGROUNDS))
    _assert_equal(observations_of(shown), procgen.observe(shown), shown)


@pytest.mark.procgen
@settings(max_examples=150, deadline=None)
@given(maze=mazes())
def test_any_maze_equals_procgen(procgen: Procgen, maze: Maze) -> None:
    assert np.array_equal(observation(maze), procgen.observe([maze])[0])


@pytest.mark.procgen
@pytest.mark.parametrize("world_name", ["easy", "hard"])
def test_procgens_own_levels_equal_procgen(procgen: Procgen, world_name: str) -> None:
    shown = procgen.levels(world_name, range(300))
    _assert_equal(observations_of(shown), procgen.observe(shown), shown)


@pytest.mark.procgen
@pytest.mark.parametrize("world", [15, 25])
@pytest.mark.parametrize("facing", ["fresh", "left", "right"])
def test_every_mouse_position_equals_procgen(procgen: Procgen, world: int, facing: str) -> None:
    base = replace(random_level(world, world, 5, background=3), facing=facing)  # type: ignore[arg-type]
    corner = (world - 1, world - 1)
    fields = [base, Maze(world, world, bytes(world**2), (0, 0), corner, 8, facing)]  # type: ignore[arg-type]
    for maze in fields:
        shown = [maze.with_mouse((int(row), int(col))) for row, col in maze.squares]
        _assert_equal(observations(maze), procgen.observe(shown), shown)


@pytest.mark.full
@pytest.mark.procgen
@pytest.mark.parametrize("world", [15, 25])
@pytest.mark.parametrize("background", range(BACKGROUNDS))
def test_exhaustively_every_cell_of_every_theme_equals_procgen(procgen: Procgen, world: int, background: int) -> None:
    """Mouse (both ways) and cheese in every cell, each among four random surroundings and one full of walls."""
    random = np.random.default_rng([world, background])
    shown = []
    for cell in range(world**2):
        here = divmod(cell, world)
        for around in range(5):
            maze = replace(edited(random, world), background=background, cheese=None)
            if around == 4:
                maze = fill(maze)
            other = divmod(int(random.integers(world**2)), world)
            opened = maze.with_walls((here, other), wall=False)
            for facing in ("left", "right"):
                shown.append(replace(opened, mouse=here, facing=facing))
            if other != here:
                shown.append(replace(opened, mouse=other, cheese=here))
                shown.append(replace(opened, mouse=here, cheese=other))
    for start in range(0, len(shown), 2000):
        part = shown[start : start + 2000]
        _assert_equal(observations_of(part), procgen.observe(part), part)


def test_recorded_levels_are_drawn_in_exactly_one_theme(reference: Path) -> None:
    with np.load(reference / "recorded.npz") as recorded:
        names = sorted({name.rsplit("/", 1)[0] for name in recorded.files if name.endswith("/obs_start")})
        assert len(names) == 13
        for name in names:
            dim = int(recorded[f"{name}/dim"])
            grid = recorded[f"{name}/grid"]
            margin = (len(grid) - dim) // 2
            maze = Maze.from_grid(grid, dim=dim, mouse=(margin, margin))
            drawn = observations_of([maze.with_background(background) for background in range(BACKGROUNDS)])
            assert (drawn == recorded[f"{name}/obs_start"]).all(axis=(1, 2, 3)).sum() == 1, name


@pytest.mark.procgen
def test_observations_recorded_elsewhere_equal_ours(procgen: Procgen, reference: Path) -> None:
    with np.load(reference / "observations.npz") as recorded:
        for world_name in ("easy", "hard"):
            levels = procgen.levels(world_name, range(32))
            _assert_equal(observations_of(levels), recorded[world_name], levels)


@settings(max_examples=60, deadline=None)
@given(maze=mazes())
def test_patches_make_up_the_observations(maze: Maze) -> None:
    patches = base_and_patches(maze)
    full = observations(maze)
    assert full.shape == (len(maze.squares), 64, 64, 3)
    assert np.array_equal(patches.observations(), full)
    height, width = patches.values.shape[1:3]
    assert (height, width) == ((3, 4) if maze.world == 15 else (2, 3))
    for index in range(0, len(full), 17):
        row, column = patches.corners[index]
        changed = np.argwhere((full[index] != patches.base).any(axis=-1))
        assert all(row <= r < row + height and column <= c < column + width for r, c in changed)
        square = (int(maze.squares[index][0]), int(maze.squares[index][1]))
        assert np.array_equal(full[index], observation(replace(maze, mouse=square)))


@settings(max_examples=20, deadline=None)
@given(shown=st.lists(mazes(), max_size=12))
def test_many_mazes_are_drawn_as_each_alone(shown: list[Maze]) -> None:
    together = observations_of(shown)
    assert together.shape == (len(shown), 64, 64, 3)
    for maze, picture in zip(shown, together, strict=True):
        assert np.array_equal(picture, observation(maze))


def test_left_looks_like_fresh_and_right_does_not() -> None:
    maze = random_level(15, 13, 3)
    assert np.array_equal(observation(maze), observation(maze.with_facing("left")))
    assert not np.array_equal(observation(maze), observation(maze.with_facing("right")))


def test_the_policy_cannot_see_a_mouse_on_one_square_of_the_hard_world() -> None:
    maze = Maze(25, 25, bytes(625), (0, 0), None)
    hidden = [
        facing_square
        for facing_square in (("fresh", (17, 11)), ("right", (17, 13)))
        if np.array_equal(
            observations(maze.with_facing(facing_square[0]), [facing_square[1]])[0],  # type: ignore[arg-type]
            base_and_patches(maze).base,
        )
    ]
    assert len(hidden) == 2


def test_chosen_squares_come_in_their_order_and_none_is_fine() -> None:
    maze = random_level(25, 13, 3)
    squares = maze.squares[[5, 2, 9]]
    assert np.array_equal(observations(maze, squares), observations(maze)[[5, 2, 9]])
    assert observations(maze, []).shape == (0, 64, 64, 3)
    assert base_and_patches(maze, []).corners.shape == (0, 2)
    assert observations_of([]).shape == (0, 64, 64, 3)


@pytest.mark.parametrize("square", [(-1, 0), (0, 25), (25, 25)])
def test_a_square_outside_the_world_is_refused(square: tuple[int, int]) -> None:
    with pytest.raises(MazeError, match="outside the world"):
        observations(random_level(25, 13, 3), [square])
