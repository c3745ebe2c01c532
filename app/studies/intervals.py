"""Intervals of averages: every mean, median and share that is shown has one."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Final

import numpy as np

Z: Final = 1.959963984540054
"""Standard errors on each side of a 95 % interval."""

Interval = tuple[float, float]

MEDIAN_INTERVAL: Final = "95 % interval of the median, by order statistics"
MEAN_INTERVAL: Final = "95 % interval of the mean, by its standard error"
SHARE_INTERVAL: Final = "95 % interval of the share, by Wilson's formula"


def median_interval(values: np.ndarray) -> Interval:
    """The distribution-free 95 % interval of a median: between two order statistics; NaN without values.

    Their ranks are n/2 -+ z sqrt(n)/2, the normal approximation to the binomial.
    """
    ordered = np.sort(values)
    count = len(ordered)
    if not count:
        return float("nan"), float("nan")
    low = max(0, int(np.floor(count / 2 - Z * sqrt(count) / 2)))
    high = min(count - 1, int(np.ceil(count / 2 + Z * sqrt(count) / 2)))
    return float(ordered[low]), float(ordered[high])


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


def bootstrap_interval(
    values: np.ndarray, statistic: Callable[[np.ndarray], float] = np.median, *, draws: int = 1000, seed: int = 0
) -> Interval:
    """The percentile bootstrap's 95 % interval of a statistic of (n, ...) values, resampled by row; NaN without any."""
    if not len(values):
        return float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    found = [statistic(values[rng.integers(len(values), size=len(values))]) for _ in range(draws)]
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)
