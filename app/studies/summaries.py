"""Medians and means over levels, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb
from typing import Final

import numpy as np

_LARGE: Final = 1000
_NORMAL: Final = 1.959964
MEDIAN_INTERVAL: Final = "95 % interval of the median"


@dataclass(frozen=True, eq=False)
class Summary:
    """Over the first axis of an array, NaN left out: one number for each place of the others.

    Attributes:
        median, mean: NaN where there is none.
        low, high: an interval that covers the median of the levels' distribution in at least 95 % of samples, from
            order statistics (no assumption on the distribution); NaN with fewer than 6 levels.
        error: the mean's standard error; NaN with fewer than 2.
        n: how many were there.
    """

    median: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    error: np.ndarray
    n: np.ndarray


def summary(values: np.ndarray) -> Summary:
    """Of (levels, ...) numbers."""
    flat = np.asarray(values, dtype=np.float64).reshape(len(values), -1)
    found = np.array([_of(column[~np.isnan(column)]) for column in flat.T]).reshape(-1, 6)
    median, mean, low, high, error, n = found.T.reshape(6, *np.shape(values)[1:])
    return Summary(median, mean, low, high, error, n.astype(np.int64))


def _of(column: np.ndarray) -> tuple[float, float, float, float, float, int]:
    count = len(column)
    if not count:
        nan = float("nan")
        return nan, nan, nan, nan, nan, 0
    ordered = np.sort(column)
    rank = median_rank(count)
    low, high = (float("nan"),) * 2 if rank is None else (ordered[rank], ordered[count - 1 - rank])
    error = float(ordered.std(ddof=1) / count**0.5) if count > 1 else float("nan")
    return float(np.median(ordered)), float(ordered.mean()), float(low), float(high), error, count


@lru_cache(maxsize=512)
def median_rank(count: int) -> int | None:
    """The largest r for which the r-th smallest and r-th largest (from 0) of so many numbers hold the median of what
    they are drawn from with a chance of at least 95 %; None when there is none.

    The number of draws below the median is binomial (count, 1/2); of more than 1,000, nearly normal.
    """
    if count > _LARGE:
        return int((count - _NORMAL * count**0.5) / 2) - 1
    outside, rank, whole = 0, None, 2**count
    for below in range(count // 2):
        outside += comb(count, below)
        # Both tails together at most one in twenty.
        if 40 * outside > whole:
            break
        rank = below
    return rank
