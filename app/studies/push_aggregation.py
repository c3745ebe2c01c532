"""Aggregation in the last layers: whether the few parts that push most tell the greedy move, next to random parts.

For each level, a part's push for the move to the cheese less its push for the move to the top right is added up over
the k parts that matter most; a positive sum predicts the move to the cheese, a negative one the move to the top right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.studies.study import read_only

CONTROLS: Final = 200
"""Random sets of k parts for each k."""


@dataclass(frozen=True, eq=False)
class Aggregation:
    """Accuracy of the prediction over the number of parts.

    Attributes:
        counts: (K,) int64: k, ascending; the last is the number of all parts.
        accuracy: (K,) float64: share of levels predicted right by the k parts that matter most.
        control: (K,) float64: mean accuracy of random sets of k parts.
        control_low, control_high: (K,) float64: 2.5 % and 97.5 % of the random sets.
        base_rate: accuracy of always predicting the commoner move.
        levels: n: those in which the greedy move is one of the two.
        left_out: levels in which it is neither.
    """

    counts: np.ndarray
    accuracy: np.ndarray
    control: np.ndarray
    control_low: np.ndarray
    control_high: np.ndarray
    base_rate: float
    levels: int
    left_out: int


def counts_up_to(parts: int) -> np.ndarray:
    """1, 2, 3, 4, 6, 8, 12, 16, ... and the number of all parts."""
    found = sorted({min(parts, count) for power in range(12) for count in (2**power, 3 * 2**power)} | {parts})
    return np.array([count for count in found if count >= 1], dtype=np.int64)


def aggregation(
    difference: np.ndarray, to_cheese: np.ndarray, to_top_right: np.ndarray, greedy: np.ndarray, *, seed: int = 0
) -> Aggregation | None:
    """Predict the greedy move; None when no level's is one of the two.

    Which parts matter most is taken from the other half of the levels, every second one, so that no level tells which
    parts predict it. Parts are ranked by their mean absolute push for the one move less the other.

    Args:
        difference: (levels, parts): push for the move to the cheese less push for the move to the top right.
        to_cheese, to_top_right, greedy: (levels,) moves, indices into `app.maze.moves.MOVES`.
        seed: of the random sets.
    """
    chosen = (greedy == to_cheese) | (greedy == to_top_right)
    values, right = np.asarray(difference, dtype=np.float64)[chosen], (greedy == to_cheese)[chosen]
    levels, parts = values.shape
    if not levels:
        return None
    half = np.arange(levels) % 2 == 0
    orders = [_by_weight(values[~part] if (~part).any() else values) for part in (half, ~half)]
    counts = counts_up_to(parts)
    sums = np.empty((levels, parts))
    for part, order in zip((half, ~half), orders, strict=True):
        sums[part] = np.cumsum(values[part][:, order], axis=1)
    accuracy = ((sums[:, counts - 1] > 0) == right[:, None]).mean(axis=0)
    random = np.random.default_rng(seed)
    controls = np.empty((CONTROLS, len(counts)))
    for row in controls:
        order = random.permutation(parts)
        row[:] = ((np.cumsum(values[:, order], axis=1)[:, counts - 1] > 0) == right[:, None]).mean(axis=0)
    low, high = np.quantile(controls, (0.025, 0.975), axis=0)
    rate = float(right.mean())
    return Aggregation(
        read_only(counts, np.int64),
        read_only(accuracy),
        read_only(controls.mean(axis=0)),
        read_only(low),
        read_only(high),
        max(rate, 1 - rate),
        levels,
        int((~chosen).sum()),
    )


def _by_weight(values: np.ndarray) -> np.ndarray:
    return np.argsort(-np.abs(values).mean(axis=0), kind="stable")
