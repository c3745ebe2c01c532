"""Fast routes of levels: equal to the general ones, on trees and on mazes with loops."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given

from app.maze.generator import levels
from app.maze.level_routes import REGION, level_routes
from app.maze.maze import Maze, Square
from app.maze.moves import MOVE_DELTAS
from app.maze.routes import decision_square, distances, shortest_path
from tests.maze.strategies import mazes


def check(maze: Maze) -> None:
    """Compare every number with what the general functions give."""
    found, expected = level_routes(maze), decision_square(maze)
    assert (found.decision, found.to_cheese, found.to_corner) == (
        expected.square,
        expected.to_cheese,
        expected.to_top_right,
    )
    places = {"S": maze.mouse, "C": maze.cheese, "D": expected.square, "T": maze.top_right}
    first = maze.margin + maze.dim - min(REGION, maze.dim)
    end = maze.margin + maze.dim
    region = [(row, col) for row in range(first, end) for col in range(first, end) if maze.is_open((row, col))]
    for pair, steps in found.steps.items():
        one = places[pair[0]]
        goals: Sequence[Square | None] = region if pair[1] == "R" else [places[pair[1]]]
        ways = [distances(maze, goal)[one] for goal in goals if goal is not None and one is not None]
        reached = [int(way) for way in ways if way >= 0]
        assert steps == (min(reached) if reached else None), pair
    if expected.square is not None:
        for path, junctions in (
            (expected.cheese_path, found.junctions_to_cheese),
            (expected.top_right_path, found.junctions_to_corner),
        ):
            assert path is not None
            between = path[path.index(expected.square) + 1 : -1]
            assert junctions == sum(neighbours(maze, square) >= 3 for square in between)
    if maze.cheese is not None:
        assert found.dead_end == (neighbours(maze, maze.cheese) < 2)


def neighbours(maze: Maze, square: Square) -> int:
    return sum(maze.is_open((square[0] + int(row), square[1] + int(col))) for row, col in MOVE_DELTAS[:4])


@pytest.mark.parametrize("world", [15, 25])
def test_levels_as_generated(world: int) -> None:
    for maze in levels(world, np.arange(120)):
        check(maze)


@given(mazes())
def test_any_maze(maze: Maze) -> None:
    check(maze)


def test_a_path_through_the_region_counts_to_its_edge() -> None:
    maze = next(maze for maze in levels(15, np.arange(50)) if maze.dim == 15)
    path = shortest_path(maze, maze.mouse, maze.top_right)
    assert path is not None
    inside = [min(square) >= 10 for square in path]
    steps = level_routes(maze).steps["SR"]
    assert steps is not None
    assert steps <= inside.index(True)
