"""Measuring two ways side by side: what is compared runs in turn, so that a busy machine disturbs both alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

REPEATS = 9
PAUSE = 0.02
"""Seconds between two measurements, in which threads of the one before fall asleep."""


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

    Each way is given the number of the round, so that it can ask something new every time.
    """
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(repeats + 1):
        for name, way in ways.items():
            time.sleep(PAUSE)
            started = time.perf_counter()
            way(number)
            if number:
                times[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(found) for name, found in times.items()}


def beside_plain(question: str, goal: float, found: Mapping[str, float]) -> Row:
    """A row that compares "engine" with "plain", both in milliseconds."""
    ratio = found["engine"] / found["plain"]
    result = f"{ratio:.3f} x ({found['engine']:.0f} ms beside {found['plain']:.0f} ms)"
    return Row(question, f"<= {goal:.2f} x plain torch", result, ratio <= goal, {**found, "ratio": ratio})
