"""Whole fields on the calling thread, always in the same batches: for studies that are on several threads already."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

import numpy as np

from app.field.convolutions import WINOGRAD, kernels
from app.field.cpu import CpuEvaluator
from app.field.devices import find_device
from app.field.evaluator import Outputs
from app.field.execution_plan import Plan, is_wide
from app.field.number_check import check_finite
from app.field.requests import FieldRequest, FieldResult
from app.field.vector_field import VectorField
from app.field.windowed_forward import Check, never

T = TypeVar("T")


def steady_plan(width: int) -> Plan:
    """One thread, and the same batches and kernels on every run: never what was measured to be fastest."""
    wide = is_wide(width)
    return Plan("embedder.block2.res2.resadd", 16 if wide else 48, WINOGRAD if wide else kernels()[0], 1)


class ThreadFields(CpuEvaluator):
    """Computes fields where it is called. One thread uses it; what it remembers of a maze serves the maze's next field.

    Args:
        width: of the policies it is asked about.
        check: called between batches; raises `Stopped` when the answer is not wanted any more.
    """

    def __init__(self, width: int, check: Check = never) -> None:
        super().__init__(find_device("cpu")[0], plan=steady_plan(width))
        self._check = check

    def submit(self, plan: Plan, work: Callable[[], T]) -> Future[T]:
        """Do the work at once."""
        del plan
        import torch

        done: Future[T] = Future()
        with torch.no_grad():
            done.set_result(work())
        return done

    def compute(self, request: FieldRequest) -> FieldResult:
        """The whole field, without and with the stack.

        Raises:
            PatchError: when the stack drives the network beyond what float32 holds.
            PolicyError: when the network is there by itself.
        """
        job = self.job(request)
        squares = request.maze.squares
        original, patched = _empty(len(squares)), _empty(len(squares))
        if job.known is None or job.acts:
            for answer in job.answers(np.arange(len(squares)), self._check):
                check_finite(answer.original, answer.patched)
                for kept, found in ((original, answer.original), (patched, answer.patched)):
                    for whole, part in zip(kept, found, strict=True):
                        whole[answer.rows] = part
        if job.known is not None:
            original = job.known
        plain = VectorField(request.maze, squares, *original)
        changed = VectorField(request.maze, squares, *patched) if job.acts else plain
        return FieldResult(request, plain, changed, True, 0.0, self.label, job.compiled.problems)


def _empty(count: int) -> Outputs:
    return np.empty((count, 15), dtype=np.float32), np.empty(count, dtype=np.float32)
