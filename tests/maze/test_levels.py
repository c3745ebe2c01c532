"""Levels by seed, cheese regions, the search for a size, and random mazes of our own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import MazeError
from app.maze.generator import level, levels
from app.maze.levels import (
    cheese_in_region,
    find_level,
    generate_level,
    generate_levels,
    random_level,
    random_seeds,
    seeds_of_sizes,
)
from app.maze.maze import BACKGROUNDS, Maze
from app.maze.random_words import SEEDS
from app.maze.routes import reachable


def test_a_level_knows_where_it_came_from() -> None:
    found = generate_level("hard", 7)
    assert (found.seed, found.region, found.name) == (7, None, "hard 7")
    assert found.maze == level(25, 7)


@pytest.mark.parametrize("region", [1, 3, 5, 25])
def test_a_region_moves_only_the_cheese_and_into_the_top_right(region: int) -> None:
    plain = generate_levels("hard", range(60))
    moved = generate_levels("hard", range(60), region)
    for before, after in zip(plain, moved, strict=True):
        assert after.region == region
        assert after.name.endswith(f"cheese in the top-right {region} x {region}")
        cheese = after.maze.cheese
        assert cheese is not None
        assert after.maze == before.maze.with_cheese(cheese)
        lowest = max(after.maze.top_right[0] - region + 1, after.maze.margin)
        assert all(lowest <= part <= after.maze.top_right[0] for part in cheese)


def test_the_cheese_of_a_region_is_uniform_and_repeatable() -> None:
    maze = random_level(15, 15, 4)
    chosen = [cheese_in_region(maze, seed, 3).cheese for seed in range(3000)]
    assert chosen == [cheese_in_region(maze, seed, 3).cheese for seed in range(3000)]
    candidates = [(r, c) for r in (12, 13, 14) for c in (12, 13, 14) if maze.is_open((r, c))]
    counts = [chosen.count(square) for square in candidates]
    assert sum(counts) == 3000
    expected = 3000 / len(candidates)
    # Five standard deviations of a binomial count.
    assert all(abs(count - expected) < 5 * expected**0.5 for count in counts)


def test_the_start_is_never_given_cheese() -> None:
    maze = random_level(15, 3, 0)
    assert all(cheese_in_region(maze, seed, 15).cheese != maze.mouse for seed in range(100))


def test_a_region_of_walls_is_refused() -> None:
    maze = Maze(15, 3, bytes([1]) * 112 + bytes([0]) + bytes([1]) * 112, (7, 7), None)
    with pytest.raises(MazeError, match="no open square"):
        cheese_in_region(maze, 0, 1)


@pytest.mark.parametrize("region", [0, -1, 16, 2.5, True])
def test_a_region_that_is_none_is_refused(region: object) -> None:
    with pytest.raises(MazeError, match="1 to 15"):
        random_level(15, 13, 0, region)  # type: ignore[arg-type]


@pytest.mark.parametrize("direction", [1, -1])
def test_the_search_stops_at_the_first_level_of_a_size(direction: int) -> None:
    found = find_level("hard", 500, direction, {21, 25}, region=5)  # type: ignore[arg-type]
    assert found.maze.dim in (21, 25)
    assert found.region == 5
    assert found.seed is not None
    between = range(500 + direction, found.seed, direction)
    assert not any(maze.dim in (21, 25) for maze in levels(25, between))


def test_without_sizes_the_search_takes_the_next_seed() -> None:
    assert find_level("easy", 41, 1).seed == 42
    assert find_level("easy", 41, -1).seed == 40


def test_a_search_that_cannot_end_well_is_refused() -> None:
    for start, direction, where in ((0, -1, "before 0"), (SEEDS - 1, 1, "after 2147483647")):
        with pytest.raises(MazeError, match=where):
            find_level("easy", start, direction)  # type: ignore[arg-type]
    for dims in (set(), {4}, {17}):
        with pytest.raises(MazeError, match="odd, 3 to 15"):
            find_level("easy", 0, 1, dims)


@settings(deadline=None)
@given(
    world=st.sampled_from([15, 25]),
    half=st.integers(0, 11),
    seed=st.integers(0, SEEDS - 1),
    region=st.none() | st.integers(1, 15),
)
def test_random_levels_are_perfect_mazes(world: int, half: int, seed: int, region: int | None) -> None:
    dim = min(2 * half + 3, world)
    maze = random_level(world, dim, seed, region)
    rooms = ((dim + 1) // 2) ** 2
    opened = world**2 - sum(maze.walls)
    # A spanning tree: every room, one opening fewer between them, and all of it connected.
    assert opened == 2 * rooms - 1
    assert reachable(maze).sum() == opened
    assert maze.mouse == (maze.margin, maze.margin)
    assert maze.cheese is not None
    if region is not None:
        assert min(maze.cheese) > maze.top_right[0] - region
    assert maze == random_level(world, dim, seed, region)
    inside = np.zeros((world, world), dtype=bool)
    inside[maze.margin : maze.margin + dim, maze.margin : maze.margin + dim] = True
    assert (maze.grid[~inside] == 51).all()


def test_a_level_of_its_own_size_and_background_is_the_seeds() -> None:
    for seed in range(200):
        own = level(25, seed)
        assert random_level(25, None, seed, background=None) == random_level(25, own.dim, seed, background=None) == own


@pytest.mark.parametrize("dim", [None, 3, 13])
def test_random_seeds_repeat_and_keep_to_the_size(dim: int | None) -> None:
    found, again = (random_seeds(15, 50, np.random.default_rng(8), dim) for _ in range(2))
    assert found == again != random_seeds(15, 50, np.random.default_rng(9), dim)
    assert len(set(found)) == 50
    assert {maze.dim for maze in levels(15, found)} == ({dim} if dim else set(range(3, 16, 2)))
    with pytest.raises(MazeError, match="odd, from 3 to 15"):
        random_seeds(15, 1, np.random.default_rng(0), 4)


def test_seeds_of_sizes_are_found_in_their_order() -> None:
    found = seeds_of_sizes(25, range(600, 300, -1), (3, 25))
    assert found.tolist() == [seed for seed in range(600, 300, -1) if level(25, seed).dim in (3, 25)]


def test_random_levels_differ_and_cover_sizes_themes_and_cheese_squares() -> None:
    mazes = [random_level(15, None, seed, background=None) for seed in range(600)]
    assert {maze.dim for maze in mazes} == set(range(3, 16, 2))
    assert {maze.background for maze in mazes} == set(range(BACKGROUNDS))
    assert len({maze.walls for maze in mazes if maze.dim == 15}) == sum(maze.dim == 15 for maze in mazes)
    small = [random_level(15, 3, seed) for seed in range(300)]
    # A 3 x 3 maze is a square of four rooms with one of four openings missing; the cheese is anywhere but the start.
    assert len({maze.walls for maze in small}) == 4
    assert len({maze.cheese for maze in small}) == 7
    assert random_level(15, 13, 0).background == 0


@pytest.mark.parametrize(
    ("world", "dim", "seed", "match"),
    [(31, 13, 0, "15 .easy. or 25"), (15, 17, 0, "odd, from 3 to 15"), (15, 4, 0, "odd"), (15, 3, -1, "from 0")],
)
def test_arguments_that_make_no_maze_are_refused(world: int, dim: int, seed: int, match: str) -> None:
    with pytest.raises(MazeError, match=match):
        random_level(world, dim, seed)
