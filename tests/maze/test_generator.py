"""Levels of seeds: recorded values of procgen 0.10.7, and procgen itself where it is installed."""

from __future__ import annotations

import hashlib
import threading
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import MazeError
from app.maze.generator import backgrounds_and_dims, level, levels
from app.maze.maze import WORLDS, Maze
from app.maze.procgen_client import Procgen
from app.maze.random_words import FEW, FIRST_WORDS, first_words, words
from app.maze.routes import reachable

HASHED = [*range(8000), *range(2**31 - 1, 2**31 - 1 - 8000, -1)]
LEVEL_SEEDS = st.integers(-(2**31), 2**31 - 1)

BIASED = {15: (2196203,), 25: (870820, 1310333, 2196203, 2330681, 4408284)}
"""Seeds of which a draw without modulo bias would make another level."""

SEVEN_DRAWS = {15: (1560381, 2555606, 2771025), 25: (464157, 530704, 1257304)}
"""Seeds whose cheese falls on the start six times."""


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        (15, "12daf0a2d80259c8b3e5e07d0bd37da7d6c30593c9231ca98914a931bde88eb2"),
        (25, "0cfaebb56935db4344e697f354b7dc10c9157878240a3f0b4df58bd44878e1a6"),
    ],
)
def test_sixteen_thousand_levels_are_procgens(world: int, expected: str) -> None:
    made = levels(world, HASHED)
    found = hashlib.sha256()
    for maze in made:
        assert maze.cheese is not None
        found.update(bytes([maze.dim, maze.background, *maze.mouse, *maze.cheese]) + maze.walls)
    assert found.hexdigest() == expected
    backgrounds, dims = backgrounds_and_dims(world, HASHED)
    assert backgrounds.tolist() == [maze.background for maze in made]
    assert dims.tolist() == [maze.dim for maze in made]


@pytest.mark.parametrize(
    ("world", "seed", "dim", "background", "mouse", "cheese"),
    [
        (15, 0, 3, 0, (6, 6), (7, 6)),
        (15, 42, 11, 5, (2, 2), (2, 3)),
        (15, 2147483647, 9, 8, (3, 3), (11, 4)),
        (25, 0, 13, 0, (6, 6), (11, 6)),
        (25, 2147483647, 5, 8, (10, 10), (12, 11)),
    ],
)
def test_known_levels(
    world: int, seed: int, dim: int, background: int, mouse: tuple[int, int], cheese: tuple[int, int]
) -> None:
    maze = level(world, seed)
    assert (maze.dim, maze.background, maze.mouse, maze.cheese) == (dim, background, mouse, cheese)
    assert maze.facing == "fresh"


@pytest.mark.parametrize(("world", "seed"), [(world, seed) for world, seeds in BIASED.items() for seed in seeds])
def test_a_biased_word_is_not_drawn_again(world: int, seed: int) -> None:
    dim = level(world, seed).dim
    doors = (dim + 1) * (dim - 1) // 2
    drawn, left = words(seed, 3 + doors)[3:].astype(np.int64), np.arange(doors, 0, -1)
    # The words beyond the largest multiple of the modulus are what makes the modulo biased.
    assert (drawn >= 2**32 - 2**32 % left).any()


@pytest.mark.parametrize(("world", "seed"), [(world, seed) for world, seeds in SEVEN_DRAWS.items() for seed in seeds])
def test_the_cheese_is_drawn_until_it_is_off_the_start(world: int, seed: int) -> None:
    maze = level(world, seed)
    doors, opened = (maze.dim + 1) * (maze.dim - 1) // 2, (maze.dim + 1) ** 2 // 2 - 1
    places = words(seed, 3 + doors + 7)[3 + doors :] % np.uint32(opened)
    assert len(set(places[:6].tolist())) == 1
    assert places[6] != places[0]
    assert maze.cheese != maze.mouse


