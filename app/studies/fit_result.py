"""Result of a fit: coefficients with intervals and signs, accuracy next to the base rate, levels it gets most wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from app.studies.fit_models import FitNumbers
from app.studies.intervals import MEAN_INTERVAL, ends_text, share_interval
from app.studies.levels_result import binned_means, title_of, unit_of
from app.studies.study import Axis, Column, Plot, Question, Recipe, Result, Series, Table, json_number

COEFFICIENT_INTERVAL: Final = "95 % bootstrap interval"
MOST_WRONG: Final = 20
STRONGEST: Final = 6
"""Features whose own plots are drawn: those with the largest coefficients of the least-squares fit."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """One of the two fits.

    Attributes:
        kind: "logistic" or "least squares".
        numbers: coefficients, intervals, signs.
        outcome: (n,) what was fitted: 0..1, or log-odds in nats.
        predicted: (n,) by the fit on all levels: probabilities, or log-odds.
        held_out: (m,) rows that were held out of a second fit; no level of theirs is a copy of one that it was made on.
        tested: (m,) what that one predicts of them.
    """

    kind: str
    numbers: FitNumbers
    outcome: np.ndarray
    predicted: np.ndarray
    held_out: np.ndarray
    tested: np.ndarray

    @property
    def border(self) -> float:
        """Above it an outcome counts as the cheese."""
        return 0.5 if self.kind == "logistic" else 0.0

    def hits(self, held_out: bool) -> tuple[int, int, float]:
        """Levels predicted correctly, of how many, and the base rate: the share of the commoner outcome among them."""
        rows = self.held_out if held_out else np.arange(len(self.outcome))
        predicted = self.tested if held_out else self.predicted
        found = self.outcome[rows] > self.border
        share = float(found.mean())
        return int(((predicted > self.border) == found).sum()), len(rows), max(share, 1 - share)

    def explained(self, held_out: bool) -> float:
        """R^2: the share of the outcome's variance that is told; NaN where it does not vary."""
        rows = self.held_out if held_out else np.arange(len(self.outcome))
        found, predicted = self.outcome[rows], self.tested if held_out else self.predicted
        total = float(((found - found.mean()) ** 2).sum())
        return 1 - float(((found - predicted) ** 2).sum()) / total if total else float("nan")


