"""Finding the fastest plan for this machine by trying: each candidate takes chunks of squares through the network."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import numpy as np
import torch

from app.field.convolutions import BFLOAT16, kernels
from app.field.execution_plan import FastPlan, Plan, is_wide, thread_counts
from app.field.maze_scene import Scene
from app.field.receptive_fields import CONV_STAGES
from app.field.requests import FieldRequest
from app.field.torch_threads import one_thread_here
from app.field.windowed_forward import LAST, NO_EDITS, Check, Place, WindowedForward, never

CHUNKS: Final = {True: (8, 16, 24, 32), False: (16, 24, 32, 48, 64)}
"""Squares at once worth trying, by whether the network is wide: a narrow one's whole field is there in two blinks of a
screen, and starting its small layers costs as much as computing them."""

TRIAL_CHUNK: Final = 8
TRIES: Final = 3
TURNS: Final = 2
NEARLY: Final = 1.04
CLEARLY: Final = 1.1
TYPICAL_SQUARES: Final = 100
"""Squares that share the cost of the activations without a mouse, in the sum that is compared."""


class Tuner:
    """The search for one width and world. It may be stopped and continues where it was.

    Time is the processor time of the thread that computes, so that other work on the machine hardly disturbs it. Only
    how many threads to use has to be found by the clock on the wall.

    Args:
        first: where the search starts.
        walk_of: how batches are walked under a plan.
    """

    def __init__(self, first: Plan, walk_of: Callable[[Plan], WindowedForward]) -> None:
        self._best, self._walk_of = first, walk_of
        self._costs: dict[Plan, float] = {}
        self._elapsed: dict[Plan, float] = {}

    def search(self, request: FieldRequest, check: Check) -> Plan:
        """The fastest plan: where windows end first, then which convolutions, then how many squares at once, and
        on how many threads.

        `check` is called between trials and may raise `Stopped`.
        """
        trial = replace(self._best, chunk=TRIAL_CHUNK)
        trial = self._fastest((replace(trial, until=until) for until in (*CONV_STAGES, None)), request, check)
        trial = self._fastest((replace(trial, kernel=kernel) for kernel in kernels()), request, check)
        # Another kernel may move the stage where whole images become cheaper, by a little.
        at = len(CONV_STAGES) if trial.until is None else CONV_STAGES.index(trial.until)
        near = (*CONV_STAGES, None)[max(0, at - 1) : at + 2]
        trial = self._fastest((replace(trial, until=until) for until in near), request, check)
        chunks = [replace(trial, chunk=chunk) for chunk in CHUNKS[is_wide(request.policy.width)]]
        fastest = self._costs[self._fastest(chunks, request, check)]
        # Small chunks show something sooner and stop sooner.
        found = next(plan for plan in chunks if self._costs[plan] <= fastest * NEARLY)
        return self._with_threads(found, request, check)

    def gain(self, request: FieldRequest, check: Check) -> FastPlan:
        """The fastest plan in bfloat16 next to the one that the search started from, which is exact.

        Small windows pay less there: windows end where they do in the exact plan, or up to three stages later.
        """
        exact = self._best
        at = len(CONV_STAGES) if exact.until is None else CONV_STAGES.index(exact.until)
        near = (*CONV_STAGES, None)[max(0, at - 1) : at + 4]
        tried = [replace(exact, until=until, kernel=BFLOAT16) for until in near]
        trials = {replace(plan, chunk=TRIAL_CHUNK): plan for plan in tried}
        fastest = trials[self._fastest(trials, request, check)]
        # In turn, so that what else the machine does meanwhile meets both.
        costs: dict[Plan, list[float]] = {exact: [], fastest: []}
        for _ in range(TURNS):
            for plan, found in costs.items():
                check()
                found.append(self._cost(plan, request))
        slow, fast = (min(found) for found in costs.values())
        return FastPlan(fastest, slow / fast)

    def _with_threads(self, plan: Plan, request: FieldRequest, check: Check) -> Plan:
        """The plan on the number of threads that is fastest; another than the usual has to be faster clearly.

        A wrong number would be remembered, and the clock on the wall also shows what other programs do meanwhile.
        """
        plans = [replace(plan, threads=threads) for threads in thread_counts()]
        if plans == [plan]:
            return plan
        walk = self._walk_of(plan)
        scene = Scene(request.maze, walk)
        rows = np.resize(np.arange(len(request.maze.squares)), plan.chunk)
        for tried in {*plans, plan}:
            if tried not in self._elapsed:
                self._elapsed[tried] = _seconds_per_chunk(tried.threads, lambda: _through(walk, scene, rows), check)
        fastest = min(plans, key=lambda tried: self._elapsed[tried])
        return fastest if self._elapsed[fastest] * CLEARLY < self._elapsed[plan] else plan

    def _fastest(self, plans: Iterable[Plan], request: FieldRequest, check: Check) -> Plan:
        def cost(plan: Plan) -> float:
            if plan not in self._costs:
                check()
                self._costs[plan] = self._cost(plan, request)
            return self._costs[plan]

        return min(plans, key=cost)

    def _cost(self, plan: Plan, request: FieldRequest) -> float:
        """Seconds for one square of a typical maze, its share of the activations without a mouse included."""
        walk = self._walk_of(plan)
        rows = np.resize(np.arange(len(request.maze.squares)), plan.chunk)
        shared, own = [], []
        for _ in range(TRIES):
            started = time.thread_time()
            scene = Scene(request.maze, walk)
            prepared = time.thread_time()
            _through(walk, scene, rows)
            shared.append(prepared - started)
            own.append(time.thread_time() - prepared)
        return min(shared) / TYPICAL_SQUARES + min(own) / plan.chunk


def fastest_inexact(
    exact: Plan, walk_of: Callable[[Plan], WindowedForward], request: FieldRequest, check: Check
) -> FastPlan:
    """The fastest plan in bfloat16 for requests like this one, and how many times as fast as an exact plan it is.

    Its gain is 0 where torch cannot compute so.
    """
    try:
        return Tuner(exact, walk_of).gain(request, check)
    except (RuntimeError, NotImplementedError):
        return FastPlan(replace(exact, kernel=BFLOAT16), 0.0)


def _through(walk: WindowedForward, scene: Scene, rows: np.ndarray) -> None:
    """One chunk of squares from observations to outputs, on the calling thread."""
    with torch.no_grad():
        place = Place(scene.cells[rows])
        state = walk.advance(scene.start(rows), LAST, place, NO_EDITS, scene.backdrop, never)
        walk.outputs(walk.whole(state, place, scene.backdrop), NO_EDITS)


def _seconds_per_chunk(threads: int, work: Callable[[], object], check: Check) -> float:
    """Elapsed seconds for one chunk when this many are computed at the same time, each on a thread of its own."""
    with ThreadPoolExecutor(threads, "field trial", initializer=one_thread_here) as pool:
        times = []
        # The first round starts the threads and does not count.
        for _ in range(TRIES + 1):
            check()
            started = time.perf_counter()
            for done in [pool.submit(work) for _ in range(2 * threads)]:
                done.result()
            times.append((time.perf_counter() - started) / (2 * threads))
    return min(times[1:])
