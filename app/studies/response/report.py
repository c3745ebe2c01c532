"""A response's tables, sentences, records and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from app.maze.moves import MOVES
from app.number_format import general
from app.studies.response.measured import ResponseNumbers
from app.studies.response.steps import short_name
from app.studies.study import Cell, Column, Table, columns_of, json_number, key_of
from app.studies.summaries import summary

_MOST_ROWS: Final = 13
"""Coefficients that people read in a table; of more, whole and half ones are shown."""

_HALF: Final = 0.5
"""Share of the asymmetry that freezing a stage has to take away, and leaving it alone free to bring, to be named."""


@dataclass(frozen=True)
class Bends:
    """Bend of the curve by stage: A = median change at t plus median change at -t, 0 for a straight line.

    Attributes:
        coefficient: t.
        asymmetry: A of the real network.
        only: A with only this stage frozen, by stage.
        all_but: A with all stages but this one frozen, by stage.
        stage: the one that is named, or None: freezing it alone removes at least half of A, and leaving it alone free
            brings at least half of A.
        best: the nearest stage, with the smaller of its two shares of A.
        share: that share.
    """

    coefficient: float
    asymmetry: float
    only: Mapping[str, float]
    all_but: Mapping[str, float]
    stage: str | None
    best: str | None
    share: float


def bends(result: ResponseNumbers) -> Bends | None:
    """The rule applied at |t| = 1, or at the largest pair of frozen coefficients; None where there is no pair, nothing
    frozen or no choice between two moves."""
    numbers = result.question.frozen_at
    pairs = [t for t in numbers if t > 0 and -t in numbers]
    if not pairs or not result.only or not result.has_choice:
        return None
    t = 1.0 if 1.0 in pairs else pairs[-1]
    at = [numbers.index(t), numbers.index(-t)]

    def asymmetry(change: np.ndarray) -> float:
        return float(np.median(change, axis=0).sum())

    real = asymmetry(result.change[:, [result.place(t), result.place(-t)]])
    only = {name: asymmetry(result.changed(logits)[:, at]) for name, logits in result.only.items()}
    all_but = {name: asymmetry(result.changed(logits)[:, at]) for name, logits in result.all_but.items()}
    if real == 0:
        return Bends(t, real, only, all_but, None, None, 0.0)
    shares = {name: min((real - only[name]) / real, all_but[name] / real) for name in only}
    best = max(shares, key=lambda name: shares[name])
    return Bends(t, real, only, all_but, best if shares[best] >= _HALF else None, best, shares[best])


def findings(result: ResponseNumbers) -> tuple[str, ...]:
    """The answer in a sentence, then what belongs to it."""
    said = []
    found = bends(result)
    if found is not None:
        said.append(_bend_sentence(result, found))
    elif not result.question.stages:
        said.append(f"Nothing bends after {result.question.source}: the logits answer along a straight line.")
    if result.has_choice:
        slope = summary(result.slope)
        said.append(
            f"At 0 the log-odds grow by {general(float(slope.median), sign=True)} per unit "
            f"({'median, ' if result.levels > 1 else ''}n = {result.levels})."
        )
    if result.changes is not None:
        said.append(_change_sentence(result.changes))
    left_out = [
        *([f"{result.without_decision} without a decision square"] if result.without_decision else []),
        *([f"{result.without_direction} in which nothing moves"] if result.without_direction else []),
    ]
    if left_out:
        said.append(f"Left out: {' and '.join(left_out)}.")
    return tuple(said)


def _bend_sentence(result: ResponseNumbers, found: Bends) -> str:
    t, count = found.coefficient, f"n = {result.levels}"
    what = "the median log-odds" if result.levels > 1 else "the log-odds"
    up, down = f"+{t:g}", f"−{t:g}"
    real = [float(np.median(result.change[:, result.place(each)])) for each in (t, -t)]
    if found.asymmetry == 0:
        return f"There is no asymmetry: {up} and {down} move {what} by equal amounts; {count}."
    if found.stage is None:
        best = f"; the closest, {short_name(found.best)}, accounts for {found.share * 100:.0f} %" if found.best else ""
        return (
            f"No single stage makes the asymmetry: {up} and {down} move {what} by {_signed(real[0])} "
            f"and {_signed(real[1])}{best}; {count}."
        )
    numbers = result.question.frozen_at
    frozen = np.median(result.changed(result.only[found.stage]), axis=0)
    kept = [float(frozen[numbers.index(each)]) for each in (t, -t)]
    return (
        f"Most of the asymmetry is from {short_name(found.stage)}: with its gates kept, {up} and {down} move "
        f"{what} by {_signed(kept[0])} and {_signed(kept[1])} instead of {_signed(real[0])} and "
        f"{_signed(real[1])}; {count}."
    )


def _change_sentence(changes: Mapping[str, np.ndarray]) -> str:
    times = np.concatenate(list(changes.values())) if changes else np.empty(0)
    if not len(times):
        return "No gate changes in this range: the logits are straight lines."
    ends = [side[np.abs(side).argmin()] for side in (times[times < 0], times[times > 0]) if len(side)]
    nearest = " and ".join(f"t = {general(float(end))}" for end in ends)
    return (
        f"{len(times):,} gates change in this range, the nearest to 0 at {nearest}; between them logits are straight."
    )


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def tables(result: ResponseNumbers) -> tuple[Table, ...]:
    """Change by coefficient; stages frozen and left free; layers."""
    return tuple(table for table in (_choice_table(result), _stage_table(result), _layer_table(result)) if len(table))


def _choice_table(result: ResponseNumbers) -> Table:
    places = list(result.asked)
    if len(places) > _MOST_ROWS:
        halves = [place for place in places if (2 * result.coefficients[place]) % 1 == 0]
        places = halves or places[:: -(-len(places) // _MOST_ROWS)]
    times = Column("t", tuple(result.coefficients[place] for place in places))
    n = result.levels
    if not result.has_choice:
        logs = summary(result.log_probabilities[:, places])
        moves = [Column(f"ln P({move})", logs.median[:, index], n=n) for index, move in enumerate(MOVES)]
        return Table("log_probabilities", (times, *moves), "Log-probabilities of the five moves, median over levels")
    change, frozen = summary(result.change[:, places]), summary(result.change_frozen[:, places])
    chances = [summary(result.probability(which)[:, places]) for which in (0, 1)]
    return Table(
        "log_odds",
        (
            times,
            Column("median", change.median, n=n),
            Column("from", change.low),
            Column("to", change.high),
            Column("mean", change.mean),
            Column("s.e.", change.error),
            Column("all gates frozen", frozen.median),
            Column("P(cheese)", chances[0].median),
            Column("P(top-right)", chances[1].median),
        ),
        "Change of the log-odds of the cheese's move over the corner's, in nats, with the 95 % interval of the median",
    )


def _stage_table(result: ResponseNumbers) -> Table:
    numbers = result.question.frozen_at
    if not result.only or not result.has_choice:
        return _flip_table(result)
    rows: list[list[Cell]] = []
    for name, only, all_but in (
        ("none frozen", result.logits[:, [result.place(t) for t in numbers]], None),
        ("all frozen", None, None),
        *((short_name(stage), result.only[stage], result.all_but[stage]) for stage in result.only),
    ):
        row: list[Cell] = [name]
        if name == "all frozen":
            frozen = np.median(result.change_frozen, axis=0)
            row += [float(frozen[result.place(t)]) for t in numbers]
        else:
            row += np.median(result.changed(only), axis=0).tolist() if only is not None else [None] * len(numbers)
        row += np.median(result.changed(all_but), axis=0).tolist() if all_but is not None else [None] * len(numbers)
        stage = next((each for each in result.flipped if short_name(each) == name), None)
        flips = None if stage is None else np.mean(result.flipped[stage], axis=0)
        row += [None if flips is None else float(flips[result.place(t)]) for t in numbers]
        rows.append(row)
    heads = [("stage", "")]
    heads += [(f"only it frozen, t = {t:g}", "") for t in numbers]
    heads += [(f"all but it, t = {t:g}", "") for t in numbers]
    heads += [(f"flipped, t = {t:g}", "share") for t in numbers]
    title = f"Median change of the log-odds with the gates of t = 0 kept, and gates that change; n = {result.levels}"
    return Table("stages", columns_of(rows, heads), title)


def _flip_table(result: ResponseNumbers) -> Table:
    places = [place for place in result.asked if result.coefficients[place] in (*result.question.frozen_at, -1, 1)]
    rows = [
        [short_name(stage), *np.mean(shares[:, places], axis=0).tolist()] for stage, shares in result.flipped.items()
    ]
    heads = [("stage", ""), *((f"flipped, t = {result.coefficients[place]:g}", "share") for place in places)]
    return Table("stages", columns_of(rows, heads), f"Gates that change; n = {result.levels}")


def _layer_table(result: ResponseNumbers) -> Table:
    even = even_place(result)
    times = [place for place in result.asked if result.coefficients[place] in (-2.0, -0.5, 0.5, 1.0, 2.0)]
    ones = [place for place in result.asked if abs(result.coefficients[place]) == 1.0]
    rows: list[list[Cell]] = []
    for name in result.layers:
        ratio, cosine = summary(result.norm_ratio(name)[:, times]), summary(result.tangent_cosine(name)[:, ones])
        row: list[Cell] = [short_name(name)]
        if even is not None:
            shares = summary(result.even_share(name)[:, even])
            row += [json_number(float(shares.mean)), int(shares.n)]
        row += [json_number(value) for value in (*ratio.mean, *cosine.mean)]
        rows.append(row)
    heads = [("layer", "")]
    if even is not None:
        heads += [(f"even share, |t| = {result.coefficients[result.pairs[even][0]]:g}", ""), ("n", "")]
    heads += [(f"norm, t = {result.coefficients[place]:g}", "") for place in times]
    heads += [(f"tangent's cosine, t = {result.coefficients[place]:g}", "") for place in ones]
    return Table("layers", columns_of(rows, heads), "How far layers move, as a share of their move at t = -1: means")


def even_place(result: ResponseNumbers) -> int | None:
    """The pair of coefficients whose even share is told: |t| = 1, or the largest asked one; None without pairs."""
    asked = set(result.asked)
    places = [at for at, (plus, minus) in enumerate(result.pairs) if plus in asked and minus in asked]
    ones = [at for at in places if result.coefficients[result.pairs[at][0]] == 1.0]
    found = ones or places[-1:]
    return found[0] if found else None


def records(result: ResponseNumbers) -> Table:
    """One row for each level and coefficient."""
    levels = [result.question.levels.levels[place] for place in result.places]
    places, count = list(result.asked), len(result.asked)
    numbers = [result.coefficients[place] for place in places]

    def flat(values: np.ndarray) -> np.ndarray:
        return values[:, places].ravel()

    columns = [
        Column("level", tuple(level.name for level in levels for _ in numbers)),
        Column("seed", tuple(level.seed for level in levels for _ in numbers)),
        Column("t", np.tile(numbers, len(levels))),
    ]
    if result.has_choice:
        columns += [
            Column("log_odds", flat(result.log_odds), "nats"),
            Column("log_odds_change", flat(result.change), "nats"),
            Column("log_odds_change_all_frozen", flat(result.change_frozen), "nats"),
            Column("p_cheese", flat(result.probability(0)), "probability"),
            Column("p_top_right", flat(result.probability(1)), "probability"),
        ]
        if result.kept is not None:
            columns.append(Column("log_odds_change_kept", flat(result.changed(result.kept)), "nats"))
    for index, move in enumerate(MOVES):
        chances = np.exp(result.log_probabilities[:, :, index])
        columns.append(Column(f"p_{move.lower()}", flat(chances), "probability"))
    for name in result.layers:
        even = np.full(result.logits.shape[:2], np.nan)
        for at, pair in enumerate(result.pairs):
            even[:, list(pair)] = result.even_share(name)[:, at : at + 1]
        short = short_name(name)
        columns += [
            Column(f"norm_ratio {short}", flat(result.norm_ratio(name))),
            Column(f"even_share {short}", flat(even)),
            Column(f"tangent_cosine {short}", flat(result.tangent_cosine(name))),
            Column(f"tangent_norm_ratio {short}", flat(result.tangent_norm_ratio(name))),
        ]
    for stage, shares in result.flipped.items():
        columns.append(Column(f"flipped {short_name(stage)}", flat(shares), "share"))
    if result.has_choice:
        for word, tables_ in (("only_frozen", result.only), ("all_but_frozen", result.all_but)):
            for stage, logits in tables_.items():
                wide = np.full((len(levels), len(result.coefficients)), np.nan)
                wide[:, [result.place(t) for t in result.question.frozen_at]] = result.changed(logits)
                columns.append(Column(f"{word} {short_name(stage)}", flat(wide), "nats"))
    assert all(len(column.values) == len(levels) * count for column in columns)
    return Table("response", tuple(columns))


@lru_cache(maxsize=1)
def to_json(result: ResponseNumbers) -> dict[str, Any]:
    """The JSON of `study response`; keys of coefficients are `format(t, "g")`."""
    question, choice = result.question, result.has_choice
    places, frozen_at = list(result.asked), question.frozen_at

    def by_time(change: np.ndarray, numbers: tuple[float, ...]) -> dict[str, Any]:
        found = summary(change)
        return {
            key_of(t): {
                "median": json_number(found.median[at]),
                "mean": json_number(found.mean[at]),
                "median_interval": [json_number(found.low[at]), json_number(found.high[at])],
            }
            for at, t in enumerate(numbers)
        }

    def means(values: np.ndarray) -> dict[str, float | None]:
        found = summary(values)
        return {key_of(t): json_number(mean) for t, mean in zip(question.coefficients, found.mean, strict=True)}

    even = even_place(result)
    json: dict[str, Any] = {"n": result.levels}
    if choice:
        json["log_odds_change"] = by_time(result.change[:, places], question.coefficients)
        places_frozen = [result.place(t) for t in frozen_at]
        json["frozen"] = {
            "all": by_time(result.change_frozen[:, places_frozen], frozen_at),
            "only": {short_name(s): by_time(result.changed(each), frozen_at) for s, each in result.only.items()},
            "all_but": {short_name(s): by_time(result.changed(each), frozen_at) for s, each in result.all_but.items()},
        }
        if result.kept is not None:
            json["frozen"]["kept"] = {
                "stages": [short_name(stage) for stage in question.kept],
                **by_time(result.changed(result.kept)[:, places], question.coefficients),
            }
    else:
        logs = summary(result.log_probabilities[:, places])
        json["log_probabilities"] = {
            key_of(t): dict(zip(MOVES, logs.median[at].tolist(), strict=True))
            for at, t in enumerate(question.coefficients)
        }
    json["even_share"] = (
        {}
        if even is None
        else {
            short_name(name): json_number(float(summary(result.even_share(name)[:, even]).mean))
            for name in result.layers
        }
    )
    json["even_share_at"] = None if even is None else result.coefficients[result.pairs[even][0]]
    json["flipped"] = {short_name(stage): means(shares[:, places]) for stage, shares in result.flipped.items()}
    json["norm_ratio"] = {short_name(name): means(result.norm_ratio(name)[:, places]) for name in result.layers}
    json["tangent"] = {
        short_name(name): {
            "cosine": means(result.tangent_cosine(name)[:, places]),
            "norm_ratio": means(result.tangent_norm_ratio(name)[:, places]),
        }
        for name in result.layers
    }
    if choice:
        for key, which in (("p_cheese", 0), ("p_top_right", 1)):
            json[key] = by_time(result.probability(which)[:, places], question.coefficients)
        slope = summary(result.slope)
        json["slope_at_0"] = {"median": json_number(float(slope.median)), "mean": json_number(float(slope.mean))}
    found = bends(result)
    json["bends"] = (
        None
        if found is None
        else {
            "at": found.coefficient,
            "asymmetry": found.asymmetry,
            "stage": None if found.stage is None else short_name(found.stage),
            "closest": None if found.best is None else short_name(found.best),
            "share": json_number(found.share),
        }
    )
    if result.changes is not None:
        json["gate_changes"] = {short_name(stage): times.tolist() for stage, times in result.changes.items()}
    json["left_out"] = {"no_decision_square": result.without_decision, "no_direction": result.without_direction}
    json["findings"] = list(result.findings)
    json["recipe"] = result.recipe
    return json
