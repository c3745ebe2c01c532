"""Explanations next to the fields they explain: pushes, exact outcomes, and retarget maps."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import torch

from app.field.engine import Engine, FieldRequest
from app.interventions.compiled_stack import compile_stack
from app.interventions.patches import PatchStack, SetValue
from app.maze.maze import Maze
from app.policy.policy import Policy
from app.studies.exact_outcome import outcome_of
from app.studies.exact_push import push
from app.studies.retarget import path_probabilities
from app.studies.retarget_map import RetargetMap, Setting, retarget_maps
from benchmarks.measure import Row, interleaved
from benchmarks.subjects import EASY, HARD, edited, level, policy

SETTING = Setting((1, 2, 3), 5.5)


def rows(engine: Engine) -> Iterator[Row]:
    """Each explanation next to what it is compared with."""
    yield _push(engine)
    yield _outcome(engine)
    for width, world, goal in ((4, HARD, 0.11), (1, EASY, 0.13)):
        yield _retarget(width, world, goal)


def _push(engine: Engine) -> Row:
    asked, maze = policy(4), level(HARD, 13)
    request = [FieldRequest(maze, asked)]

    def field(_: int) -> None:
        request[0] = FieldRequest(edited(maze), asked)
        engine.compute(request[0])

    def pushes(_: int) -> None:
        push(asked.network, engine.last_stage(request[0])[0])

    found = interleaved({"field": field, "push": pushes})
    ratio = found["push"] / found["field"]
    result = f"{ratio:.3f} x ({found['push']:.1f} ms next to {found['field']:.0f} ms)"
    question = "push behind relu3 of every square, hard 13x13, width 4"
    return Row(question, "<= 0.30 x the field itself", result, ratio <= 0.3, {**found, "ratio": ratio})


def _outcome(engine: Engine) -> Row:
    asked, maze = policy(1), level(EASY, 13)

    def second(_: int) -> None:
        engine.compute(FieldRequest(edited(maze), asked))

    def whole(_: int) -> None:
        there = edited(maze)
        # The first field is there already, since it is shown; one more is computed here, and counts for both.
        field = engine.compute(FieldRequest(there, asked)).original
        outcome_of(there, (field, field))

    found = interleaved({"second field": second, "outcome": whole})
    ratio = found["outcome"] / found["second field"]
    result = f"{ratio:.3f} x ({found['outcome']:.1f} ms next to {found['second field']:.1f} ms)"
    question = "exact outcome within 500 steps, its second field included, easy 13x13, width 1"
    return Row(question, "<= 1.30 x the second field", result, ratio <= 1.3, {**found, "ratio": ratio})


def _retarget(width: int, world: int, goal: float) -> Row:
    asked, maze = policy(width), level(world, 13)
    first: list[float] = []
    times: dict[str, float] = {}

    def heard(found: RetargetMap) -> None:
        if not first and not np.isnan(found.patched[0, 0]):
            first.append(time.perf_counter() - started)

    for attempt in range(2):
        first.clear()
        started = time.perf_counter()
        retarget_maps(asked, maze, [SETTING], partial=heard)
        if attempt:
            times["map"] = 1000 * (time.perf_counter() - started)
    started = time.perf_counter()
    with torch.no_grad():
        _plainly(asked, maze)
    times["plain"] = 1000 * (time.perf_counter() - started)
    times["first squares"] = 1000 * first[0]
    ratio = times["map"] / times["plain"]
    result = (
        f"{ratio:.3f} x ({times['map'] / 1000:.2f} s next to {times['plain'] / 1000:.1f} s); first squares after "
        f"{first[0]:.2f} s"
    )
    question = f"retarget map, {'hard' if world == HARD else 'easy'} 13x13, width {width}"
    met = ratio <= goal and first[0] <= 0.3
    return Row(question, f"<= {goal:.2f} x target by target, first <= .3 s", result, met, {**times, "ratio": ratio})


def _plainly(asked: Policy, maze: Maze) -> None:
    """Target by target: each path's squares through the whole network, then the layers behind this one again."""
    for row, col in maze.squares.tolist():
        if (row, col) == maze.mouse:
            continue
        patch = SetValue(channels=SETTING.channels, square=(row, col), value=SETTING.value)
        path_probabilities(asked, maze, (row, col), (compile_stack(PatchStack((patch,)), asked, maze),))
