"""Rotations, mirrors, whole-maze edits and the squares of drawing gestures."""

from __future__ import annotations

import itertools
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.maze.ascii import from_ascii, to_ascii
from app.maze.levels import random_level
from app.maze.maze import CHEESE, WALL, Maze
from app.maze.transforms import (
    carve_path_to_corner,
    clear,
    fill,
    line,
    mirror,
    path_to_corner,
    rectangle,
    region,
    rotate,
)
from tests.maze.strategies import mazes

BLOCK = "C.#\n..#\n#.M\n"
SQUARES = st.tuples(st.integers(0, 24), st.integers(0, 24))


def _shown(maze: Maze) -> str:
    return to_ascii(maze, whole_world=False)


def test_a_quarter_turn_is_counterclockwise_on_the_screen() -> None:
    maze = from_ascii(BLOCK)
    assert _shown(rotate(maze, 1)) == "##M\n...\nC.#\n"
    assert _shown(rotate(maze, 2)) == "M.#\n#..\n#.C\n"
    assert rotate(maze, -1) == rotate(maze, 3)


def test_mirrors_exchange_sides() -> None:
    maze = from_ascii(BLOCK)
    assert _shown(mirror(maze, "horizontal")) == "#.C\n#..\nM.#\n"
    assert _shown(mirror(maze, "vertical")) == "#.M\n..#\nC.#\n"


@settings(max_examples=40, deadline=None)
@given(maze=mazes())
def test_turning_and_mirroring_back_gives_the_same_maze(maze: Maze) -> None:
    assert rotate(rotate(maze, 1), 3) == rotate(maze, 0) == rotate(maze, 4) == maze
    assert mirror(mirror(maze, "vertical"), "vertical") == maze
    assert mirror(mirror(maze, "horizontal"), "vertical") == rotate(maze, 2)
    assert (
        rotate(maze, 1).cheese is None
        if maze.cheese is None
        else rotate(maze, 1).grid[rotate(maze, 1).cheese] == CHEESE
    )


def test_clear_opens_the_maze_and_leaves_the_world() -> None:
    maze = random_level(25, 13, 5)
    opened = clear(maze)
    inside = slice(maze.margin, maze.margin + 13)
    assert not (opened.grid[inside, inside] == WALL).any()
    assert sum(opened.walls) == 625 - 169
    assert (opened.mouse, opened.cheese) == (maze.mouse, maze.cheese)


def test_fill_leaves_mouse_and_cheese_their_squares() -> None:
    maze = fill(random_level(25, 13, 5))
    assert sum(maze.walls) == 623
    assert maze.is_open(maze.mouse)


def test_the_path_to_the_corner_goes_up_then_right() -> None:
    maze = random_level(15, 11, 1)
    assert path_to_corner(maze) == ((12, 12), (13, 12), (14, 12), (14, 13), (14, 14))
    carved = carve_path_to_corner(maze)
    assert sum(maze.walls) - sum(carved.walls) == 4
    assert all(carved.is_open(square) for square in path_to_corner(maze))
    full = random_level(15, 15, 1)
    assert path_to_corner(full) == ()
    assert carve_path_to_corner(full) is full


def test_the_carved_path_is_the_recorded_one(reference: Path) -> None:
    compared = 0
    with np.load(reference / "recorded.npz") as recorded:
        for name in recorded.files:
            if name.endswith("/top_right_grid"):
                level = name.removesuffix("/top_right_grid")
                dim, grid = int(recorded[f"{level}/dim"]), recorded[f"{level}/grid"]
                margin = (len(grid) - dim) // 2
                maze = Maze.from_grid(grid, dim=dim, mouse=(margin, margin))
                assert np.array_equal(carve_path_to_corner(maze).grid, recorded[name]), name
                compared += 1
    assert compared


@settings(max_examples=40, deadline=None)
@given(maze=mazes(), data=st.data())
def test_a_flood_fill_covers_the_connected_squares_of_its_kind(maze: Maze, data: st.DataObject) -> None:
    start = data.draw(st.tuples(st.integers(0, maze.world - 1), st.integers(0, maze.world - 1)))
    graph = nx.grid_2d_graph(maze.world, maze.world)
    graph.remove_nodes_from([square for square in list(graph) if maze.is_wall(square) != maze.is_wall(start)])
    found = region(maze, start)
    assert found[0] == start
    assert len(set(found)) == len(found)
    assert set(found) == nx.node_connected_component(graph, start)


def test_a_flood_fill_outside_covers_nothing() -> None:
    assert region(random_level(15, 3, 0), (15, 0)) == ()


def test_a_rectangle_is_the_same_from_any_corner() -> None:
    assert rectangle((3, 1), (2, 2)) == ((2, 1), (2, 2), (3, 1), (3, 2))
    assert rectangle((2, 2), (3, 1)) == rectangle((3, 2), (2, 1))
    assert rectangle((4, 4), (4, 4)) == ((4, 4),)


@given(first=SQUARES, second=SQUARES)
def test_a_stroke_has_no_gaps_and_stays_near_the_straight_line(first: tuple[int, int], second: tuple[int, int]) -> None:
    squares = line(first, second)
    assert (squares[0], squares[-1]) == (first, second)
    steps = [abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in itertools.pairwise(squares)]
    assert all(step == 1 for step in steps)
    rows, columns = second[0] - first[0], second[1] - first[1]
    assert len(squares) == abs(rows) + abs(columns) + 1
    length = max(1e-9, (rows**2 + columns**2) ** 0.5)
    for row, col in squares:
        # A square's centre is never further from the line than half its diagonal: the line passes it or its corner.
        assert abs((row - first[0]) * columns - (col - first[1]) * rows) / length <= 0.5**0.5 + 1e-9


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_walls_turn_with_the_mouse(turns: int) -> None:
    maze = random_level(25, 21, 3)
    turned = rotate(maze, turns)
    assert sum(turned.walls) == sum(maze.walls)
    assert len(region(turned, turned.mouse)) == len(region(maze, maze.mouse))
