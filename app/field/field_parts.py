"""One field computed in parts, each part a result of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from app.field.evaluator import Evaluator, Outputs
from app.field.number_check import check_finite
from app.field.requests import FieldRequest, FieldResult
from app.field.square_order import order_of_squares
from app.field.square_rotation import Turns
from app.field.vector_field import VectorField
from app.field.windowed_forward import Check


def field_parts(
    evaluator: Evaluator, request: FieldRequest, check: Check, turns: Turns | None = None
) -> Iterator[FieldResult]:
    """The field as it fills up; the last result is complete.

    Args:
        evaluator: computes; it remembers a complete original field.
        check: called between parts, after the first one; raises `Stopped` to stop.
        turns: whose turn it is among the squares while requests overtake each other. Without it, the squares come in
            the same batches every time.

    Raises:
        Stopped: by `check`.
        PolicyError: for outputs that are no numbers.
    """
    started = time.perf_counter()
    job = evaluator.job(request)
    original, patched = _Growing(request, job.known), _Growing(request)

    def result() -> FieldResult:
        plain = original.field()
        changed = patched.field() if job.acts else plain
        milliseconds = (time.perf_counter() - started) * 1000
        complete = plain.complete and changed.complete
        return FieldResult(request, plain, changed, complete, milliseconds, evaluator.label, job.compiled.problems)

    if job.known is not None and not job.acts:
        yield result()
        return
    order = order_of_squares(request.maze) if turns is None else turns.order(request)
    for number, answer in enumerate(job.answers(order, check)):
        check_finite(answer.original, answer.patched)
        original.put(answer.rows, answer.original)
        patched.put(answer.rows, answer.patched)
        found = result()
        if found.complete and job.known is None:
            evaluator.remember(found.original, request.policy)
        if number:
            check()
        if turns is not None:
            turns.answered(request, answer.rows)
            if found.complete:
                turns.completed()
        yield found


class _Growing:
    """A field that fills up part by part; every `field()` is a value of its own."""

    def __init__(self, request: FieldRequest, known: Outputs | None = None) -> None:
        self._maze = request.maze
        count = len(request.maze.squares)
        self._logits = np.full((count, 15), np.nan, dtype=np.float32)
        self._value = np.full(count, np.nan, dtype=np.float32)
        if known is not None:
            self._logits, self._value = known[0].copy(), known[1].copy()

    def put(self, rows: np.ndarray, answer: Outputs) -> None:
        self._logits[rows], self._value[rows] = answer

    def field(self) -> VectorField:
        return VectorField(self._maze, self._maze.squares, self._logits.copy(), self._value.copy())
