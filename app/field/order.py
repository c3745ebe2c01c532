"""In which order the squares of a field are computed: what a person looks at first."""

from __future__ import annotations

import numpy as np

from app.maze.maze import Maze
from app.maze.paths import decision_square, distances


def order_of_squares(maze: Maze) -> np.ndarray:
    """(N,) int64: rows of `maze.squares`, the mouse's own first, then the near ones and those on its paths.

    A square on the path to the cheese or to the top-right square counts as half as far as it is, so that a first part
    shows where the mouse is heading as well as what lies around it. Squares out of reach come last.
    """
    squares = maze.squares
    steps = distances(maze, maze.mouse)[squares[:, 0], squares[:, 1]].astype(np.float64)
    away = np.abs(squares - np.array(maze.mouse)).sum(axis=1)
    far = np.where(steps >= 0, steps, maze.world**2 + away)
    decision = decision_square(maze)
    on_path = set(decision.cheese_path or ()) | set(decision.top_right_path or ())
    if on_path:
        far[[(int(row), int(col)) in on_path for row, col in squares]] /= 2
    return np.argsort(far, kind="stable")


def parts_of(order: np.ndarray, first: int, size: int) -> list[np.ndarray]:
    """The order cut into parts: the first of `first` squares, the others of `size`."""
    cuts = range(min(first, len(order)), len(order), size)
    return [part for part in np.split(order, list(cuts)) if len(part)]
