"""Result of resampling: two by two, claimed and other channels by same and other cheese square, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from app.studies.channel_rules import ChosenChannels
from app.studies.intervals import ends_text, mean_interval, share_interval
from app.studies.study import Axis, Column, Plot, Question, Result, Series, Table, columns_of, json_number

KINDS: Final = ("same square", "elsewhere")
MEASURES: Final = {
    "mean_total_variation": ("mean total variation", "%"),
    "component_measure": ("research code's measure", "%"),
    "greedy_flips": ("greedy moves that flip at the decision square", "%"),
}
LEVELS_INTERVAL: Final = "95 % over levels"
SETS_INTERVAL: Final = "the middle 95 % of random sets"


@dataclass(frozen=True)
class Cell:
    """One cell of the table, in percent.

    Attributes:
        mean: over levels; of the controls, over levels and sets.
        low, high: the 95 % interval of the mean over levels; of the controls, where the middle 95 % of their means are.
        n: levels.
        sets: of channels.
    """

    mean: float
    low: float
    high: float
    n: int
    sets: int


@dataclass(frozen=True, eq=False)
class ResampleResult(Result):
    """The measures of every level under every set; see `app.studies.resample`.

    Attributes:
        question: what was asked.
        chosen: the claimed channels and how they were chosen.
        layer: where.
        levels: names of the n levels.
        sets: the claimed channels, then the control sets.
        variation: (n, 2, sets) mean total variation over the level's squares, 0..1, the cheese of the sources on the
            same square, then elsewhere.
        component: (n, 2, sets) the research code's measure.
        flips: (n, 2, sets) 1 where the greedy move at the decision square flips, 0 where not, NaN without one.
    """

    question: Question
    chosen: ChosenChannels
    layer: str
    levels: tuple[str, ...]
    sets: tuple[tuple[int, ...], ...]
    variation: np.ndarray
    component: np.ndarray
    flips: np.ndarray

    @cached_property
    def cells(self) -> dict[tuple[str, str, str], Cell]:
        """By measure, "claimed" or "control", and kind of source."""
        found = {}
        for name, values in zip(MEASURES, (self.variation, self.component, self.flips), strict=True):
            there = ~np.isnan(values[:, 0, 0])
            for place, kind in enumerate(KINDS):
                percent = 100 * values[there, place]
                claimed = percent[:, 0]
                mean = float(claimed.mean()) if len(claimed) else float("nan")
                if name == "greedy_flips":
                    low, high = (100 * end for end in share_interval(int(claimed.sum() / 100), len(claimed)))
                else:
                    low, high = mean_interval(claimed)
                found[name, "claimed", kind] = Cell(mean, low, high, len(claimed), 1)
                means = percent[:, 1:].mean(axis=0) if len(percent) else np.full(len(self.sets) - 1, np.nan)
                ends = np.percentile(means, [2.5, 97.5]) if len(percent) else (float("nan"), float("nan"))
                found[name, "control", kind] = Cell(
                    float(means.mean()), float(ends[0]), float(ends[1]), len(percent), len(self.sets) - 1
                )
        return found

    def differences(self, measure: str) -> tuple[float, float, float, float]:
        """Elsewhere minus same square, in percentage points: of the claimed channels with its 95 % interval over
        levels, and the share of control sets whose mean difference is at least as large."""
        values = dict(zip(MEASURES, (self.variation, self.component, self.flips), strict=True))[measure]
        there = ~np.isnan(values[:, 0, 0])
        change = 100 * (values[there, 1] - values[there, 0])
        if not len(change):
            return (float("nan"),) * 4
        claimed = float(change[:, 0].mean())
        return (claimed, *mean_interval(change[:, 0]), float((change[:, 1:].mean(axis=0) >= claimed).mean()))

    @property
    def records(self) -> Table:
        """One row for each level, kind of source and set."""
        n, kinds, sets = self.variation.shape
        return Table(
            "resampled",
            (
                Column("level", tuple(name for name in self.levels for _ in range(kinds * sets))),
                Column("cheese", tuple(kind for _ in range(n) for kind in KINDS for _ in range(sets))),
                Column("channels", tuple(" ".join(map(str, each)) for _ in range(n * kinds) for each in self.sets)),
                Column("claimed", np.tile(np.arange(sets) == 0, n * kinds)),
                Column("mean_total_variation", self.variation.ravel(), "probability"),
                Column("component_measure", self.component.ravel()),
                Column("greedy_flip", self.flips.ravel()),
            ),
        )

    @property
    def tables(self) -> tuple[Table, ...]:
        """The two by two of each measure."""
        rows = [
            (MEASURES[measure][0], who, kind, cell.mean, cell.low, cell.high, cell.n, cell.sets)
            for (measure, who, kind), cell in self.cells.items()
        ]
        heads = (
            ("measure", ""),
            ("channels", ""),
            ("cheese of the source", ""),
            ("mean", "%"),
            ("low", "%"),
            ("high", "%"),
            ("n", ""),
            ("sets", ""),
        )
        title = (
            f"{self._listed} of {self.layer.removeprefix('embedder.')} ({self.chosen.words}); claimed: "
            f"{LEVELS_INTERVAL}; control: {SETS_INTERVAL}"
        )
        return (Table("resampled", columns_of(rows, heads), title),)

    @property
    def plots(self) -> tuple[Plot, ...]:
        """Each measure: the claimed channels next to the controls."""
        found = []
        for measure, (title, unit) in MEASURES.items():
            series = []
            for who in ("claimed", "control"):
                cells = [self.cells[measure, who, kind] for kind in KINDS]
                series.append(
                    Series(
                        self._listed if who == "claimed" else f"{len(self.sets) - 1} random sets",
                        np.arange(2),
                        np.array([cell.mean for cell in cells]),
                        cells[0].n,
                        np.array([cell.low for cell in cells]),
                        np.array([cell.high for cell in cells]),
                        LEVELS_INTERVAL if who == "claimed" else SETS_INTERVAL,
                        "bars",
                        control=who == "control",
                    )
                )
            found.append(
                Plot(
                    measure,
                    f"{title[:1].upper()}{title[1:]}",
                    Axis("cheese of the source level", categories=KINDS),
                    Axis(title, unit, low=0),
                    tuple(series),
                    note=f"{self._listed}: {self.chosen.words}",
                )
            )
        return tuple(found)

    @property
    def findings(self) -> tuple[str, ...]:
        """The finding that the claimed channels depend on the cheese's square more than others do, or do not."""
        same, away = (self.cells["mean_total_variation", "claimed", kind] for kind in KINDS)
        others, beyond = (self.cells["mean_total_variation", "control", kind] for kind in KINDS)
        change, low, high, share = self.differences("mean_total_variation")
        said = [
            f"{self._listed} of {self.layer.removeprefix('embedder.')} ({self.chosen.words}): taken from levels with "
            f"the cheese on the same square, the field changes by {same.mean:.2f} %; elsewhere, by {away.mean:.2f} %: "
            f"{change:+.2f}{ends_text(low, high)} points more (n = {same.n} levels).",
            f"{others.sets} random sets of as many other channels: {others.mean:.2f} % and {beyond.mean:.2f} %; "
            f"{share * 100:.0f} % of them differ by as much.",
        ]
        flips = [self.cells["greedy_flips", "claimed", kind] for kind in KINDS]
        if flips[0].n:
            said.append(
                f"The greedy move at the decision square flips in {flips[0].mean:.0f} % and {flips[1].mean:.0f} % of "
                f"{flips[0].n} levels."
            )
        return tuple(said)

    def to_json(self) -> Any:
        """The cells by measure, and the differences with the share of control sets that reach them."""
        found: dict[str, Any] = {
            "n": len(self.levels),
            "layer": self.layer,
            "channels": list(self.chosen.channels),
            "chosen": self.chosen.words,
            "chosen_on": self.chosen.levels,
            "control_sets": [list(each) for each in self.sets[1:]],
        }
        for measure in MEASURES:
            rows: dict[str, Any] = {}
            for who in ("claimed", "control"):
                rows[who] = {
                    kind.replace(" ", "_"): {
                        "mean": json_number(cell.mean),
                        "low": json_number(cell.low),
                        "high": json_number(cell.high),
                        "n": cell.n,
                        "sets": cell.sets,
                    }
                    for kind in KINDS
                    for cell in (self.cells[measure, who, kind],)
                }
            change = self.differences(measure)
            names = ("difference", "difference_low", "difference_high", "share_of_controls")
            found[measure] = rows | dict(zip(names, map(json_number, change), strict=True))
        return found

    @property
    def _listed(self) -> str:
        channels = self.chosen.channels
        return f"Channel{'s' if len(channels) > 1 else ''} {', '.join(map(str, channels))}"
