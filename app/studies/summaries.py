"""Medians and means over levels, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.studies.intervals import median_interval


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
    low, high = median_interval(ordered)
    error = float(ordered.std(ddof=1) / count**0.5) if count > 1 else float("nan")
    return float(np.median(ordered)), float(ordered.mean()), low, high, error, count
