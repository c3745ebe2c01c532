"""Measuring two ways side by side: what is compared runs in turn, so that a busy machine disturbs both alike."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ALLOCATOR = ("GLIBC_TUNABLES", "LD_PRELOAD", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")
"""Variables that choose how memory is given back: they change plain torch more than the engine, and so every ratio."""

REPEATS = 9
PAUSE = 0.02
"""Seconds between two measurements, in which threads of the one before fall asleep."""


def allocator() -> str:
    """The setting of memory that was measured with: `make bench` fixes it to the system's own."""
    found = [f"{name}={os.environ[name]}" for name in ALLOCATOR if name in os.environ]
    return ", ".join(found) or "the system's own"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        question: what was measured.
        goal: what it should reach.
        result: what was found, for people.
        met: whether it reached the goal; None when it was not measured.
        numbers: what was found, for programs: milliseconds unless the name says otherwise.
    """

    question: str
    goal: str
    result: str
    met: bool | None
    numbers: Mapping[str, float]


def interleaved(ways: Mapping[str, Callable[[int], object]], repeats: int = REPEATS) -> dict[str, float]:
    """Median milliseconds of each way, run in turn `repeats` times after one run that does not count.

    Each way is given the number of the round, so that it can ask something new every time. With each name there is
    "NAME, processor": the time that all threads of this process computed, which other work on the machine hardly
    changes (waiting threads of plain torch count, since they keep a core busy).
    """
    elapsed: dict[str, list[float]] = {name: [] for name in ways}
    computed: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(repeats + 1):
        for name, way in ways.items():
            time.sleep(PAUSE)
            started, before = time.perf_counter(), time.process_time()
            way(number)
            if number:
                elapsed[name].append((time.perf_counter() - started) * 1000)
                computed[name].append((time.process_time() - before) * 1000)
    found = {name: statistics.median(times) for name, times in elapsed.items()}
    return found | {f"{name}, processor": statistics.median(times) for name, times in computed.items()}


def next_to_plain(question: str, goal: float, found: Mapping[str, float]) -> Row:
    """A row that compares "engine" with "plain", both in milliseconds."""
    ratio = found["engine"] / found["plain"]
    computed = found["engine, processor"] / found["plain, processor"]
    result = (
        f"{ratio:.3f} x ({found['engine']:.0f} ms next to {found['plain']:.0f} ms; in processor time {computed:.3f} x)"
    )
    return Row(question, f"<= {goal:.2f} x plain torch", result, ratio <= goal, {**found, "ratio": ratio})
