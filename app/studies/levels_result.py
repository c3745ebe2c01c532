"""Result of a table of levels: its summary, and how the policy's choice depends on the level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.io import parquet
from app.studies.intervals import MEAN_INTERVAL, mean_interval, median_interval, share_interval
from app.studies.level_features import PRESETS
from app.studies.study import Axis, Column, Plot, Question, Result, Series, Table, json_number

BINS: Final = 10
"""Groups of nearly equal size along a feature."""

UNITS: Final = {
    "p_cheese": "probability",
    "p_top_right": "probability",
    "log_odds": "nats",
    "reach": "probability",
    "reach_corner": "probability",
    "expected_steps": "steps",
    "greedy_steps": "steps",
}

_MEASURED: Final = ("p_cheese", "p_top_right", "log_odds", "reach", "reach_corner", "expected_steps", "greedy_steps")


@dataclass(frozen=True, eq=False)
class LevelsResult(Result):
    """A table of levels.

    Attributes:
        question: what was asked.
        columns: by name, masked where a level has no such number; None when they are in `file`.
        file: the Parquet file that holds them, or None.
    """

    question: Question
    columns: dict[str, np.ndarray] | None
    file: Path | None = None

    def column(self, name: str) -> np.ndarray:
        """One column, from memory or from the file.

        Raises:
            KeyError, MazescopeError: when the table has none of this name.
        """
        if self.columns is not None:
            return self.columns[name]
        assert self.file is not None
        return parquet.read(self.file, [name])[0][name]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        if self.columns is not None:
            return tuple(self.columns)
        assert self.file is not None
        return parquet.column_names(self.file)

    @property
    def records(self) -> Table:
        """One row a level."""
        return Table("levels", tuple(Column(name, _plain(self.column(name)), unit_of(name)) for name in self.names))

    @property
    def tables(self) -> tuple[Table, ...]:
        """The policy's choices at the decision squares, and the outcomes of play, with intervals."""
        rows = self._summary
        columns = (
            Column("number", tuple(name for name, _ in rows)),
            Column("unit", tuple(unit_of(name) for name, _ in rows)),
            *(Column(key, np.array([each[key] for _, each in rows], dtype=np.float64)) for key in _KEYS[1:]),
            Column("n", tuple(int(each["n"]) for _, each in rows)),
        )
        return (Table("summary", columns, "Over the levels that have the number; intervals are of 95 %"),)

    @property
    def plots(self) -> tuple[Plot, ...]:
        """P(cheese) along each of the published fit's features, in bins."""
        return tuple(self.feature_plot(name) for name in PRESETS["published"])

    @property
    def findings(self) -> tuple[str, ...]:
        """Numbers of levels, of different ones and of those with a decision square, and the choices there."""
        counts = self._counts
        said = [
            f"{counts['levels']:,} levels, {counts['different']:,} of them different; {counts['decision']:,} have a "
            f"decision square."
        ]
        chosen = next((each for name, each in self._summary if name == "p_cheese"), None)
        if chosen is not None and chosen["n"]:
            said.append(
                f"There P(cheese) has median {chosen['median']:.3f} [{chosen['median_low']:.3f}, "
                f"{chosen['median_high']:.3f}] and mean {chosen['mean']:.3f} [{chosen['mean_low']:.3f}, "
                f"{chosen['mean_high']:.3f}]; n = {int(chosen['n']):,}."
            )
        if "greedy_steps" in self.names:
            reached = int(np.ma.count(self.column("greedy_steps")))
            low, high = share_interval(reached, counts["levels"])
            said.append(
                f"Greedy play reaches the cheese in {reached / counts['levels']:.3f} [{low:.3f}, {high:.3f}] of "
                f"{counts['levels']:,} levels."
            )
        return tuple(said)

    def to_json(self) -> Any:
        """Counts, and each number's median and mean with intervals and n."""
        return {
            **self._counts,
            "columns": list(self.names),
            **{name: {key: json_number(each[key]) for key in _KEYS} for name, each in self._summary},
        }

    def feature_plot(self, feature: str, outcome: str = "p_cheese") -> Plot:
        """Mean outcome in bins of nearly equal size along a feature."""
        x, y = (np.ma.asarray(self.column(name)) for name in (feature, outcome))
        both = ~(np.ma.getmaskarray(x) | np.ma.getmaskarray(y))
        centres, means, low, high = binned_means(x.data[both].astype(np.float64), y.data[both].astype(np.float64))
        count = int(both.sum())
        series = Series("", centres, means, count, low, high, MEAN_INTERVAL, "points")
        return Plot(
            feature,
            f"{title_of(outcome)} by {title_of(feature)}",
            Axis(title_of(feature), unit_of(feature)),
            Axis(title_of(outcome), unit_of(outcome), low=0 if outcome.startswith("p_") else None),
            (series,),
            note=f"{len(centres)} groups of levels; {MEAN_INTERVAL}; n = {count:,}",
        )

    @cached_property
    def _counts(self) -> dict[str, int]:
        found = np.ma.asarray(self.column("repeats"))
        return {
            "levels": len(found),
            "different": len(found) - int(found.count()),
            "decision": int(np.ma.count(self.column("decision_row"))),
        }

    @cached_property
    def _summary(self) -> list[tuple[str, dict[str, float]]]:
        found = []
        for name in self.names:
            if name.removesuffix("_patched") in _MEASURED:
                values = np.ma.asarray(self.column(name)).compressed().astype(np.float64)
                found.append((name, summary_of(values)))
        return found


