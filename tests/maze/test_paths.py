"""Distances, shortest paths and the decision square, against networkx and the recorded counts."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from app.errors import MazeError
from app.maze.ascii import from_ascii
from app.maze.levels import generate_levels, random_level
from app.maze.maze import Maze, Square
from app.maze.moves import DOWN, LEFT, MOVE_DELTAS, RIGHT, UP
from app.maze.routes import (
    best_moves,
    decision_square,
    distances,
    is_unique,
    move_between,
    moves_towards,
    reachable,
    shortest_path,
)
from tests.maze.strategies import mazes


def _graph(maze: Maze) -> nx.Graph:
    graph = nx.grid_2d_graph(maze.world, maze.world)
    graph.remove_nodes_from([square for square in list(graph) if maze.is_wall(square)])
    return graph


@settings(max_examples=40, deadline=None)
@given(maze=mazes())
def test_distances_equal_networkx(maze: Maze) -> None:
    expected = np.full((maze.world, maze.world), -1)
    for square, steps in nx.single_source_shortest_path_length(_graph(maze), maze.mouse).items():
        expected[square] = steps
    found = distances(maze, maze.mouse)
    assert np.array_equal(found, expected)
    assert np.array_equal(reachable(maze), expected >= 0)
    assert not found.flags.writeable


@settings(max_examples=40, deadline=None)
@given(maze=mazes())
def test_a_shortest_path_is_one_of_networkxs_and_the_first_in_the_order_of_ties(maze: Maze) -> None:
    if maze.cheese is None:
        return
    path = shortest_path(maze, maze.mouse, maze.cheese)
    graph = _graph(maze)
    if not nx.has_path(graph, maze.mouse, maze.cheese):
        assert path is None
        return
    assert path is not None
    assert len(path) - 1 == nx.shortest_path_length(graph, maze.mouse, maze.cheese)
    assert (path[0], path[-1]) == (maze.mouse, maze.cheese)
    for here, there in itertools.pairwise(path):
        assert move_between(here, there) == best_moves(maze, here, maze.cheese)[0]
        assert graph.has_edge(here, there)


def test_ties_are_broken_up_right_down_left() -> None:
    room = Maze(15, 15, bytes(225), (7, 7), None)
    assert shortest_path(room, (7, 7), (9, 9)) == ((7, 7), (8, 7), (9, 7), (9, 8), (9, 9))
    assert best_moves(room, (7, 7), (9, 9)) == (UP, RIGHT)
    assert best_moves(room, (7, 7), (5, 9)) == (RIGHT, DOWN)
    assert best_moves(room, (7, 7), (5, 5)) == (DOWN, LEFT)
    assert best_moves(room, (7, 7), (9, 5)) == (UP, LEFT)
    assert best_moves(room, (7, 7), (7, 7)) == ()


@settings(max_examples=25, deadline=None)
@given(maze=mazes())
def test_moves_towards_a_target_are_those_that_come_nearer(maze: Maze) -> None:
    towards = moves_towards(maze, maze.mouse)
    steps = distances(maze, maze.mouse)
    for row in range(maze.world):
        for col in range(maze.world):
            for move, (up, right) in enumerate(MOVE_DELTAS.astype(int)):
                there = (row + up, col + right)
                nearer = (
                    steps[row, col] >= 0
                    and maze.contains(there)
                    and steps[there] >= 0
                    and steps[there] < steps[row, col]
                )
                assert towards[row, col, move] == nearer


def test_in_a_perfect_maze_every_path_is_unique_and_a_loop_is_seen() -> None:
    maze = random_level(15, 15, 1)
    assert maze.cheese is not None
    path = shortest_path(maze, maze.mouse, maze.cheese)
    assert path is not None
    assert is_unique(maze, path)
    room = Maze(15, 15, bytes(225), (0, 0), (2, 2))
    loop = shortest_path(room, (0, 0), (2, 2))
    assert loop is not None
    assert not is_unique(room, loop)
    straight = shortest_path(room, (0, 0), (0, 5))
    assert straight is not None
    assert is_unique(room, straight)


def test_targets_that_are_walls_or_outside() -> None:
    maze = random_level(15, 13, 0)
    assert (distances(maze, (0, 0)) == -1).all()
    assert shortest_path(maze, maze.mouse, (0, 0)) is None
    for call in (lambda: distances(maze, (15, 0)), lambda: shortest_path(maze, (0, -1), (1, 1))):
        with pytest.raises(MazeError, match="outside the world"):
            call()
    with pytest.raises(MazeError, match="not neighbours"):
        move_between((0, 0), (1, 1))


def test_the_recorded_counts_of_decision_levels() -> None:
    decisions = [decision_square(level.maze) for level in generate_levels("easy", range(200))]
    reasons = Counter(decision.reason for decision in decisions)
    assert reasons == {
        None: 108,
        "There is no decision square: the cheese is on the maze's top-right square.": 10,
        "There is no decision square: the cheese is on the way to the maze's top-right square.": 69,
        "There is no decision square: the maze's top-right square is on the way to the cheese.": 13,
    }
    assert all(decision.unique and (decision.square is None) == (decision.reason is not None) for decision in decisions)


FORK = """
C.#..
#.#.#
#....
#.###
M.###
"""
"""A maze of side 5 whose ways part at its (2, 1)."""


def _fork() -> Maze:
    return from_ascii(FORK)


def _of_block(row: int, col: int) -> Square:
    """A square of the 5 x 5 block in the easy world."""
    return row + 5, col + 5


def test_the_decision_square_is_where_the_ways_part() -> None:
    found = decision_square(_fork())
    assert (found.square, found.reason, found.unique) == (_of_block(2, 1), None, True)
    assert (found.to_cheese, found.to_top_right) == (UP, RIGHT)
    assert found.cheese_path is not None
    assert found.top_right_path is not None
    assert found.cheese_path[-1] == _of_block(4, 0)
    assert found.top_right_path[-1] == _of_block(4, 4)


def test_the_decision_square_follows_the_mouse() -> None:
    fork = _fork()
    found = decision_square(fork.with_mouse(_of_block(3, 1)))
    assert found.square == _of_block(3, 1)
    assert (found.to_cheese, found.to_top_right) == (UP, DOWN)


def test_with_a_loop_the_square_is_marked_not_unique() -> None:
    loop = _fork().with_walls((_of_block(1, 0),), wall=False)
    found = decision_square(loop)
    assert (found.square, found.unique) == (_of_block(2, 1), False)
    assert found.cheese_path is not None
    assert found.cheese_path[1] == _of_block(1, 0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda maze: maze.with_cheese(None), "the cheese was removed"),
        (lambda maze: maze.with_walls((_of_block(3, 1),), wall=True), "the cheese cannot be reached"),
        (lambda maze: maze.with_walls((_of_block(4, 4),), wall=True), "top-right square is a wall"),
        (lambda maze: maze.with_walls((_of_block(3, 3),), wall=True), "top-right square cannot be reached"),
        (lambda maze: maze.with_cheese(_of_block(4, 4)), "cheese is on the maze's top-right square"),
        (lambda maze: maze.with_cheese(_of_block(2, 3)), "cheese is on the way to the maze's top-right"),
        (lambda maze: maze.with_mouse(_of_block(4, 4)), "top-right square is on the way to the cheese"),
    ],
)
def test_a_missing_decision_square_has_a_reason(change: Callable[[Maze], Maze], reason: str) -> None:
    found = decision_square(change(_fork()))
    assert (found.square, found.to_cheese, found.to_top_right) == (None, None, None)
    assert found.reason is not None
    assert reason in found.reason
    assert found.reason.endswith(".")


@settings(max_examples=60, deadline=None)
@given(maze=mazes())
def test_after_the_decision_square_the_paths_share_nothing(maze: Maze) -> None:
    found = decision_square(maze)
    if found.square is None:
        assert found.reason
        return
    assert found.cheese_path is not None
    assert found.top_right_path is not None
    after_cheese = found.cheese_path[found.cheese_path.index(found.square) + 1 :]
    after_corner = found.top_right_path[found.top_right_path.index(found.square) + 1 :]
    assert after_cheese
    assert after_corner
    assert not set(after_cheese) & set(after_corner)
    assert found.to_cheese == move_between(found.square, after_cheese[0])
    assert found.to_top_right == move_between(found.square, after_corner[0])
