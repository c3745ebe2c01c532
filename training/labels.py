"""What an expert would do at every square of a maze, and what it would earn."""

from __future__ import annotations

import numpy as np

from app.actions import MOVE_DELTAS
from training.loss import REWARD

_STEPS = MOVE_DELTAS[:4].astype(np.int64)


def move_targets(distances: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """(N, 5) float32: one over the number of best moves for each move that shortens the way to the cheese, else zero.

    Args:
        distances: (world, world) steps to the cheese, -1 where there is no way. squares: (N, 2), each with a way.
    """
    world = len(distances)
    padded = np.full((world + 2, world + 2), -1, dtype=np.int64)
    padded[1:-1, 1:-1] = distances
    here = padded[squares[:, 0] + 1, squares[:, 1] + 1]
    targets = np.zeros((len(squares), 5), dtype=np.float32)
    for move, (row, col) in enumerate(_STEPS):
        there = padded[squares[:, 0] + 1 + row, squares[:, 1] + 1 + col]
        targets[:, move] = (there >= 0) & (there == here - 1)
    return targets / targets.sum(axis=1, keepdims=True)


def discounted_returns(distances: np.ndarray, squares: np.ndarray, gamma: float) -> np.ndarray:
    """(N,) float32 of reward * gamma ** (steps - 1): the return of walking straight to the cheese."""
    steps = distances[squares[:, 0], squares[:, 1]]
    return (REWARD * gamma ** (steps - 1.0)).astype(np.float32)