@dataclass(frozen=True, eq=False)
class FitResult(Result):
    """Two fits of the same levels.

    Attributes:
        question: what was asked.
        features: their names.
        values: (n, p) the features as measured.
        middle, spread: (p,) mean and standard deviation by which they were z-scored.
        inflation: (p,) variance inflation factors.
        fits: logistic of the outcome, and least squares of the log-odds.
        seeds: (n,) of the levels.
        table: the recipe of the table that was fitted.
    """

    question: Question
    features: tuple[str, ...]
    values: np.ndarray
    middle: np.ndarray
    spread: np.ndarray
    inflation: np.ndarray
    fits: tuple[Fitted, ...]
    seeds: np.ndarray
    table: Recipe

    @property
    def recipe(self) -> Recipe:
        """As of every result, with that of the table."""
        return {**super().recipe, "of": self.table}

    @property
    def records(self) -> Table:
        """One row a level: outcomes, predictions, and which were held out."""
        logistic, squares = self.fits
        held_out = np.zeros(len(self.seeds), dtype=bool)
        held_out[logistic.held_out] = True
        return Table(
            "fit",
            (
                Column("seed", self.seeds),
                Column("outcome", logistic.outcome),
                Column("predicted_outcome", logistic.predicted, "probability"),
                Column("log_odds", squares.outcome, "nats"),
                Column("predicted_log_odds", squares.predicted, "nats"),
                Column("held_out", held_out),
            ),
        )

    @property
    def tables(self) -> tuple[Table, ...]:
        """Coefficients of both fits; how well they tell; the levels that they get most wrong."""
        return (*(self._coefficients(fitted) for fitted in self.fits), self._accuracy, self.most_wrong())

    @property
    def plots(self) -> tuple[Plot, ...]:
        """The coefficients of both fits, each outcome by its prediction, and by the features that say most of it."""
        found = []
        for fitted in self.fits:
            numbers = fitted.numbers
            series = Series(
                "",
                np.arange(len(self.features)),
                numbers.coefficients[:-1],
                len(self.seeds),
                numbers.low[:-1],
                numbers.high[:-1],
                COEFFICIENT_INTERVAL,
                "points",
            )
            found.append(
                Plot(
                    f"coefficients_{fitted.kind.replace(' ', '_')}",
                    f"Coefficients of the {fitted.kind} fit",
                    Axis("feature", categories=tuple(map(title_of, self.features))),
                    Axis("coefficient", "log-odds per standard deviation"),
                    (series,),
                    note=f"z-scored features; {COEFFICIENT_INTERVAL}; n = {len(self.seeds)}",
                )
            )
        found += [self._calibration(fitted) for fitted in self.fits]
        size = np.abs(self.fits[1].numbers.coefficients[:-1])
        strongest = np.argsort(-size, kind="stable")[:STRONGEST]
        return (*found, *(self.feature_plot(self.features[at]) for at in strongest))

    @property
    def findings(self) -> tuple[str, ...]:
        """The signs, and the accuracy next to the base rate."""
        said = []
        for fitted in self.fits:
            numbers = fitted.numbers
            listed = ", ".join(
                f"{title_of(name)} {value:+.2f}{ends_text(low, high)}"
                for name, value, low, high in zip(
                    self.features[:4], numbers.coefficients, numbers.low, numbers.high, strict=False
                )
            )
            more = f" and {len(self.features) - 4} more" if len(self.features) > 4 else ""
            right, count, base = fitted.hits(True)
            low, high = share_interval(right, count)
            text = f"{fitted.kind.capitalize()} fit, n = {len(self.seeds)}: {listed}{more}."
            text += (
                f" On {count} held-out levels it predicts {right / count:.3f} [{low:.3f}, {high:.3f}] correctly; "
                f"always the commoner outcome, {base:.3f}."
            )
            if fitted.kind == "least squares":
                text += f" R^2 {fitted.explained(False):.2f}, held out {fitted.explained(True):.2f}."
            said.append(text)
        return tuple(said)

    def to_json(self) -> Any:
        """Both fits: coefficients with intervals and flips, accuracies with base rates, the most wrong levels."""

        def fitted(fit: Fitted) -> dict[str, Any]:
            numbers = fit.numbers
            names = (*self.features, "intercept")
            rows = {
                name: {
                    "coefficient": json_number(numbers.coefficients[place]),
                    "low": json_number(numbers.low[place]),
                    "high": json_number(numbers.high[place]),
                }
                for place, name in enumerate(names)
            }
            for place, name in enumerate(self.features):
                rows[name] |= {
                    "flips_by_levels": json_number(numbers.flips_by_levels[place]),
                    "flips_by_features": json_number(numbers.flips_by_features[place]),
                }
            found: dict[str, Any] = {"coefficients": rows}
            for name, held_out in (("all", False), ("held_out", True)):
                right, count, base = fit.hits(held_out)
                low, high = share_interval(right, count)
                found[name] = {
                    "n": count,
                    "accuracy": right / count,
                    "low": low,
                    "high": high,
                    "base_rate": base,
                    "r_squared": json_number(fit.explained(held_out)),
                }
            return found

        heads = ("seed", "log_odds", "predicted", "residual")
        return {
            "n": len(self.seeds),
            "inflation": {name: json_number(value) for name, value in zip(self.features, self.inflation, strict=True)},
            "logistic": fitted(self.fits[0]),
            "least_squares": fitted(self.fits[1]),
            "most_wrong": [dict(zip(heads, row, strict=True)) for row in self.most_wrong().rows()],
        }

    def most_wrong(self, count: int = MOST_WRONG) -> Table:
        """The levels whose log-odds the least-squares fit misses most."""
        fit = self.fits[1]
        missed = fit.outcome - fit.predicted
        order = np.argsort(-np.abs(missed), kind="stable")[:count]
        return Table(
            "most_wrong",
            (
                Column("seed", self.seeds[order]),
                Column("log-odds", fit.outcome[order], "nats"),
                Column("predicted", fit.predicted[order], "nats"),
                Column("residual", missed[order], "nats"),
            ),
            f"The {len(order)} of {len(self.seeds)} levels whose log-odds the least-squares fit misses most",
        )

    def feature_plot(self, feature: str) -> Plot:
        """The mean outcome of the logistic fit in groups along a feature.

        Raises:
            ValueError: when the fit has no such feature.
        """
        outcome = self.fits[0].outcome
        x, y, low, high = binned_means(self.values[:, self.features.index(feature)], outcome)
        return Plot(
            f"by_{feature}",
            f"The outcome by {title_of(feature)}",
            Axis(title_of(feature), unit_of(feature)),
            Axis("outcome", "probability"),
            (Series("mean", x, y, len(self.seeds), low, high, MEAN_INTERVAL, "points"),),
            note=f"{len(x)} groups of levels; {MEAN_INTERVAL}; n = {len(self.seeds):,}",
        )

    def _coefficients(self, fitted: Fitted) -> Table:
        numbers = fitted.numbers
        nothing = [float("nan")]
        return Table(
            f"coefficients_{fitted.kind.replace(' ', '_')}",
            (
                Column("feature", (*self.features, "intercept")),
                Column("coefficient", numbers.coefficients),
                Column("low", numbers.low),
                Column("high", numbers.high),
                Column("flips by levels", np.append(numbers.flips_by_levels, nothing), "share"),
                Column("flips by features", np.append(numbers.flips_by_features, nothing), "share"),
                Column("inflation", np.append(self.inflation, nothing)),
                Column("mean", np.append(self.middle, nothing)),
                Column("spread", np.append(self.spread, nothing)),
            ),
            f"{fitted.kind.capitalize()} fit on z-scored features, n = {len(self.seeds)}; low and high: "
            f"{COEFFICIENT_INTERVAL}; flips: share of random halves of the levels, and of random subsets of the other "
            "features, in which the sign is the other one",
        )

    @property
    def _accuracy(self) -> Table:
        rows = []
        for fitted in self.fits:
            for name, held_out in (("all levels", False), ("held-out levels", True)):
                right, count, base = fitted.hits(held_out)
                interval = share_interval(right, count)
                rows.append((fitted.kind, name, count, right / count, *interval, base, fitted.explained(held_out)))
        heads = ("fit", "on", "n", "accuracy", "low", "high", "base rate", "R^2")
        columns = [Column(head, tuple(values)) for head, values in zip(heads, zip(*rows, strict=True), strict=True)]
        return Table(
            "accuracy",
            tuple(columns),
            "Share of levels predicted correctly, next to the base rate; no held-out level repeats one of the others",
        )

    def _calibration(self, fitted: Fitted) -> Plot:
        x, y, low, high = binned_means(fitted.predicted, fitted.outcome)
        logistic = fitted.kind == "logistic"
        name = "outcome" if logistic else "log-odds"
        unit = "probability" if logistic else "nats"
        ends = np.array([x.min(), x.max()])
        return Plot(
            f"predicted_{'outcome' if logistic else 'log_odds'}",
            f"The {name} by its prediction",
            Axis(f"predicted {name}", unit),
            Axis(name, unit),
            (
                Series("as predicted", ends, ends, control=True),
                Series("mean", x, y, len(self.seeds), low, high, MEAN_INTERVAL, "points"),
            ),
            note=f"groups of nearly equal size; n = {len(self.seeds)}",
        )
