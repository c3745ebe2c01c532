"""Tables, records and sentences of a series: one row a step."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from app.maze.moves import LEFT, MOVES, NOOP
from app.studies.intervals import mean_interval, median_interval
from app.studies.study import Cell, Column, Table, columns_of, json_number
from app.studies.training_point import COEFFICIENTS, RANDOM, Point, key
from app.studies.training_rows import TrainingRows

STEERED: Final = -1.0
"""The coefficient whose effect has a column of its own."""

DIRECTIONS: Final = tuple(range(LEFT, NOOP))
CAUTION: Final = (
    "Policies trained by imitation say nothing about reward-trained ones: neither how such a policy learns nor what it "
    "holds when it has."
)


PLAYED: Final = (
    ("solved, cheese inside", "probability"),
    ("inside, from", "probability"),
    ("inside, to", "probability"),
    ("greedy, inside", "share"),
    ("solved, cheese outside", "probability"),
    ("outside, from", "probability"),
    ("outside, to", "probability"),
    ("greedy, outside", "share"),
)
"""Columns of play, where it is computed."""


def trained_by_imitation(result: TrainingRows) -> bool:
    """True if the files say that their policies were trained by imitation."""
    recipes = [str(policy.metadata.get("recipe", "")) for policy in result.question.series.policies]
    return any("imitation" in recipe for recipe in recipes)


def tables(result: TrainingRows) -> tuple[Table, ...]:
    """Behaviour, then what is inside."""
    return (_behaviour(result), _inside(result), _movers(result))


def _solved(point: Point, chosen: np.ndarray) -> tuple[Cell, Cell, Cell, Cell]:
    """Mean exact chance with its 95 % interval, and the share of greedy play."""
    reach = point.reach[chosen]
    if not len(reach) or np.isnan(reach).any():
        return None, None, None, None
    low, high = mean_interval(reach)
    return (
        float(reach.mean()),
        json_number(max(0.0, low)),
        json_number(min(1.0, high)),
        float(point.greedy[chosen].mean()),
    )


def _behaviour(result: TrainingRows) -> Table:
    question, inside = result.question, result.question.inside
    rows: list[tuple[Cell, ...]] = []
    for each in result.points:
        odds = each.plain.log_odds
        low, high = median_interval(odds)
        rows.append(
            (
                each.step,
                each.observations,
                *(_solved(each, inside) if question.play else ()),
                *(_solved(each, ~inside) if question.play else ()),
                _median(odds),
                json_number(low),
                json_number(high),
                _median(each.plain.p_cheese),
                _median(each.plain.p_top_right),
            )
        )
    heads = (
        ("step", ""),
        ("observations", ""),
        *(PLAYED if question.play else ()),
        ("median log-odds", "nats"),
        ("log-odds, from", "nats"),
        ("log-odds, to", "nats"),
        ("median P(cheese)", "probability"),
        ("median P(top-right)", "probability"),
    )
    played = (
        f"Play within {question.steps} steps (exact; n = {int(inside.sum())} levels with the cheese in the top-right "
        f"{question.region} x {question.region}, {int((~inside).sum())} outside) and choices"
    )
    what = played if question.play else "Choices"
    title = f"{what} at {len(question.deciding)} decision squares; from, to: 95 % intervals"
    return Table("behaviour", columns_of(rows, heads), title)


def _inside(result: TrainingRows) -> Table:
    question = result.question
    rows: list[tuple[Cell, ...]] = []
    for each in result.points:
        heir, best = each.heir, _best(each)
        moved = [_change(each, coefficient) for coefficient in (*COEFFICIENTS, RANDOM)]
        rows.append(
            (
                each.step,
                best,
                float(each.scores[best]),
                heir,
                json_number(each.correlations[heir]),
                float(each.scores[heir]),
                *moved,
                _median(each.choices(STEERED).p_cheese),
                _median(each.choices(STEERED).p_top_right),
            )
        )
    heads = (
        ("step", ""),
        ("best cheese channel", ""),
        ("its score", "share"),
        ("most like the last one's", ""),
        ("correlation", ""),
        ("score of that", "share"),
        *((f"change of log-odds at {key(each)}", "nats") for each in COEFFICIENTS),
        ("the same, random vectors", "nats"),
        (f"median P(cheese) at {key(STEERED)}", "probability"),
        (f"median P(top-right) at {key(STEERED)}", "probability"),
    )
    title = (
        f"Channels of {question.layer} (score: largest activation within one pixel of the cheese's, n = "
        f"{len(question.mazes)} levels) and the cheese vector added there (medians over {len(question.deciding)} "
        "decision squares; random vectors: of equal norm, the control)"
    )
    return Table("inside", columns_of(rows, heads), title)


def _movers(result: TrainingRows) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in result.points:
        cells: list[Cell] = [each.step]
        for move in DIRECTIONS:
            cells += each.mover(move)
        rows.append(tuple(cells))
    heads = [("step", "")]
    for move in DIRECTIONS:
        heads += [(f"{MOVES[move]} channel", ""), (f"push for {MOVES[move]}", "logits")]
    n = len(result.question.deciding)
    title = f"The channel of relu3 that pushes most for each move, mean over {n} decision squares"
    return Table("pushes", columns_of(rows, heads), title)


def records(result: TrainingRows) -> Table:
    """One row for each checkpoint and level; choices are missing where a level has no decision square."""
    question = result.question
    n, count = len(question.mazes), len(result.points)
    seeds = tuple(level.seed for level in question.levels.levels if level.maze.cheese is not None)
    columns = [
        Column("step", np.repeat([each.step for each in result.points], n)),
        Column("level", question.names * count),
        Column("seed", seeds * count),
        Column("inside", np.tile(question.inside, count)),
        Column("reach", np.concatenate([each.reach for each in result.points]), "probability"),
        Column("greedy", np.concatenate([each.greedy for each in result.points])),
    ]
    names = [("", None), *((f"_{key(each)}", each) for each in (*COEFFICIENTS, RANDOM))]
    for suffix, change in names:
        for name, unit in (("log_odds", "nats"), ("p_cheese", "probability"), ("p_top_right", "probability")):
            values = np.full((count, n), np.nan)
            for row, each in zip(values, result.points, strict=True):
                row[question.deciding] = each.choices(change).of(name)
            columns.append(Column(f"{name}{suffix}", values.ravel(), unit))
    return Table("checkpoints", tuple(columns))


def findings(result: TrainingRows) -> tuple[str, ...]:
    """First and last step next to each other, when the vector begins to work, and what the series cannot tell."""
    first, last, question = result.points[0], result.points[-1], result.question
    found = []
    if len(question.deciding):
        found.append(
            f"From step {first.step} to step {last.step} the median P(cheese) goes from {_text(first, 'p_cheese')} to "
            f"{_text(last, 'p_cheese')} and the median log-odds from {_text(first, 'log_odds')} to "
            f"{_text(last, 'log_odds')} (n = {len(question.deciding)} decision squares)."
        )
        found.append(
            f"Subtracting the cheese vector changes the median log-odds by {_change(first, STEERED) or 0:+.2f} at step "
            f"{first.step} and by {_change(last, STEERED) or 0:+.2f} at step {last.step}; random vectors of equal norm "
            f"by {_change(first, RANDOM) or 0:+.2f} and {_change(last, RANDOM) or 0:+.2f}."
        )
    best = _best(last)
    sentence = (
        f"The last cheese channel of {question.layer} is {best}, score {last.scores[best]:.2f} (n = "
        f"{len(question.mazes)} levels)"
    )
    grown = _grown(result, best)
    found.append(f"{sentence}; from step {grown} on it is the one most like that, with at least half that score.")
    if trained_by_imitation(result):
        found.append(CAUTION)
    return tuple(found)


def to_json(result: TrainingRows) -> dict[str, Any]:
    """The rows of the tables under the names that the tables' titles explain."""
    question, inside = result.question, result.question.inside
    rows = []
    for each in result.points:
        best, heir = _best(each), each.heir
        rows.append(
            {
                "step": each.step,
                "observations": each.observations,
                "weights": each.weights_hash,
                "solved_inside": _mean(each.reach[inside]),
                "solved_outside": _mean(each.reach[~inside]),
                "greedy_inside": _mean(each.greedy[inside]),
                "greedy_outside": _mean(each.greedy[~inside]),
                "median_log_odds": _median(each.plain.log_odds),
                "median_p_cheese": _median(each.plain.p_cheese),
                "median_p_top_right": _median(each.plain.p_top_right),
                "cheese_channel": {"channel": best, "score": float(each.scores[best])},
                "like_last": {
                    "channel": heir,
                    "correlation": json_number(each.correlations[heir]),
                    "score": float(each.scores[heir]),
                },
                "cheese_vector": {
                    key(change): {
                        "change_of_log_odds": _change(each, change),
                        "median_p_cheese": _median(each.choices(change).p_cheese),
                        "median_p_top_right": _median(each.choices(change).p_top_right),
                    }
                    for change in (*COEFFICIENTS, RANDOM)
                },
                "pushes": {
                    MOVES[move]: dict(zip(("channel", "push"), each.mover(move), strict=True)) for move in DIRECTIONS
                },
            }
        )
    return {
        "n": {
            "inside": int(inside.sum()),
            "outside": int((~inside).sum()),
            "decision_squares": len(question.deciding),
        },
        "layer": question.layer,
        "region": question.region,
        "play_steps": question.steps,
        "rows": rows,
    }


def _grown(result: TrainingRows, channel: int) -> int:
    """The step from which on a channel is the one most like the last cheese channel, with half its score or more."""
    since = result.last.step
    for each in reversed(result.points):
        if each.heir != channel or each.scores[channel] < result.last.scores[channel] / 2:
            break
        since = each.step
    return since


def _best(point: Point) -> int:
    """The channel of the highest score; of several, the one most like the last checkpoint's cheese channel."""
    return int(np.lexsort((-np.nan_to_num(point.correlations, nan=-2), -point.scores))[0])


def _change(point: Point, change: float | str) -> float | None:
    """The median over levels of the change of the log-odds."""
    return _median(point.choices(change).log_odds - point.plain.log_odds)


def _median(values: np.ndarray) -> float | None:
    return float(np.median(values)) if len(values) else None


def _mean(values: np.ndarray) -> float | None:
    return json_number(values.mean()) if len(values) else None


def _text(point: Point, name: str) -> str:
    value = _median(point.plain.of(name))
    return "none" if value is None else f"{value:.3f}"