@settings(max_examples=200, deadline=None)
@given(world=st.sampled_from([15, 25]), seed=LEVEL_SEEDS)
def test_every_level_is_a_perfect_maze(world: int, seed: int) -> None:
    maze = level(world, seed)
    rooms = ((maze.dim + 1) // 2) ** 2
    assert world**2 - sum(maze.walls) == reachable(maze).sum() == 2 * rooms - 1
    assert maze.mouse == (maze.margin, maze.margin)
    inside = maze.grid[maze.margin : maze.margin + maze.dim, maze.margin : maze.margin + maze.dim]
    assert maze.grid.sum() - inside.sum() == 51 * (world**2 - maze.dim**2)
    assert level(world, seed) == maze


@settings(max_examples=100, deadline=None)
@given(seed=LEVEL_SEEDS)
def test_both_worlds_share_background_and_a_level_of_the_same_side(seed: int) -> None:
    easy, hard = level(15, seed), level(25, seed)
    assert easy.background == hard.background
    if easy.dim == hard.dim:
        core = [maze.grid[slice(maze.margin, maze.margin + maze.dim), :] for maze in (easy, hard)]
        easy_core, hard_core = (
            rows[:, maze.margin : maze.margin + maze.dim] for rows, maze in zip(core, (easy, hard), strict=True)
        )
        assert np.array_equal(easy_core, hard_core)


@settings(max_examples=50, deadline=None)
@given(seeds=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20), count=st.integers(0, FIRST_WORDS))
def test_words_of_many_seeds_are_those_of_each(seeds: list[int], count: int) -> None:
    alone = first_words(np.array(seeds, dtype=np.int64), count)
    # So many that they are drawn together.
    together = first_words(np.array(seeds * (FEW + 1), dtype=np.int64), count)[: len(seeds)]
    for found in (alone, together):
        assert found.shape == (len(seeds), count)
        for row, seed in zip(found, seeds, strict=True):
            assert np.array_equal(row, words(seed, count))


def test_more_first_words_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 0 to 227"):
        first_words([1], FIRST_WORDS + 1)


def test_threads_do_not_disturb_each_other() -> None:
    seeds = range(1500)
    found: dict[int, list[Maze]] = {}
    threads = [threading.Thread(target=lambda at=at: found.update({at: levels(15, seeds)})) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[at] == levels(15, seeds) for at in range(4))


@pytest.mark.parametrize("seed", [2**31, -(2**31) - 1, 1.5, "3", None, True])
def test_a_seed_that_is_none_is_refused(seed: object) -> None:
    with pytest.raises(MazeError, match="whole number"):
        level(15, seed)  # type: ignore[arg-type]
    with pytest.raises(MazeError, match="whole number"):
        levels(15, [seed])  # type: ignore[list-item]
    with pytest.raises(MazeError, match="whole number"):
        backgrounds_and_dims(15, [seed])  # type: ignore[list-item]


@pytest.mark.parametrize("make", [level, lambda world, seed: levels(world, [seed]), backgrounds_and_dims])
def test_another_world_is_refused(make: object) -> None:
    with pytest.raises(MazeError, match=r"15 \(easy\) or 25"):
        make(31, 0)  # type: ignore[operator]


def test_no_seeds_give_no_levels() -> None:
    assert levels(15, []) == []
    assert [part.shape for part in backgrounds_and_dims(15, [])] == [(0,), (0,)]


def _agree(procgen: Procgen, name: str, seeds: list[int]) -> None:
    theirs = procgen.levels(name, seeds)
    ours = levels(WORLDS[name], seeds)
    assert [seed for seed, a, b in zip(seeds, theirs, ours, strict=True) if a != b] == []


@pytest.mark.procgen
@pytest.mark.parametrize("name", WORLDS)
def test_rare_and_random_levels_are_the_games(procgen: Procgen, name: str) -> None:
    rare = [*BIASED[WORLDS[name]], *SEVEN_DRAWS[WORLDS[name]], 0, 2**31 - 1]
    random = np.random.default_rng(20260101).integers(0, 2**31, size=500).tolist()
    _agree(procgen, name, [*rare, *random])


@pytest.mark.full
@pytest.mark.procgen
@pytest.mark.parametrize("name", WORLDS)
def test_thousands_of_levels_are_the_games(procgen: Procgen, name: str) -> None:
    random = np.random.default_rng(WORLDS[name]).integers(0, 2**31, size=4000).tolist()
    _agree(procgen, name, [*chain(range(1000), random)])
