"""The lanes of a series as plots: one number of each checkpoint over its step, on a log axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from app.maze.moves import MOVES
from app.policy.series import log_positions
from app.studies.intervals import MEAN_INTERVAL, MEDIAN_INTERVAL, mean_interval, median_interval
from app.studies.study import Axis, Mark, Plot, Series
from app.studies.training_point import RANDOM, Point, key
from app.studies.training_rows import TrainingRows
from app.studies.training_tables import CAUTION, DIRECTIONS, STEERED, trained_by_imitation

_PUSH_ROLES: Final = ("original", "patched", "difference", "top_right")


def plots(result: TrainingRows) -> tuple[Plot, ...]:
    """Solve rate, log-odds, cheese channel, the vector at -1, pushes."""
    played = (_solved(result),) if result.question.play else ()
    return (*played, _log_odds(result), _channel(result), _vector(result), _pushes(result))


def _axis(result: TrainingRows) -> Axis:
    # The whole series, so that the lanes stay in place while they are computed.
    places = 10**result.question.series.positions
    return Axis("training step", log=True, low=float(places[0]), high=float(places[-1]))


def _places(result: TrainingRows) -> np.ndarray:
    """(k,) float64 of the points on the axis; step 0 is at half the step that follows it."""
    steps = result.question.series.steps
    known = dict(zip(steps, 10 ** log_positions(steps), strict=True))
    return np.array([known[each.step] for each in result.points])


def _marks(result: TrainingRows) -> tuple[Mark, ...]:
    steps = result.question.series.steps
    return (Mark(float(10 ** log_positions(steps)[0]), "0"),) if steps[0] == 0 else ()


def _note(result: TrainingRows, n: str) -> str:
    return f"{n}. {CAUTION}" if trained_by_imitation(result) else n


def _line(
    result: TrainingRows,
    name: str,
    values: Sequence[np.ndarray],
    of: Callable[[np.ndarray], float],
    interval: Callable[[np.ndarray], tuple[float, float]],
    words: str,
    *,
    role: str,
    control: bool = False,
) -> Series:
    """One number a checkpoint from its values over levels, with its interval."""
    ends = np.array([interval(each) for each in values]).reshape(-1, 2)
    n = len(values[0]) if values else 0
    y = np.array([of(each) if len(each) else np.nan for each in values])
    known = n > 1
    low, high = (ends[:, 0], ends[:, 1]) if known else (None, None)
    return Series(
        name, _places(result), y, n=n, low=low, high=high, interval=words if known else "", role=role, control=control
    )


def _median(result: TrainingRows, name: str, values: Sequence[np.ndarray], role: str, control: bool = False) -> Series:
    return _line(
        result,
        name,
        values,
        lambda found: float(np.median(found)),
        median_interval,
        MEDIAN_INTERVAL,
        role=role,
        control=control,
    )


def _each(result: TrainingRows, of: Callable[[Point], np.ndarray]) -> list[np.ndarray]:
    return [of(each) for each in result.points]


def _solved(result: TrainingRows) -> Plot:
    inside = result.question.inside
    lines = [
        _line(
            result,
            name,
            _each(result, lambda each, chosen=chosen: each.reach[chosen]),  # type: ignore[misc]
            lambda found: float(found.mean()),
            mean_interval,
            MEAN_INTERVAL,
            role=role,
        )
        for name, chosen, role in (("cheese inside", inside, "original"), ("cheese outside", ~inside, "difference"))
        if chosen.any()
    ]
    return Plot(
        "solved",
        f"Solved within {result.question.steps} steps",
        _axis(result),
        Axis("chance of the cheese", "probability", low=0, high=1),
        tuple(lines),
        marks=_marks(result),
        note=_note(
            result,
            f"n = {int(inside.sum())} levels with the cheese in the top-right {result.question.region} x "
            f"{result.question.region}, {int((~inside).sum())} outside; exact, no sampling",
        ),
    )


def _log_odds(result: TrainingRows) -> Plot:
    values = _each(result, lambda each: each.plain.log_odds)
    return Plot(
        "log_odds",
        "Cheese against top right",
        _axis(result),
        Axis("median log-odds", "nats"),
        (_median(result, "log-odds", values, "original"),),
        marks=_marks(result),
        note=_note(result, f"n = {len(result.question.deciding)} decision squares"),
    )


def _channel(result: TrainingRows) -> Plot:
    best = np.array([each.scores.max() for each in result.points])
    heir = np.array([each.scores[each.heir] for each in result.points])
    like = np.array([each.correlations[each.heir] for each in result.points])
    n, places = len(result.question.mazes), _places(result)
    return Plot(
        "cheese_channel",
        "Cheese channel",
        _axis(result),
        Axis("share, correlation", low=0, high=1),
        (
            Series("score of the best channel", places, best, n=n, role="original"),
            Series("score of the one most like the last", places, heir, n=n, role="patched"),
            Series("its correlation with the last", places, like, n=n, role="text_muted"),
        ),
        marks=_marks(result),
        note=_note(
            result,
            f"{result.question.layer}; n = {n} levels; the last cheese channel is {result.last.heir}",
        ),
    )


def _vector(result: TrainingRows) -> Plot:
    lines = [
        _median(
            result,
            name,
            _each(result, lambda each, change=change: each.choices(change).log_odds - each.plain.log_odds),  # type: ignore[misc]
            role,
            control,
        )
        for change, name, role, control in (
            (RANDOM, "random vectors of equal norm", "text_muted", True),
            (STEERED, f"cheese vector at {key(STEERED)}", "patched", False),
        )
    ]
    return Plot(
        "vector",
        "Subtracting the cheese vector",
        _axis(result),
        Axis("median change of log-odds", "nats"),
        tuple(lines),
        marks=_marks(result),
        note=_note(result, f"{result.question.layer}; n = {len(result.question.deciding)} decision squares"),
    )


def _pushes(result: TrainingRows) -> Plot:
    """For each move, the push of the channel that pushes most for it at the end."""
    lines = []
    for move, role in zip(DIRECTIONS, _PUSH_ROLES, strict=True):
        part, _ = result.last.mover(move)
        values = np.array([each.push[part, move] for each in result.points])
        n = len(result.question.deciding)
        lines.append(Series(f"{MOVES[move]}, channel {part}", _places(result), values, n=n, role=role))
    return Plot(
        "pushes",
        "The last step's largest pushes",
        _axis(result),
        Axis("mean push", "logits"),
        tuple(lines),
        marks=_marks(result),
        note=_note(result, f"channels of relu3; n = {len(result.question.deciding)} decision squares"),
    )
