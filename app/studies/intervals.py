"""Intervals of averages: every mean, median and share that is shown has one."""

from __future__ import annotations

from functools import lru_cache
from math import comb, isfinite, sqrt
from typing import Final

import numpy as np

Z: Final = 1.959963984540054
"""Standard errors on each side of a 95 % interval."""

_LARGE: Final = 1000

Interval = tuple[float, float]

MEDIAN_INTERVAL: Final = "95 % interval of the median"
MEAN_INTERVAL: Final = "95 % interval of the mean"
SHARE_INTERVAL: Final = "95 % interval of the share, by Wilson's formula"


def ends_text(low: float, high: float) -> str:
    """An interval behind its number in a sentence, " [-1.20, +0.30]"; nothing where so few levels give none."""
    return f" [{low:+.2f}, {high:+.2f}]" if isfinite(low) and isfinite(high) else ""


def median_interval(values: np.ndarray) -> Interval:
    """The distribution-free 95 % interval of a median: between two order statistics; NaN for fewer than six values,
    between any two of which the median is less surely."""
    rank = median_rank(len(values))
    if rank is None:
        return float("nan"), float("nan")
    ordered = np.sort(values)
    return float(ordered[rank]), float(ordered[len(ordered) - 1 - rank])


@lru_cache(maxsize=512)
def median_rank(count: int) -> int | None:
    """The largest r for which the r-th smallest and r-th largest (from 0) of this many values hold the median of what
    they are drawn from with a chance of at least 95 %; None when there is none.

    The number of values below the median is binomial (count, 1/2); of more than 1,000 values, nearly normal.
    """
    if count > _LARGE:
        return int(count / 2 - Z * sqrt(count) / 2) - 1
    outside, rank, whole = 0, None, 2**count
    for below in range(count // 2):
        outside += comb(count, below)
        # Both tails together at most one in twenty.
        if 40 * outside > whole:
            break
        rank = below
    return rank


def mean_interval(values: np.ndarray) -> Interval:
    """The 95 % interval of a mean by its standard error; NaN for fewer than two values."""
    if len(values) < 2:
        return float("nan"), float("nan")
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1)) / sqrt(len(values))
    return mean - Z * error, mean + Z * error


def share_interval(hits: int, count: int) -> Interval:
    """Wilson's 95 % interval of a share; NaN for none of none."""
    if not count:
        return float("nan"), float("nan")
    share = hits / count
    centre = share + Z * Z / (2 * count)
    spread = Z * sqrt(share * (1 - share) / count + Z * Z / (4 * count * count))
    scale = 1 + Z * Z / count
    return (centre - spread) / scale, (centre + spread) / scale
