"""Time until the first arrows are there after a wall edit: alone, and while a study runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np

from app.field.engine import Engine, FieldRequest, FieldResult
from benchmarks.in_window import ask_window
from benchmarks.measure import REPEATS, Row, interleaved
from benchmarks.subjects import HARD, edited, level, plain, policy

GOAL = 60.0
NEXT_TO_A_STUDY = 1.2
PATIENCE = 60
"""Seconds after which an answer is not waited for any more: the engine has told an error."""


def rows(engine: Engine) -> Iterator[Row]:
    """The line of the table about the first arrows."""
    requests = [FieldRequest(edited(level(HARD, 13)), policy(4)) for _ in range(REPEATS + 1)]
    shown: list[int] = []

    def ask(number: int) -> None:
        arrived = threading.Event()

        def take(result: FieldResult) -> None:
            done = result.original.done
            assert not np.isnan(result.original.arrows[done]).any()
            shown.append(int(done.sum()))
            arrived.set()

        engine.on_result = take
        engine.request(requests[number])
        if not arrived.wait(PATIENCE):
            raise TimeoutError("No arrows arrived.")
        # What is asked after this must not wait for the rest.
        engine.on_result = None

    found = interleaved({"first arrows": ask, "plain": lambda number: plain(requests[number])})
    first = found["first arrows"]
    yield Row(
        "first arrows after a wall edit, hard 13x13, width 4",
        f"<= {GOAL:.0f} ms",
        f"{first:.0f} ms ({shown[0]} arrows; all by plain torch: {found['plain']:.0f} ms)",
        first <= GOAL,
        found,
    )
    found = ask_window("study")
    yield Row(
        "first arrows in the window while a response study of 200 levels runs, hard 25x25, width 4",
        f"<= {NEXT_TO_A_STUDY} x without",
        f"{found['ratio']:.2f} x ({found['with']:.0f} ms next to {found['without']:.0f} ms)",
        found["ratio"] <= NEXT_TO_A_STUDY,
        found,
    )
