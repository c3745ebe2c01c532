"""Logistic and least-squares fits of what a policy does on features of levels, by scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from app.errors import MazescopeError

PENALTY: Final = 1.0
"""scikit-learn's C of the logistic fit: its own default, which the published fits used as well. It keeps coefficients
finite where a feature tells the outcomes apart without exception, and hardly moves others."""

Fit = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""(n, p) z-scored features, (n,) outcome -> (p + 1,) coefficients, the intercept last."""


@dataclass(frozen=True, eq=False)
class FitNumbers:
    """One fit.

    Attributes:
        coefficients: (p + 1,) of the z-scored features and the intercept, on all levels.
        low, high: (p + 1,) ends of their 95 % bootstrap intervals, levels resampled.
        flips_by_levels: (p,) share of random halves of the levels in which the coefficient has the other sign.
        flips_by_features: (p,) share of random subsets of the other features next to which it has the other sign; NaN
            for a single feature.
    """

    coefficients: np.ndarray
    low: np.ndarray
    high: np.ndarray
    flips_by_levels: np.ndarray
    flips_by_features: np.ndarray


def models() -> Any:
    """scikit-learn's `linear_model`.

    Raises:
        MazescopeError: where it is not installed.
    """
    try:
        from sklearn import linear_model
    except ImportError as error:
        raise MazescopeError("Fits need scikit-learn; `make studies` installs it.") from error
    return linear_model


def logistic(features: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """A logistic regression; an outcome between 0 and 1 counts as so much of either."""
    model = models().LogisticRegression(C=PENALTY, solver="newton-cholesky")
    labels = np.repeat([0, 1], len(features))
    weights = np.concatenate([1 - outcome, outcome])
    there = weights > 0
    if len(np.unique(labels[there])) < 2:
        # All levels end alike: no feature tells anything, and the odds are beyond what numbers say.
        return np.append(np.zeros(features.shape[1]), np.inf if labels[there][0] else -np.inf)
    doubled = np.concatenate([features, features])
    model.fit(doubled[there], labels[there], weights[there])
    return np.append(model.coef_[0], model.intercept_[0])


def least_squares(features: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """An ordinary least-squares regression."""
    model = models().LinearRegression().fit(features, outcome)
    return np.append(model.coef_, model.intercept_)


def fit_numbers(
    fit: Fit, features: np.ndarray, outcome: np.ndarray, *, draws: int, seed: int, check: Callable[[], None]
) -> FitNumbers:
    """A fit with its intervals and how steady its signs are.

    Args:
        fit: `logistic` or `least_squares`.
        features: (n, p) z-scored.
        outcome: (n,).
        draws: resamples, and random subsets of either kind.
        seed: of all that is random.
        check: called between fits; may raise `Cancelled`.
    """
    count, size = features.shape
    whole = fit(features, outcome)
    rng = np.random.default_rng(seed)
    resampled, halves = [], []
    for _ in range(draws):
        check()
        rows = rng.integers(count, size=count)
        resampled.append(fit(features[rows], outcome[rows]))
        half = rng.permutation(count)[: count // 2]
        halves.append(np.sign(fit(features[half], outcome[half])[:-1]) != np.sign(whole[:-1]))
    low, high = np.percentile(np.array(resampled), [2.5, 97.5], axis=0)
    by_features = _flips_by_features(fit, features, outcome, np.sign(whole[:-1]), draws, rng, check)
    return FitNumbers(whole, low, high, np.mean(halves, axis=0) if size else np.empty(0), by_features)


def _flips_by_features(
    fit: Fit,
    features: np.ndarray,
    outcome: np.ndarray,
    signs: np.ndarray,
    draws: int,
    rng: np.random.Generator,
    check: Callable[[], None],
) -> np.ndarray:
    size = features.shape[1]
    if size < 2:
        return np.full(size, np.nan)
    flips, seen = np.zeros(size), np.zeros(size)
    for _ in range(draws):
        check()
        chosen = np.flatnonzero(rng.random(size) < 0.5)
        # The whole set is no subset to compare with, and none has no sign.
        if not 0 < len(chosen) < size:
            continue
        found = np.sign(fit(features[:, chosen], outcome)[:-1])
        seen[chosen] += 1
        flips[chosen] += found != signs[chosen]
    return np.where(seen > 0, flips / np.maximum(seen, 1), np.nan)


def inflation(features: np.ndarray) -> np.ndarray:
    """(p,) variance inflation factors: 1 / (1 - R^2) of each feature by the others; infinite for a sum of others."""
    found = []
    for column in range(features.shape[1]):
        others = np.delete(features, column, axis=1)
        if not others.shape[1]:
            found.append(1.0)
            continue
        left = 1 - float(
            models().LinearRegression().fit(others, features[:, column]).score(others, features[:, column])
        )
        found.append(1 / left if left > 1e-10 else float("inf"))
    return np.array(found)


def predictions(coefficients: np.ndarray, features: np.ndarray) -> np.ndarray:
    """(n,) linear predictions: the outcome of a least-squares fit, the log-odds of a logistic one."""
    return np.asarray(features @ coefficients[:-1] + coefficients[-1])


def probabilities(log_odds: np.ndarray) -> np.ndarray:
    """The probabilities of log-odds."""
    return np.asarray(0.5 * (1 + np.tanh(log_odds / 2)))
