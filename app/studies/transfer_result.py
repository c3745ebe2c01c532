"""Result of a transfer: how strongly each direction steers next to a level's own, and how that falls with distance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from app.studies.intervals import MEAN_INTERVAL, MEDIAN_INTERVAL, ends_text, median_interval
from app.studies.levels_result import binned_means
from app.studies.study import Axis, Cell, Column, Plot, Question, Result, Series, Table, columns_of, json_number, key_of

FROM_FILE: Final = "the file's"
"""The direction of a vector's file."""


@dataclass(frozen=True, eq=False)
class TransferResult(Result):
    """The changes in every level; see `app.studies.transfer`.

    Attributes:
        question: what was asked.
        layer: where.
        coefficient: times what every direction was added.
        levels: names of the n levels.
        changes: by direction, (n,) change of the log-odds.
        probs: by direction, (n,) P(cheese).
        sources: names of the levels whose vectors were tried on others, level by level.
        distances: (pairs,) Euclidean distances of the two cheeses on the world grid, in cells.
        pairs: (pairs,) change of the log-odds.
        pairs_on_top: (pairs,) the same by the other level's vector on a few channels.
        accuracy: by statement, the held-out accuracy of its probe.
        held_out: by statement, on how many observations that is.
        controls: random directions.
        top: channels that directions are restricted to.
        file: what a vector's file calls its vector; empty without a file.
        file_distances: (n,) distances, in cells, of each level's cheese from that of the file's own level, NaN where
            it has none; None without a file.
    """

    question: Question
    layer: str
    coefficient: float
    levels: tuple[str, ...]
    changes: Mapping[str, np.ndarray]
    probs: Mapping[str, np.ndarray]
    sources: tuple[str, ...]
    distances: np.ndarray
    pairs: np.ndarray
    pairs_on_top: np.ndarray
    accuracy: Mapping[str, float]
    held_out: Mapping[str, int]
    controls: int
    top: int
    file: str = ""
    file_distances: np.ndarray | None = None

    def rows(self) -> list[tuple[str, int, float, float, float, float | None]]:
        """(direction, n, median change, its interval, median P(cheese)), random directions together."""
        found = []
        for suffix in ("", f", {self.top} channels"):
            for name in ("own", FROM_FILE, "mean of other levels", "mean difference", "probe"):
                if name not in self.changes:
                    continue
                found.append(
                    self._row(f"{name}{suffix}", self.changes[f"{name}{suffix}"], self.probs[f"{name}{suffix}"])
                )
            names = [f"random {number + 1}{suffix}" for number in range(self.controls)]
            drawn = np.concatenate([self.changes[name] for name in names])
            probs = np.concatenate([self.probs[name] for name in names])
            found.append(self._row(f"random{suffix}", drawn, probs))
            found.append(self._row(f"another level's{suffix}", self.pairs_on_top if suffix else self.pairs, None))
        return found

    @property
    def records(self) -> Table:
        """One row for each level and direction; those of other levels with the distance of the cheeses."""
        tried = len(self.pairs) // len(self.levels)
        rows: list[tuple[Cell, ...]] = []
        for place, level in enumerate(self.levels):
            for name, changes in self.changes.items():
                source, far = self._file_source(place) if name.startswith(FROM_FILE) else (None, None)
                rows.append((level, name, source, far, float(changes[place]), float(self.probs[name][place])))
            for pair in range(place * tried, (place + 1) * tried):
                source, far = self.sources[pair], float(self.distances[pair])
                rows.append((level, "another level's", source, far, float(self.pairs[pair]), None))
                on_top = f"another level's, {self.top} channels"
                rows.append((level, on_top, source, far, float(self.pairs_on_top[pair]), None))
        heads = (
            ("level", ""),
            ("direction", ""),
            ("source", ""),
            ("distance", "cells"),
            ("log_odds_change", "nats"),
            ("p_cheese", "probability"),
        )
        return Table("transfer", columns_of(rows, heads))

    @property
    def tables(self) -> tuple[Table, ...]:
        """The directions at equal norm, and other levels' vectors by the distance of the cheeses."""
        heads = (
            ("direction", ""),
            ("n", ""),
            ("median change", "nats"),
            ("low", "nats"),
            ("high", "nats"),
            ("median P(cheese)", "probability"),
        )
        title = (
            f"{key_of(self.coefficient)} times each direction, scaled to the norm of the level's own vector, at "
            f"{self.layer.removeprefix('embedder.')}; {MEDIAN_INTERVAL}"
        )
        found = [
            Table("directions", columns_of(self.rows(), heads), title),
            _by_distance(
                "by_distance", "Other levels' vectors", f"{len(self.pairs)} pairs", self.distances, self.pairs
            ),
        ]
        far, changes = self._file_points()
        if len(far):
            found.append(_by_distance("file_by_distance", f"Vector {self.file}", f"{len(far)} levels", far, changes))
        return tuple(found)

    @property
    def plots(self) -> tuple[Plot, ...]:
        """The directions side by side; the change by the distance of the cheeses."""
        rows = {row[0]: row for row in self.rows()}
        suffix = f", {self.top} channels"
        names = tuple(name for name in rows if not name.endswith(suffix))
        series = []
        for said, ending in (("all channels", ""), (f"{self.top} channels", suffix)):
            there = [(place, rows[name + ending]) for place, name in enumerate(names) if name + ending in rows]
            numbers = np.array([row[2:5] for _, row in there])
            places = np.array([place for place, _ in there])
            low, high = numbers[:, 1], numbers[:, 2]
            series.append(Series(said, places, numbers[:, 0], len(self.levels), low, high, MEDIAN_INTERVAL, "bars"))
        axis = Axis("median change of log-odds", "nats")
        bars = Plot(
            "directions",
            "Directions of equal norm",
            Axis("direction", categories=names),
            axis,
            tuple(series),
            note=f"n = {self._counts}; {MEDIAN_INTERVAL}",
        )
        x, y, low, high = binned_means(self.distances, self.pairs)
        own = float(self.changes["own"].mean())
        far, changes = self._file_points()
        of_file = []
        if len(far):
            across, mean, below, above = binned_means(far, changes)
            of_file = [Series(FROM_FILE, across, mean, len(far), below, above, MEAN_INTERVAL, "points")]
        distance = Plot(
            "by_distance",
            "Another level's vector, by the distance of the cheeses",
            Axis("distance of the two cheeses", "cells", low=0),
            Axis("mean change of log-odds", "nats"),
            (
                Series(
                    "own vector",
                    np.array([0, float(np.max([*x, *far]))]),
                    np.array([own, own]),
                    len(self.levels),
                    control=True,
                ),
                Series("another level's", x, y, len(self.pairs), low, high, MEAN_INTERVAL, "points"),
                *of_file,
            ),
            note=f"n = {len(self.pairs)} pairs" + (f", {len(far)} levels" if len(far) else "") + f"; {MEAN_INTERVAL}",
        )
        return bars, distance

    @property
    def _counts(self) -> str:
        """The n of each direction, in words: random ones and other levels' are several at each decision square."""
        count = len(self.levels)
        return f"{count} decision squares, {self.controls * count} for random, {len(self.pairs)} for another level's"

    @property
    def findings(self) -> tuple[str, ...]:
        """Comparison of the directions, with the finding on a probe's against the mean difference's."""
        rows = {row[0]: row for row in self.rows()}

        def said(name: str) -> str:
            _, _, median, low, high, _ = rows[name]
            return f"{median:+.2f}{ends_text(low, high)}"

        probe, difference = self.changes["probe"], self.changes["mean difference"]
        gap = np.sign(self.coefficient) * (difference - probe)
        low, high = median_interval(gap)
        verdict = "better than" if low > 0 else "worse than" if high < 0 else "neither clearly better nor worse than"
        told = ", ".join(
            f"{accuracy:.2f} (cheese {name} the mouse, n = {self.held_out[name]})"
            for name, accuracy in self.accuracy.items()
        )
        shown = {
            "own vector": "own",
            **({f"vector {self.file}": FROM_FILE} if FROM_FILE in rows else {}),
            "another level's": "another level's",
            "mean of the others": "mean of other levels",
            "mean difference": "mean difference",
            "probe": "probe",
            "random": "random",
        }
        listed = ", ".join(f"{title} {said(name)}" for title, name in shown.items())
        return (
            f"Median change of the log-odds at t = {key_of(self.coefficient)}, all of one norm: {listed}; n = "
            f"{self._counts}.",
            f"The mean difference steers {verdict} the probe's direction: median of the difference "
            f"{np.median(gap):+.2f}{ends_text(low, high)}. Of held-out observations the probes classify {told} "
            "correctly; chance is .5.",
        )

    def to_json(self) -> Any:
        """The directions, and other levels' vectors by distance."""
        return {
            "n": len(self.levels),
            "layer": self.layer,
            "coefficient": self.coefficient,
            "directions": {
                name: {
                    "n": count,
                    "median": json_number(median),
                    "low": json_number(below),
                    "high": json_number(above),
                    "median_p_cheese": json_number(chance),
                }
                for name, count, median, below, above, chance in self.rows()
            },
            "by_distance": _distance_json(self.distances, self.pairs),
            "pairs": len(self.pairs),
            **self._file_json(),
            "probe_accuracy": dict(self.accuracy),
            "probe_observations": dict(self.held_out),
        }

    def _file_source(self, place: int) -> tuple[str, float | None]:
        """The name of the file's vector, and how far its level's cheese is from a level's."""
        assert self.file_distances is not None
        return self.file, json_number(self.file_distances[place])

    def _file_points(self) -> tuple[np.ndarray, np.ndarray]:
        """Distances of the cheeses and changes by the file's vector, of levels whose distance is known."""
        if self.file_distances is None:
            return np.zeros(0), np.zeros(0)
        there = np.isfinite(self.file_distances)
        return self.file_distances[there], self.changes[FROM_FILE][there]

    def _file_json(self) -> dict[str, Any]:
        if self.file_distances is None:
            return {}
        far, changes = self._file_points()
        return {"file": self.file, "file_by_distance": _distance_json(far, changes) if len(far) else []}

    @staticmethod
    def _row(
        name: str, changes: np.ndarray, probs: np.ndarray | None
    ) -> tuple[str, int, float, float, float, float | None]:
        low, high = median_interval(changes)
        chance = None if probs is None else float(np.median(probs))
        return name, len(changes), float(np.median(changes)), low, high, chance


def _by_distance(name: str, what: str, count: str, distances: np.ndarray, changes: np.ndarray) -> Table:
    x, y, low, high = binned_means(distances, changes)
    columns = (
        Column("distance of the cheeses", x, "cells"),
        Column("mean change", y, "nats"),
        Column("low", low, "nats"),
        Column("high", high, "nats"),
    )
    return Table(name, columns, f"{what}, n = {count}; {MEAN_INTERVAL}")


def _distance_json(distances: np.ndarray, changes: np.ndarray) -> list[dict[str, float | None]]:
    names = ("distance", "mean", "low", "high")
    return [
        dict(zip(names, map(json_number, row), strict=True))
        for row in zip(*binned_means(distances, changes), strict=True)
    ]
