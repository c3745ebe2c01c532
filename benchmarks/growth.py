"""Time of opening many things, which must grow with their number, not with its square."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.field.engine import Engine
from benchmarks.growth_in_window import COUNTS
from benchmarks.in_window import ask_window
from benchmarks.measure import Row

GOALS: Final = {"mazes": 3.0, "patches": 2.0, "bad files": 5.0, "maze files": 5.0, "tabs": 5.0, "cards": 5.0}
"""Seconds for the larger number."""

MOST_RATIO: Final = 2.3
WORDS: Final = {
    "mazes": "a session of {} mazes opens",
    "patches": "a session of {} patches opens",
    "bad files": "{} bad files are refused",
    "maze files": "{} maze files open",
    "tabs": "{} tabs are made one after the other",
    "cards": "{} patches are added one after the other",
}


def rows(engine: Engine) -> Iterator[Row]:
    """The lines of the table about many things at once."""
    del engine
    found = ask_window("growth")
    for kind, most in COUNTS.items():
        seconds = found[f"{kind} {most}"]
        ratio = found[f"{kind} {most}, GUI thread"] / found[f"{kind} {most // 2}, GUI thread"]
        yield Row(
            WORDS[kind].format(most),
            f"<= {GOALS[kind]:.0f} s, and <= {MOST_RATIO} x the GUI thread's time for half of them",
            f"{seconds:.2f} s, {ratio:.2f} x",
            seconds <= GOALS[kind] and ratio <= MOST_RATIO,
            {"seconds": seconds, "ratio": ratio},
        )
