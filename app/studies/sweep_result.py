"""Result of a sweep: the grid of layer by coefficient, which layers still steer, and how far one vector serves all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import Any, Final

import numpy as np

from app.studies.intervals import MEDIAN_INTERVAL, Z, ends_text, median_interval
from app.studies.study import (
    Axis,
    Column,
    Grid,
    Plot,
    Question,
    Result,
    Series,
    Table,
    columns_of,
    json_number,
    key_of,
)

HALF: Final = 0.5
"""A layer steers only if its median change is at least this share of the largest layer's."""

CONTROL_INTERVAL: Final = "95 % of random directions"


@dataclass(frozen=True)
class Steering:
    """One layer at one coefficient.

    Attributes:
        median: of the change of log-odds over levels.
        low, high: its 95 % interval.
        n: levels.
        control_low, control_high: where the median of another random direction of the same norm would be, with 95 %;
            NaN without controls.
        steers: whether the median is outside of that and at least half of the largest layer's; None without controls.
    """

    median: float
    low: float
    high: float
    n: int
    control_low: float
    control_high: float
    steers: bool | None


@dataclass(frozen=True, eq=False)
class SweepResult(Result):
    """The changes in every level; see `app.studies.sweep`.

    Attributes:
        question: what was asked.
        layers: in the order of computation.
        coefficients: t, ascending.
        levels: names of the n levels with a decision square.
        base: (n,) log-odds without the vector, in nats.
        change: (n, layers, t, 1 + controls) change of the log-odds under the vector, then under each control; NaN where
            a level's vector is zero.
        probs: (n, layers, t, 2) P(cheese) and P(top-right) under the vector.
        norms: (n, layers) of the vectors.
        cosine: (layers,) mean cosine of pairs of levels' vectors; NaN for fewer than two.
    """

    question: Question
    layers: tuple[str, ...]
    coefficients: tuple[float, ...]
    levels: tuple[str, ...]
    base: np.ndarray
    change: np.ndarray
    probs: np.ndarray
    norms: np.ndarray
    cosine: np.ndarray

    @property
    def controls(self) -> int:
        """Number of random directions."""
        return self.change.shape[3] - 1

    @cached_property
    def steering(self) -> dict[tuple[str, float], Steering]:
        """By layer and coefficient other than 0."""
        found = {}
        for place, step in enumerate(self.coefficients):
            if not step:
                continue
            medians = [np.median(self._moved(row, place)) for row in range(len(self.layers)) if self._n(row)]
            largest = max(map(abs, medians), default=0.0)
            for row, name in enumerate(self.layers):
                found[name, step] = self._steering(row, place, largest)
        return found

    def latest(self, coefficient: float) -> str | None:
        """The latest layer that still steers at a coefficient; None where none does, or without controls."""
        steering = [name for name in self.layers if self.steering[name, coefficient].steers]
        return steering[-1] if steering else None

    @property
    def records(self) -> Table:
        """One row for each level, layer, coefficient and direction."""
        n, layers, steps, directions = self.change.shape
        shape = (n, layers, steps, directions)

        def spread(values: np.ndarray, axis: int) -> np.ndarray:
            at = [1] * 4
            at[axis] = -1
            return np.broadcast_to(values.reshape(at), shape).ravel()

        names = np.array(["vector", *(f"random {number + 1}" for number in range(self.controls))])
        probs = np.full((*shape, 2), np.nan)
        probs[:, :, :, 0] = self.probs
        return Table(
            "sweep",
            (
                Column("level", tuple(spread(np.array(self.levels), 0).tolist())),
                Column("layer", tuple(spread(np.array(self.layers), 1).tolist())),
                Column("coefficient", spread(np.array(self.coefficients), 2)),
                Column("direction", tuple(spread(names, 3).tolist())),
                Column("log_odds", spread(self.base, 0) + self.change.ravel(), "nats"),
                Column("log_odds_change", self.change.ravel(), "nats"),
                Column("p_cheese", probs[..., 0].ravel(), "probability"),
                Column("p_top_right", probs[..., 1].ravel(), "probability"),
            ),
        )

    @property
    def tables(self) -> tuple[Table, ...]:
        """The median changes by layer and coefficient; at each layer whether it steers, and how alike vectors are."""
        grid = self._medians
        counts = tuple(self._n(row) for row in range(len(self.layers)))
        by_step = [Column(f"t = {key_of(step)}", grid[:, place]) for place, step in enumerate(self.coefficients)]
        medians = Table(
            "median_change",
            (Column("layer", tuple(map(short, self.layers))), Column("n", counts), *by_step),
            "Median change of the log-odds, in nats",
        )
        rows = []
        for row, name in enumerate(self.layers):
            for step in self._judged:
                each = self.steering[name, step]
                rows.append(
                    (
                        short(name),
                        step,
                        each.n,
                        each.median,
                        each.low,
                        each.high,
                        json_number(each.control_low),
                        json_number(each.control_high),
                        each.steers,
                        self._median_prob(row, step, 0),
                        self._median_prob(row, step, 1),
                        json_number(self.cosine[row]),
                    )
                )
        heads = (
            ("layer", ""),
            ("t", ""),
            ("n", ""),
            ("median change", "nats"),
            ("low", "nats"),
            ("high", "nats"),
            ("control low", "nats"),
            ("control high", "nats"),
            ("steers", ""),
            ("median P(cheese)", "probability"),
            ("median P(top-right)", "probability"),
            ("mean cosine", ""),
        )
        title = f"low and high: {MEDIAN_INTERVAL}; control: {CONTROL_INTERVAL}"
        return (medians, Table("steering", columns_of(rows, heads), title))

    @property
    def plots(self) -> tuple[Plot, ...]:
        """The grid; the medians along the layers next to the controls; how alike the vectors are."""
        grid = self._medians
        counts = np.array([[self._n(row)] * len(self.coefficients) for row in range(len(self.layers))])
        marked = [
            (self.layers.index(name), self.coefficients.index(step))
            for step in self._judged
            if (name := self.latest(step)) is not None
        ]
        names = tuple(map(short, self.layers))
        steps = tuple(map(key_of, self.coefficients))
        levels = f"n = {len(self.levels)} decision squares"
        heat = Plot(
            "grid",
            "Median change of the log-odds, by layer and coefficient",
            Axis("coefficient t"),
            Axis("layer"),
            grid=Grid(names, steps, grid, counts, "nats", True, tuple(marked)),
            note=f"{levels}; marked: the latest layer that still steers",
        )
        at = np.arange(len(names), dtype=np.float64)
        axis = Axis("layer", categories=names)
        lines = []
        for step in self._judged:
            found = [self.steering[name, step] for name in self.layers]
            low, high = (np.array([getattr(each, end) for each in found]) for end in ("low", "high"))
            middle = np.array([each.median for each in found])
            lines.append(Series(f"t = {key_of(step)}", at, middle, len(self.levels), low, high, MEDIAN_INTERVAL))
            if self.controls:
                below, above = (
                    np.array([getattr(each, f"control_{end}") for each in found]) for end in ("low", "high")
                )
                middle = (below + above) / 2
                title = f"random, t = {key_of(step)}"
                lines.append(Series(title, at, middle, len(self.levels), below, above, CONTROL_INTERVAL, control=True))
        depth = Plot(
            "depth",
            "How strongly it steers, layer by layer",
            axis,
            Axis("median change of log-odds", "nats"),
            tuple(lines),
            note=levels,
        )
        cosine = Plot(
            "cosine",
            "How far one vector serves all levels",
            axis,
            Axis("mean cosine of two levels' vectors", low=-0.1, high=1),
            (Series("", at, self.cosine, len(self.levels), kind="bars"),),
            note=levels,
        )
        return heat, depth, cosine

    @property
    def findings(self) -> tuple[str, ...]:
        """The latest layer that still steers, for adding and for subtracting."""
        said = []
        for step in self._judged:
            measured = [name for name in self.layers if self.steering[name, step].n]
            if not measured:
                said.append("The vector is zero in every level, so nothing was measured.")
                break
            sizes = [abs(self.steering[name, step].median) for name in measured]
            best = measured[int(np.argmax(sizes))]
            found = self.steering[best, step]
            text = (
                f"At t = {key_of(step)} the vector moves the log-odds most after {short(best)}: median "
                f"{found.median:+.2f}{ends_text(found.low, found.high)}, n = {found.n}"
            )
            latest = self.latest(step)
            if not self.controls:
                text += "; no random directions were asked for, so no layer is said to steer"
            elif latest is None:
                text += "; at no layer more than random directions do"
            else:
                last = self.steering[latest, step]
                text += (
                    f". The latest layer that still steers is {short(latest)}: {last.median:+.2f}, random directions "
                    f"{last.control_low:+.2f} to {last.control_high:+.2f} ({self.controls} of them)"
                )
            said.append(f"{text}.")
        return tuple(said)

    def to_json(self) -> Any:
        """Each cell's median, interval, control and n; the latest layer that steers by coefficient; cosines."""
        return {
            "n": len(self.levels),
            "controls": self.controls,
            "latest": {key_of(step): self._short_latest(step) for step in self.coefficients if step},
            "layers": {
                short(name): {
                    "n": self._n(row),
                    "mean_cosine": json_number(self.cosine[row]),
                    "log_odds_change": {
                        key_of(step): {
                            "median": json_number(self.steering[name, step].median),
                            "low": json_number(self.steering[name, step].low),
                            "high": json_number(self.steering[name, step].high),
                            "mean": json_number(float(self._moved(row, place).mean()) if self._n(row) else None),
                            "control_low": json_number(self.steering[name, step].control_low),
                            "control_high": json_number(self.steering[name, step].control_high),
                            "steers": self.steering[name, step].steers,
                            "median_p_cheese": self._median_prob(row, step, 0),
                            "median_p_top_right": self._median_prob(row, step, 1),
                        }
                        for place, step in enumerate(self.coefficients)
                        if step
                    },
                }
                for row, name in enumerate(self.layers)
            },
        }

    def _short_latest(self, step: float) -> str | None:
        name = self.latest(step)
        return None if name is None else short(name)

    @property
    def _judged(self) -> tuple[float, ...]:
        """The coefficients that findings speak of: -1 and 1 where they are there, else the outermost ones."""
        wanted = tuple(step for step in (-1.0, 1.0) if step in self.coefficients)
        ends = (self.coefficients[0], self.coefficients[-1])
        return wanted or tuple(dict.fromkeys(step for step in ends if step))

    @cached_property
    def _medians(self) -> np.ndarray:
        """(layers, t) medians over levels; NaN without any."""
        found = np.full((len(self.layers), len(self.coefficients)), np.nan)
        for row in range(len(self.layers)):
            if self._n(row):
                found[row] = np.median(self.change[self._there(row), row, :, 0], axis=0)
        return found

    def _there(self, row: int) -> np.ndarray:
        return self.norms[:, row] > 0

    def _n(self, row: int) -> int:
        return int(self._there(row).sum())

    def _moved(self, row: int, place: int, direction: int = 0) -> np.ndarray:
        return np.asarray(self.change[self._there(row), row, place, direction])

    def _median_prob(self, row: int, step: float, which: int) -> float | None:
        found = self.probs[self._there(row), row, self.coefficients.index(step), which]
        return float(np.median(found)) if len(found) else None

    def _steering(self, row: int, place: int, largest: float) -> Steering:
        moved = self._moved(row, place)
        low, high = median_interval(moved)
        if not len(moved):
            return Steering(*(float("nan"),) * 3, 0, *(float("nan"),) * 2, None)
        median = float(np.median(moved))
        if not self.controls:
            return Steering(median, low, high, len(moved), float("nan"), float("nan"), None)
        medians = np.array([np.median(self._moved(row, place, 1 + number)) for number in range(self.controls)])
        spread = float(student_quantile(self.controls - 1) * medians.std(ddof=1) * sqrt(1 + 1 / self.controls))
        ends = float(medians.mean()) - spread, float(medians.mean()) + spread
        outside = not ends[0] <= median <= ends[1]
        return Steering(median, low, high, len(moved), *ends, bool(outside and abs(median) >= HALF * largest))


def student_quantile(degrees: int) -> float:
    """The 97.5 % quantile of Student's t with this many degrees of freedom.

    Exact for 1 and 2; from 3 on by Cornish and Fisher's expansion, within .4 %. Source: Abramowitz and Stegun, 26.7.5.
    """
    if degrees < 3:
        return {1: 12.706204736432095, 2: 4.302652729911275}[degrees]
    z, v = Z, float(degrees)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )


def short(name: str) -> str:
    """A layer's name without what all share."""
    return name.removeprefix("embedder.").removesuffix(".resadd")
