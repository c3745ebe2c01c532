"""Order in which the squares of a field are computed: the mouse's own first, then near ones and those on its paths."""

from __future__ import annotations

import numpy as np

from app.maze.maze import Maze
from app.maze.routes import decision_square, distances

FIRST_CHUNK = 6
"""Squares per thread of a first part that shall be there long before the whole field."""


def order_of_squares(maze: Maze) -> np.ndarray:
    """(N,) int64: rows of `maze.squares`, the mouse's own first, then the near ones and those on its paths.

    A square on the path to the cheese or to the top-right square counts as half as far as it is, so that a first part
    shows where the mouse is heading as well as what is around it. Squares out of reach come last.
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


def chunks_of(order: np.ndarray, threads: int, size: int, first: int = FIRST_CHUNK) -> list[list[np.ndarray]]:
    """The order cut into parts of one chunk per thread, all threads with about the same number of squares.

    The first part's chunks have up to `first` squares, so that something shows soon; the others' up to `size`.
    """
    if first >= size:
        return _parts(order, threads, size)
    soon = first * threads
    return [_shared(order[:soon], threads), *_parts(order[soon:], threads, size)]


def _parts(order: np.ndarray, threads: int, size: int) -> list[list[np.ndarray]]:
    if not len(order):
        return []
    rounds = -(-len(order) // (threads * size))
    return [_shared(part, threads) for part in np.array_split(order, rounds)]


def _shared(part: np.ndarray, threads: int) -> list[np.ndarray]:
    return [chunk for chunk in np.array_split(part, threads) if len(chunk)]
