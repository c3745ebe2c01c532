"""The longest time without an answer of the window: while a wall is painted, and while many levels are measured."""

from __future__ import annotations

from collections.abc import Iterator

from app.field.engine import Engine
from benchmarks.in_window import ask_window
from benchmarks.measure import Row

GOAL = 50.0


def rows(engine: Engine) -> Iterator[Row]:
    """The lines of the table about the GUI thread."""
    del engine
    found = ask_window("stalls")
    yield Row(
        "longest stall of the GUI thread, a wall painted for 10 s at 60 events a second, hard 25x25, width 4",
        f"<= {GOAL:.0f} ms",
        f"{found['longest']:.0f} ms (99.9th percentile {found['percentile_99.9']:.0f} ms; "
        f"{found['events']:.0f} events, {found['answers']:.0f} answers shown)",
        found["longest"] <= GOAL,
        found,
    )
    found = ask_window("levels")
    gallery = found["gallery, longest"]
    yield Row(
        "longest stall of the GUI thread while 10,000 levels are measured in the window, then 60 shown as a gallery, "
        "a wall painted five times a second",
        f"<= {GOAL:.0f} ms",
        f"{found['longest']:.0f} ms, table in {found['seconds']:.0f} s; gallery {gallery:.0f} ms",
        max(found["longest"], gallery) <= GOAL,
        found,
    )
