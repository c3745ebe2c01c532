"""Time of a response curve, next to plain forward passes and to the earlier `effects --saturation`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

import numpy as np
import torch

from app.field.engine import Engine
from app.field.torch_threads import one_thread_here
from app.interventions.dynamic_vectors import word_vectors
from app.interventions.layer_activations import inputs_of
from app.maze import generator
from app.maze.maze import Maze
from app.maze.routes import decision_square
from app.policy.layers import DEFAULT_LAYER
from app.policy.policy import Policy
from app.policy.stages import run
from app.studies.level_set import of_mazes
from app.studies.response.live_curve import CurveTracer
from app.studies.response.question import ResponseQuestion
from app.studies.response.result import ResponseResult
from app.studies.response.setup import CHEESE_VECTOR, COEFFICIENTS
from benchmarks.measure import Row, interleaved, next_to_plain
from benchmarks.subjects import EASY, HARD, edited, level, policy

LATER = ("embedder.block2.res2.resadd", "embedder.block3.res2.resadd", "fc_policy")
STEPS = (-1.0, 1.0, -2.0, -0.5, 1.0, 2.0)
FEW = 12
"""Levels that are enough to time the old way."""


def rows(engine: Engine) -> Iterator[Row]:
    """The lines of the table about curves and diff(t)."""
    del engine
    for width, world in ((1, EASY), (4, HARD)):
        maze, asked = level(world, 13), policy(width)
        found = interleaved({"engine": partial(_curve, asked, maze), "plain": partial(_passes, asked, maze)}, 3)
        what = f"curve of 61 coefficients at block2.res1.resadd, one square, all later stages, width {width}"
        yield next_to_plain(what, 0.25, found)
        with ThreadPoolExecutor(1, initializer=one_thread_here) as thread:
            live = partial(_live, thread, CurveTracer(), asked, maze)
            found = interleaved({"engine": live, "plain": partial(_passes, asked, maze)}, 3)
        yield next_to_plain(f"curve next to a slider after an edit, 61 coefficients, width {width}", 0.25, found)
    yield _many_levels()


def _many_levels() -> Row:
    found = [maze for maze in generator.levels(EASY, range(200)) if decision_square(maze).square is not None]
    question = ResponseQuestion(policy(1), of_mazes(found))
    times = interleaved(
        {"engine": partial(_answered, question), "plain": partial(_growing_coefficients, policy(1), found[:FEW])}, 1
    )
    each = {
        name: time / (len(found) * len(COEFFICIENTS) if name.startswith("engine") else FEW * (len(STEPS) - 1))
        for name, time in times.items()
    }
    ratio, computed = each["engine"] / each["plain"], each["engine, processor"] / each["plain, processor"]
    return Row(
        f"diff(t) of {len(found)} levels x 61 t, all stages, frozen tables at -1 and +1, width 1, per level and t",
        "<= 0.10 x `effects --saturation` as it was",
        f"{ratio:.3f} x ({each['engine']:.3f} ms next to {each['plain']:.2f} ms; in processor time {computed:.3f} x; "
        f"all in {times['engine'] / 1000:.1f} s)",
        ratio <= 0.1,
        {**each, "ratio": ratio, "all": times["engine"]},
    )


def _answered(question: ResponseQuestion, number: int) -> ResponseResult:
    del number
    return question.run()


def _curve(asked: Policy, maze: Maze, number: int) -> object:
    question = ResponseQuestion(asked, of_mazes([maze]), square=maze.mouse, frozen_at=())
    return _answered(question, number).log_probabilities


def _live(thread: Executor, tracer: CurveTracer, asked: Policy, maze: Maze, number: int) -> object:
    del number
    new = edited(maze)
    return thread.submit(tracer.trace, asked, new, CHEESE_VECTOR, square=new.mouse).result()


@torch.no_grad()
def _passes(asked: Policy, maze: Maze, number: int) -> None:
    """A loop of 61 plain forward passes, the vector added in each."""
    del number
    vector = word_vectors("cheese", asked, (maze,), (DEFAULT_LAYER,))[DEFAULT_LAYER]
    inputs = inputs_of((maze,))
    for t in COEFFICIENTS:
        run(asked.network, inputs, edit=partial(_added, t * vector), edited=(DEFAULT_LAYER,))


def _added(vector: torch.Tensor, name: str, activation: torch.Tensor) -> torch.Tensor:
    del name
    return activation + vector


@torch.no_grad()
def _growing_coefficients(asked: Policy, mazes: Sequence[Maze], number: int) -> None:
    """The former work of `effects --saturation`: three later layers and six coefficients, level by level."""
    del number
    for maze in mazes:
        square = decision_square(maze).square
        assert square is not None
        vector = word_vectors("cheese", asked, (maze,), (DEFAULT_LAYER,))[DEFAULT_LAYER]
        start = run(asked.network, inputs_of((maze.with_mouse(square),)), keep=(DEFAULT_LAYER,)).kept[DEFAULT_LAYER]
        inputs = torch.cat([start, *(start + step * vector for step in STEPS)])
        kept = run(asked.network, inputs, after=DEFAULT_LAYER, keep=LATER).kept
        for name in LATER:
            moved = (kept[name][1:] - kept[name][:1]).reshape(len(STEPS), -1).double().numpy()
            np.linalg.norm(moved, axis=1)