_KEYS: Final = ("n", "median", "median_low", "median_high", "mean", "mean_low", "mean_high")


def summary_of(values: np.ndarray) -> dict[str, float]:
    """n, median and mean of values, with the ends of their 95 % intervals; NaN where there are too few."""
    nothing = float("nan")
    return {
        "n": len(values),
        "median": float(np.median(values)) if len(values) else nothing,
        **dict(zip(("median_low", "median_high"), median_interval(values), strict=True)),
        "mean": float(np.mean(values)) if len(values) else nothing,
        **dict(zip(("mean_low", "mean_high"), mean_interval(values), strict=True)),
    }


def binned_means(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of (n,) x and y: mean x, mean y and the ends of its 95 % interval in groups of nearly equal size along x.

    Equal x are never divided; where x has few values, each is a group.
    """
    values, counts = np.unique(x, return_counts=True)
    if len(values) <= BINS:
        group = np.searchsorted(values, x)
    else:
        # A value belongs where the middle of its equals falls.
        middle = np.cumsum(counts) - counts / 2
        of_value = np.minimum((middle * BINS / len(x)).astype(np.int64), BINS - 1)
        group = of_value[np.searchsorted(values, x)]
    groups = [group == number for number in np.unique(group)]
    ends = [mean_interval(y[each]) for each in groups]
    return (
        np.array([x[each].mean() for each in groups]),
        np.array([y[each].mean() for each in groups]),
        np.array([low for low, _ in ends]),
        np.array([high for _, high in ends]),
    )


def title_of(name: str) -> str:
    """A column's name for people."""
    known = {"p_cheese": "P(cheese)", "p_top_right": "P(top-right)", "log_odds": "log-odds"}
    kind, _, places = name.partition("_")
    if kind in ("euclid", "steps") and places.count("_") == 1:
        one, other = places.split("_")
        return f"{'distance' if kind == 'euclid' else 'steps'} {one}\N{EN DASH}{other}"
    return known.get(name, name.replace("_", " "))


def unit_of(name: str) -> str:
    plain = name.removesuffix("_patched")
    if plain in UNITS:
        return UNITS[plain]
    if plain.startswith("euclid_"):
        return "cells"
    return "steps" if plain.startswith("steps_") else ""


def _plain(values: np.ndarray) -> np.ndarray | tuple[Any, ...]:
    """As `Column` takes it: whole numbers that are missing are None, others NaN."""
    if not isinstance(values, np.ma.MaskedArray) or not np.ma.getmaskarray(values).any():
        return np.asarray(values)
    if values.dtype.kind == "f":
        return values.filled(np.nan)
    return tuple(values.tolist())
