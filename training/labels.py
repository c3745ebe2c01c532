"""Expert labels: the best move at every square of a maze, and its value."""

from __future__ import annotations

import numpy as np

from app.maze.game_rules import REWARD
from app.maze.maze import Maze, Square
from app.maze.routes import distances, moves_towards


def move_targets(maze: Maze, target: Square, squares: np.ndarray) -> np.ndarray:
    """(N, 5) float32: one over the number of best moves for each move that shortens the path to the target, else zero.

    Args:
        squares: (N, 2) of (row, col), each with a way to the target.
    """
    best = moves_towards(maze, target)[squares[:, 0], squares[:, 1]].astype(np.float32)
    return best / best.sum(axis=1, keepdims=True)


def discounted_returns(maze: Maze, target: Square, squares: np.ndarray, gamma: float) -> np.ndarray:
    """(N,) float32 of reward * gamma ** (steps - 1): the return of walking straight to the target."""
    steps = distances(maze, target)[squares[:, 0], squares[:, 1]]
    return (REWARD * gamma ** (steps - 1.0)).astype(np.float32)
