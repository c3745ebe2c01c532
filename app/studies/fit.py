"""Fits of a policy's choice on features of levels: intervals, signs, held-out levels, base rates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import ClassVar, Final, Literal

import numpy as np
from cachetools import LRUCache

from app.errors import MazescopeError
from app.io import parquet
from app.policy.policy import Policy
from app.progress import Cancelled, Progress, go_on
from app.studies.fit_models import (
    fit_numbers,
    inflation,
    least_squares,
    logistic,
    models,
    predictions,
    probabilities,
)
from app.studies.fit_result import FitResult, Fitted
from app.studies.level_features import FEATURES, PRESETS
from app.studies.level_table import LevelsQuestion
from app.studies.levels_result import LevelsResult
from app.studies.study import Partial, Question, Recipe, unheard

Outcome = Literal["choice", "greedy", "exact"]
"""The number of a level: P(cheese) at the decision square; whether greedy play reaches the cheese; the chance that
sampled play does."""

COLUMNS: Final[dict[Outcome, str]] = {"choice": "p_cheese", "greedy": "greedy_steps", "exact": "reach"}

DRAWS: Final = 400
HELD_OUT: Final = 0.25
KEPT_ROWS: Final = 100_000
"""Rows of tables that are remembered in all; 100,000 take 30 MB."""

FEWEST: Final = 20
FEWEST_A_FEATURE: Final = 5
"""A fit needs at least this many levels in all, and for each feature and the intercept."""


@dataclass(frozen=True)
class FitQuestion(Question):
    """Question: fit of a policy's choice on features of levels.

    Only levels with a decision square count, and those that have every feature.

    Attributes:
        source: the levels, or a Parquet file that `study levels` has written.
        features: names of columns, see `app.studies.level_features.FEATURES` and `PRESETS`.
        outcome: what is fitted by the logistic fit; the least-squares fit is of the log-odds.
        distinct: whether levels that repeat an earlier one are left out.
        draws: resamples and random subsets.
        seed: of all that is random.

    Raises:
        MazescopeError: for a feature that no table has, or none.
    """

    study: ClassVar[str] = "fit"

    source: LevelsQuestion | Path
    features: tuple[str, ...] = PRESETS["published"]
    outcome: Outcome = "choice"
    distinct: bool = False
    draws: int = DRAWS
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.features:
            raise MazescopeError("No feature was named; expected at least one.")
        for name in self.features:
            if name not in FEATURES and name not in ("dim", "background"):
                raise MazescopeError(f"There is no feature {name!r}; expected some of {', '.join(FEATURES)}.")
        object.__setattr__(self, "features", tuple(dict.fromkeys(self.features)))

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> FitResult:
        """Measure.

        Raises:
            MazescopeError: without scikit-learn; for too few levels, a feature that is constant, or an outcome that all
                levels share.
            Cancelled: when `progress` says not to continue.
        """
        del partial
        models()
        columns, recipe = self._columns(device, progress)
        features, outcome, odds, seeds, originals = self._chosen(columns)
        middle, spread = features.mean(axis=0), features.std(axis=0)
        scored = (features - middle) / spread
        fits = 4 * self.draws
        done = 0
        tests = held_out_rows(originals, self.seed)

        def check() -> None:
            nonlocal done
            done += 1
            if not progress(done, fits):
                raise Cancelled

        fitted = tuple(
            self._fitted(kind, scored, values, tests, check)
            for kind, values in (("logistic", outcome), ("least squares", odds))
        )
        progress(fits, fits)
        return FitResult(self, self.features, features, middle, spread, inflation(scored), fitted, seeds, recipe)

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        source = {"table": str(self.source)} if isinstance(self.source, Path) else self.source.recipe()
        return {
            **source,
            "features": list(self.features),
            "outcome": self.outcome,
            "distinct": self.distinct,
            "draws": self.draws,
            "seed": self.seed,
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line."""
        source = ("--table", str(self.source)) if isinstance(self.source, Path) else self.source.levels.words()
        more: tuple[str, ...] = ("--distinct",) if self.distinct else ()
        more += () if self.draws == DRAWS else ("--draws", str(self.draws))
        more += () if self.seed == 0 else ("--seed", str(self.seed))
        return (*source, "--features", *self.features, "--outcome", self.outcome, *more)

    @property
    def policy(self) -> Policy | None:
        """The policy that is asked; None where a file holds what it has answered."""
        return None if isinstance(self.source, Path) else self.source.policy

    def _columns(self, device: str, progress: Progress) -> tuple[dict[str, np.ndarray], Recipe]:
        names = ["seed", "repeats", "log_odds", COLUMNS[self.outcome], *self.features]
        names = list(dict.fromkeys(names))
        if isinstance(self.source, Path):
            return parquet.read(self.source, names)
        result = _table_of(self.source, device, progress)
        return {name: result.column(name) for name in names}, result.recipe

    def _chosen(self, columns: dict[str, np.ndarray]) -> tuple[np.ndarray, ...]:
        """(n, p) features, (n,) outcome in 0..1, (n,) log-odds, (n,) seeds of the levels that count, and (n,) those of
        the levels that they repeat, or their own."""
        wanted = np.ones(len(columns["seed"]), dtype=bool)
        for name in ("log_odds", *self.features):
            wanted &= ~np.ma.getmaskarray(columns[name])
        if self.distinct:
            wanted &= np.ma.getmaskarray(columns["repeats"])
        count = int(wanted.sum())
        needed = max(FEWEST, FEWEST_A_FEATURE * (len(self.features) + 1))
        if count < needed:
            raise MazescopeError(
                f"{count} of {len(wanted)} levels have a decision square and every feature; a fit of "
                f"{len(self.features)} feature{'s' if len(self.features) > 1 else ''} needs at least {needed}."
            )
        features = np.stack([np.ma.getdata(columns[name])[wanted].astype(np.float64) for name in self.features], axis=1)
        for name, values in zip(self.features, features.T, strict=True):
            if values.std() <= 1e-12 * max(1.0, abs(values).max()):
                raise MazescopeError(
                    f"{name} is {values[0]:g} in all {count} levels; a fit needs features that differ."
                )
        odds = np.ma.getdata(columns["log_odds"])[wanted].astype(np.float64)
        column = columns[COLUMNS[self.outcome]]
        if self.outcome == "greedy":
            outcome = (~np.ma.getmaskarray(column)[wanted]).astype(np.float64)
        else:
            outcome = np.ma.getdata(column)[wanted].astype(np.float64)
        if (outcome > 0.5).all() or (outcome <= 0.5).all():
            raise MazescopeError(
                f"All {count} levels have the same outcome ({self.outcome}); a fit needs levels of both kinds."
            )
        seeds = np.ma.getdata(columns["seed"])[wanted]
        repeats = columns["repeats"][wanted]
        originals = np.where(np.ma.getmaskarray(repeats), seeds, np.ma.getdata(repeats))
        return features, outcome, odds, seeds, originals

    def _fitted(
        self, kind: str, features: np.ndarray, outcome: np.ndarray, held_out: np.ndarray, check: Callable[[], None]
    ) -> Fitted:
        fit = logistic if kind == "logistic" else least_squares
        numbers = fit_numbers(fit, features, outcome, draws=self.draws, seed=self.seed, check=check)
        trained_on = np.setdiff1d(np.arange(len(features)), held_out)
        trained = fit(features[trained_on], outcome[trained_on])
        predicted = predictions(numbers.coefficients, features)
        tested = predictions(trained, features[held_out])
        if kind == "logistic":
            predicted, tested = probabilities(predicted), probabilities(tested)
        return Fitted(kind, numbers, outcome, predicted, held_out, tested)


def held_out_rows(originals: np.ndarray, seed: int) -> np.ndarray:
    """Rows of a quarter of the different levels, at random: none of them is a copy of a level among the other rows.

    Args:
        originals: (n,) equal where levels are.
        seed: of the choice.
    """
    different = np.unique(originals)
    chosen = np.random.default_rng([seed, 1]).permutation(different)[: max(1, round(HELD_OUT * len(different)))]
    return np.flatnonzero(np.isin(originals, chosen))


_tables: LRUCache[LevelsQuestion, LevelsResult] = LRUCache(KEPT_ROWS, lambda result: len(result.column("seed")))
_keeping = Lock()


def _table_of(question: LevelsQuestion, device: str, progress: Progress) -> LevelsResult:
    """The table of a question, computed or remembered: fits of the same levels on other features need it again."""
    with _keeping:
        found = _tables.get(question)
    if found is None:
        found = question.run(device=device, progress=progress)
        if found.columns is not None and len(question.levels) <= KEPT_ROWS:
            with _keeping:
                _tables[question] = found
    return found
