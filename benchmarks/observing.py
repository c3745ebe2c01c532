"""Time to draw all observations of a maze, next to procgen's own time."""

from __future__ import annotations

from collections.abc import Iterator

from app.field.engine import Engine
from app.maze.procgen_client import Procgen
from app.maze.render import observations
from benchmarks.measure import Row, interleaved
from benchmarks.subjects import HARD, edited, level

GOAL = 3.0


def rows(engine: Engine) -> Iterator[Row]:
    """The line of the table about observations."""
    del engine
    mazes = [edited(level(HARD, 25)) for _ in range(12)]
    count = len(mazes[0].squares)
    ways = {"ours": lambda number: observations(mazes[number])}
    with Procgen() as procgen:
        if Procgen.available():
            moved = [[maze.with_mouse((int(row), int(col))) for row, col in maze.squares] for maze in mazes]
            ways["procgen"] = lambda number: procgen.observe(moved[number])
        found = interleaved(ways, repeats=11)
    per_hundred = {name: milliseconds * 100 / count for name, milliseconds in found.items() if name in ways}
    further = f"; procgen, one state after another: {per_hundred['procgen']:.0f} ms" if "procgen" in found else ""
    yield Row(
        f"all observations of a maze (hard, {count} squares), per 100 squares",
        f"<= {GOAL:.0f} ms",
        f"{per_hundred['ours']:.2f} ms{further}",
        per_hundred["ours"] <= GOAL,
        per_hundred,
    )
