"""Log-odds of two moves, from logits: they show changes that P(cheese) and P(top-right) hide near 0 or 1."""

from __future__ import annotations

import numpy as np

from app.maze.moves import MOVE_ACTIONS


def log_odds(logits: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(n,) float64, in nats: ln of the summed probability of the first move's actions minus that of the second's.

    Args:
        logits: (n, 15) raw logits.
        first, second: (n,) int64, moves as indices into `app.maze.moves.MOVES`.
    """
    sums = move_log_sums(logits)
    at = np.arange(len(sums))
    return np.asarray(sums[at, first] - sums[at, second])


def move_log_sums(logits: np.ndarray) -> np.ndarray:
    """(n, 5) float64: of each move the logarithm of the sum of its actions' exponentiated logits."""
    wide = logits.astype(np.float64)
    return np.stack([np.logaddexp.reduce(wide[:, list(actions)], axis=1) for actions in MOVE_ACTIONS], axis=1)
