"""Memory of the whole application after many edits, and its growth."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator

from app.field.engine import Engine
from benchmarks.in_window import ask_window
from benchmarks.measure import Row

GOAL = 1536.0
FLAT = 1.05
"""The second half's median over the first half's: more would be growth."""


def rows(engine: Engine) -> Iterator[Row]:
    """The line of the table about memory."""
    del engine
    question = "memory of the whole application (summed PSS), hard 25x25, width 4, after 500 edits"
    goal = "<= 1.5 GB and flat"
    if not sys.platform.startswith("linux"):
        yield Row(question, goal, "not measured: only Linux tells the shared part of memory", None, {})
        return
    found = ask_window("memory")
    samples = list(found.values())
    half = len(samples) // 2
    first, second = statistics.median(samples[:half]), statistics.median(samples[half:])
    yield Row(
        question,
        goal,
        f"{samples[-1] / 1024:.2f} GB (median of edits 1-250: {first / 1024:.2f}, of 251-500: {second / 1024:.2f})",
        max(samples) <= GOAL and second <= FLAT * first,
        found,
    )
