"""A response's plots, as numbers: the choice, the stages that bend it, and a strip for each later layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from app.maze.moves import MOVES
from app.studies.intervals import MEDIAN_INTERVAL
from app.studies.response.measured import ResponseNumbers
from app.studies.response.steps import short_name, steps_between
from app.studies.study import Axis, Mark, Plot, Series
from app.studies.summaries import Summary, summary

MOST_LINES: Final = 200
"""Levels that are drawn as thin lines."""

_MARKS_APART: Final = 500
"""Places along an axis that can be told apart."""

_MOVE_ROLES: Final = ("original", "patched", "difference", "top_right", "mouse")


def plots(result: ResponseNumbers) -> tuple[Plot, ...]:
    """The choice first, then stages, then the strips of the layers."""
    choice = _choice(result) if result.has_choice else (_log_probabilities(result),)
    return (*choice, *_stages(result), *_strips(result))


def _axis(result: ResponseNumbers) -> Axis:
    return Axis(f"{result.question.moved.number} t")


def _times(result: ResponseNumbers) -> np.ndarray:
    return np.asarray(result.times[list(result.asked)])


def _median(name: str, result: ResponseNumbers, values: np.ndarray, role: str, *, control: bool = False) -> Series:
    found = summary(values[:, list(result.asked)])
    known = result.levels > 1 and not control and not np.isnan(found.low).all()
    return Series(
        name,
        _times(result),
        found.median,
        n=result.levels,
        low=found.low if known else None,
        high=found.high if known else None,
        interval=MEDIAN_INTERVAL if known else "",
        role=role,
        control=control,
    )


def _thin(result: ResponseNumbers, values: np.ndarray, role: str) -> list[Series]:
    if result.levels < 2:
        return []
    name = "levels" if result.levels <= MOST_LINES else f"the first {MOST_LINES} levels"
    return [Series(name, _times(result), values[:MOST_LINES, list(result.asked)], role=role)]


def _choice(result: ResponseNumbers) -> tuple[Plot, ...]:
    word = "median" if result.levels > 1 else "log-odds"
    curves = [*_thin(result, result.change, "text_muted"), _median(word, result, result.change, "original")]
    curves.append(_median("all gates frozen", result, result.change_frozen, "difference", control=True))
    if result.kept is not None:
        stages = ", ".join(short_name(stage) for stage in result.question.kept)
        curves.append(_median(f"frozen: {stages}", result, result.changed(result.kept), "patched"))
    odds = Plot(
        "log_odds",
        "Log-odds of the cheese's move over the corner's",
        _axis(result),
        Axis("change from t = 0", "nats"),
        tuple(curves),
        note="All gates frozen: the response of the linear network that the policy is at t = 0.",
    )
    chances = Plot(
        "probability",
        "Probability of the two moves",
        _axis(result),
        Axis("probability", low=0.0, high=1.0),
        (
            _median("P(cheese)", result, result.probability(0), "patched"),
            _median("P(top-right)", result, result.probability(1), "top_right"),
        ),
        note="Where P is near its ceiling, look at the log-odds.",
    )
    return odds, chances


def _log_probabilities(result: ResponseNumbers) -> Plot:
    curves = [
        _median(move, result, result.log_probabilities[..., index], role)
        for index, (move, role) in enumerate(zip(MOVES, _MOVE_ROLES, strict=True))
    ]
    return Plot(
        "log_probabilities",
        "Log-probabilities of the five moves",
        _axis(result),
        Axis("ln P", "nats"),
        tuple(curves),
    )


def _stages(result: ResponseNumbers) -> tuple[Plot, ...]:
    numbers = result.question.frozen_at
    if not result.only or not result.has_choice:
        return ()
    places = [result.place(t) for t in numbers]
    real, frozen = summary(result.change[:, places]), summary(result.change_frozen[:, places])
    found = []
    for name, title, tables, first, ends in (
        ("only_frozen", "With only this stage's gates frozen", result.only, "none", (real, frozen)),
        ("all_but_frozen", "With all gates frozen but this stage's", result.all_but, "all", (frozen, real)),
    ):
        rows = [ends[0], *(summary(result.changed(logits)) for logits in tables.values()), ends[1]]
        names = (first, *map(short_name, tables), "all" if first == "none" else "none")
        found.append(_bars(result, name, title, names, rows))
    return tuple(found)


def _bars(result: ResponseNumbers, name: str, title: str, names: tuple[str, ...], rows: list[Summary]) -> Plot:
    series = []
    for at, t in enumerate(result.question.frozen_at):
        low, high = (np.array([getattr(row, end)[at] for row in rows]) for end in ("low", "high"))
        known = not np.isnan(low).all()
        series.append(
            Series(
                f"t = {t:g}",
                np.arange(len(rows)),
                np.array([row.median[at] for row in rows]),
                n=result.levels,
                low=low if known else None,
                high=high if known else None,
                interval=MEDIAN_INTERVAL if known else "",
                kind="bars",
            )
        )
    unit = "median change of the log-odds" if result.levels > 1 else "change of the log-odds"
    return Plot(name, title, Axis("frozen stage", categories=names), Axis(unit, "nats"), tuple(series))


def _strips(result: ResponseNumbers) -> tuple[Plot, ...]:
    found, before = [], result.question.source
    for layer in result.layers:
        between = {step.name for step in steps_between(before, layer)}
        before = layer
        stages = {stage: shares for stage, shares in result.flipped.items() if stage in between}
        found.append(_strip(result, layer, stages))
    return tuple(found)


def _strip(result: ResponseNumbers, layer: str, stages: dict[str, np.ndarray]) -> Plot:
    asked, times = list(result.asked), _times(result)
    even = np.full(result.logits.shape[:2], np.nan)
    shares = result.even_share(layer)
    for at, pair in enumerate(result.pairs):
        even[:, list(pair)] = shares[:, at : at + 1]

    def mean(name: str, values: np.ndarray, role: str, *, control: bool = False) -> Series:
        return Series(name, times, summary(values[:, asked]).mean, role=role, control=control)

    curves = [
        mean("norm", result.norm_ratio(layer), "original"),
        mean("tangent's norm", result.tangent_norm_ratio(layer), "original", control=True),
        mean("tangent's cosine", result.tangent_cosine(layer), "top_right"),
        mean("even share", even, "difference"),
    ]
    for (stage, flips), role in zip(stages.items(), ("patched", "mouse"), strict=False):
        curves.append(mean(f"flipped {short_name(stage).rpartition('.')[2]}", flips, role))
    return Plot(
        f"layer {short_name(layer)}",
        short_name(layer),
        _axis(result),
        Axis("share, ratio or cosine"),
        tuple(curves),
        marks=_changes(result, tuple(stages)),
        note=f"Means, n = {result.levels}. Norms as a share of the layer's move at t = -1."
        + (" Ticks: a gate changes." if result.changes else ""),
    )


def _changes(result: ResponseNumbers, stages: Sequence[str]) -> tuple[Mark, ...]:
    """Plots of the places where gates of these stages change; as many as can be told apart on a page."""
    if result.changes is None:
        return ()
    found = [result.changes[stage] for stage in stages if stage in result.changes]
    times = np.unique(np.concatenate(found)) if found else np.empty(0)
    apart = (result.coefficients[-1] - result.coefficients[0]) / _MARKS_APART
    kept: list[float] = []
    for time in times.tolist():
        if not kept or time - kept[-1] >= apart:
            kept.append(time)
    return tuple(Mark(time) for time in kept)
