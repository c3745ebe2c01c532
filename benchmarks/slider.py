"""Time until the patched field is there after a slider moved, next to one plain run with the patch."""

from __future__ import annotations

from collections.abc import Iterator

from app.field.engine import Engine, FieldRequest
from benchmarks.measure import REPEATS, Row, interleaved, next_to_plain
from benchmarks.subjects import HARD, level, plain, policy, slider


def rows(engine: Engine) -> Iterator[Row]:
    """The line of the table about a slider on the default layer."""
    requests = [FieldRequest(level(HARD, 13), policy(4), slider(number)) for number in range(REPEATS + 1)]
    found = interleaved(
        {
            "engine": lambda number: engine.compute(requests[number]).patched.probs,
            "plain": lambda number: plain(requests[number]),
        }
    )
    yield next_to_plain("refresh after a slider on embedder.block2.res1.resadd, hard 13x13, width 4", 0.15, found)
