"""Whole-maze edits, and the squares that a drawing gesture covers. Nothing here puts a wall under mouse or cheese."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from app.maze.maze import Maze, Square

_NEIGHBOURS: Final = ((1, 0), (0, 1), (-1, 0), (0, -1))


def rotate(maze: Maze, quarter_turns: int) -> Maze:
    """The world turned counterclockwise by quarter turns, mouse and cheese with it; the mouse looks as before.

    The maze's top-right square is the same square as before, with something else on it.
    """
    last = maze.world - 1
    turns = quarter_turns % 4

    def turned(square: Square) -> Square:
        for _ in range(turns):
            square = (square[1], last - square[0])
        return square

    # Rows count upwards, so numpy's counterclockwise (rows downwards) is our clockwise.
    return _moved(maze, np.rot90(_cells(maze), -turns), turned)


def mirror(maze: Maze, axis: Literal["horizontal", "vertical"]) -> Maze:
    """The world with left and right ("horizontal") or top and bottom ("vertical") exchanged.

    Mouse and cheese move with it; the mouse looks as before.
    """
    last = maze.world - 1
    if axis == "horizontal":
        return _moved(maze, _cells(maze)[:, ::-1], lambda square: (square[0], last - square[1]))
    return _moved(maze, _cells(maze)[::-1], lambda square: (last - square[0], square[1]))


def clear(maze: Maze) -> Maze:
    """Every square of the maze's own dim x dim open; the world around it stays."""
    low = maze.margin
    return maze.with_walls(rectangle((low, low), maze.top_right), wall=False)


def fill(maze: Maze) -> Maze:
    """Every square of the world a wall, but the mouse's and the cheese's."""
    last = maze.world - 1
    return maze.with_walls(rectangle((0, 0), (last, last)), wall=True)


def path_to_corner(maze: Maze) -> tuple[Square, ...]:
    """The squares from the maze's top-right square straight up to the world's edge, then right to its corner.

    Empty when the maze fills its world: there is then no way out of it.
    """
    if maze.margin == 0:
        return ()
    row, col = maze.top_right
    last = maze.world - 1
    return (*((r, col) for r in range(row, last + 1)), *((last, c) for c in range(col + 1, last + 1)))


def carve_path_to_corner(maze: Maze) -> Maze:
    """The maze with `path_to_corner` opened; itself when it fills its world. The top-right vector compares the two."""
    return maze.with_walls(path_to_corner(maze), wall=False)


def region(maze: Maze, square: Square) -> tuple[Square, ...]:
    """The squares that a flood fill from this one covers: those of its kind (wall or open) connected with it by sides.

    Nearest first; empty for a square outside the world.
    """
    if not maze.contains(square):
        return ()
    kind = maze.is_wall(square)
    found = {square: None}
    queue = [square]
    for row, col in queue:
        for up, right in _NEIGHBOURS:
            neighbour = (row + up, col + right)
            if neighbour not in found and maze.contains(neighbour) and maze.is_wall(neighbour) == kind:
                found[neighbour] = None
                queue.append(neighbour)
    return tuple(queue)


def rectangle(first: Square, second: Square) -> tuple[Square, ...]:
    """The squares of the rectangle between two opposite corners, both included, row-major from the bottom left."""
    rows = range(min(first[0], second[0]), max(first[0], second[0]) + 1)
    columns = range(min(first[1], second[1]), max(first[1], second[1]) + 1)
    return tuple((row, col) for row in rows for col in columns)


def line(first: Square, second: Square) -> tuple[Square, ...]:
    """The squares a straight stroke passes from one square to another, both included, each next to the one before.

    Neighbours share a side, so a stroke of walls has no gap to slip through and an opened stroke can be walked.
    """
    (row, col), (end_row, end_col) = first, second
    rows, columns = abs(end_row - row), abs(end_col - col)
    up, right = (1 if end_row > row else -1), (1 if end_col > col else -1)
    squares = [first]
    # Which of the next two edges, a row's or a column's, the line crosses first: compare where it meets them.
    rows_done = columns_done = 0
    while rows_done < rows or columns_done < columns:
        if (2 * rows_done + 1) * columns < (2 * columns_done + 1) * rows:
            row, rows_done = row + up, rows_done + 1
        else:
            col, columns_done = col + right, columns_done + 1
        squares.append((row, col))
    return tuple(squares)


def _cells(maze: Maze) -> np.ndarray:
    return np.frombuffer(maze.walls, dtype=np.uint8).reshape(maze.world, maze.world)


def _moved(maze: Maze, cells: np.ndarray, where: Callable[[Square], Square]) -> Maze:
    return replace(
        maze,
        walls=cells.tobytes(),
        mouse=where(maze.mouse),
        cheese=None if maze.cheese is None else where(maze.cheese),
    )
