"""Finding the fastest plan for this machine by trying: each candidate takes one chunk through the network."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from app.field.convolutions import kernels
from app.field.plan import Plan
from app.field.requests import FieldRequest
from app.field.scene import Scene
from app.field.spans import CONV_STAGES
from app.field.walk import LAST, NO_EDITS, Check, Place, Walk

CHUNKS: Final = (8, 16, 24, 32, 48)
TRIAL_CHUNK: Final = 8
TRIES: Final = 3
NEARLY: Final = 1.04
TYPICAL_SQUARES: Final = 100
"""Squares that share the cost of the activations without a mouse, in the sum that is compared."""


class Tuner:
    """The search for one width and world. It may be stopped and goes on where it was.

    Time is the processor time of the thread that computes, so that other work on the machine hardly disturbs it.

    Args:
        first: where the search starts.
        walk_of: how batches are walked under a plan.
    """

    def __init__(self, first: Plan, walk_of: Callable[[Plan], Walk]) -> None:
        self._best, self._walk_of = first, walk_of
        self._costs: dict[Plan, float] = {}

    def search(self, request: FieldRequest, check: Check) -> Plan:
        """The fastest plan: where windows end first, then which convolutions, then how many squares at once.

        `check` is called between trials and may raise `Stopped`.
        """
        trial = replace(self._best, chunk=TRIAL_CHUNK)
        trial = self._fastest((replace(trial, until=until) for until in (*CONV_STAGES, None)), request, check)
        trial = self._fastest((replace(trial, kernel=kernel) for kernel in kernels()), request, check)
        # Another kernel may move the stage where whole images become cheaper, by a little.
        at = len(CONV_STAGES) if trial.until is None else CONV_STAGES.index(trial.until)
        near = (*CONV_STAGES, None)[max(0, at - 1) : at + 2]
        trial = self._fastest((replace(trial, until=until) for until in near), request, check)
        chunks = [replace(trial, chunk=chunk) for chunk in CHUNKS]
        fastest = self._costs[self._fastest(chunks, request, check)]
        # Small chunks show something sooner and stop sooner.
        return next(plan for plan in chunks if self._costs[plan] <= fastest * NEARLY)

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
            place = Place(scene.cells[rows])
            state = walk.advance(scene.start(rows), LAST, place, NO_EDITS, scene.backdrop, _go_on)
            walk.outputs(walk.whole(state, place, scene.backdrop), NO_EDITS)
            shared.append(prepared - started)
            own.append(time.thread_time() - prepared)
        return min(shared) / TYPICAL_SQUARES + min(own) / plan.chunk


def _go_on() -> None:
    """A check that stops nothing."""
