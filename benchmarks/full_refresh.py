"""Time until the whole field is there after a wall edit, next to plain torch."""

from __future__ import annotations

from collections.abc import Iterator

from app.field.engine import Engine, FieldRequest
from benchmarks.measure import REPEATS, Row, interleaved, next_to_plain
from benchmarks.subjects import EASY, HARD, edited, level, plain, policy

FIELDS_PER_SECOND = 18
NOISE = 1.05
"""Growth per square that is no more than the scatter of such measurements."""


def refresh(engine: Engine, width: int, world: int, dim: int, repeats: int = REPEATS) -> dict[str, float]:
    """Median milliseconds of the engine and of plain torch for the same edits."""
    requests = [FieldRequest(edited(level(world, dim)), policy(width)) for _ in range(repeats + 1)]
    return interleaved(
        {
            "engine": lambda number: engine.compute(requests[number]).original.probs,
            "plain": lambda number: plain(requests[number]),
        },
        repeats,
    )


def rows(engine: Engine) -> Iterator[Row]:
    """The three lines of the table about a full refresh."""
    hard = refresh(engine, 4, HARD, 13)
    squares = len(level(HARD, 13).squares)
    yield next_to_plain(f"full refresh after a wall edit, hard 13x13 ({squares} squares), width 4", 0.28, hard)

    easy = refresh(engine, 1, EASY, 13, repeats=21)
    row = next_to_plain("full refresh after a wall edit, easy 13x13, width 1", 0.40, easy)
    per_second = 1000 / easy["engine"]
    yield Row(
        row.question,
        f"{row.goal}, >= {FIELDS_PER_SECOND} fields/s",
        f"{row.result}, {per_second:.0f} fields/s",
        bool(row.met) and per_second >= FIELDS_PER_SECOND,
        {**row.numbers, "fields_per_second": per_second},
    )

    yield _growth(engine)


def _growth(engine: Engine) -> Row:
    small, large = (
        [FieldRequest(edited(level(HARD, dim)), policy(4)) for _ in range(REPEATS + 1)] for dim in (13, HARD)
    )
    found = interleaved(
        {
            "engine": lambda number: engine.compute(large[number]),
            "engine 13x13": lambda number: engine.compute(small[number]),
            "plain": lambda number: plain(large[number]),
        }
    )
    few, many = (len(requests[0].maze.squares) for requests in (small, large))
    growth = (found["engine"] / many) / (found["engine 13x13"] / few)
    computed = (found["engine, processor"] / many) / (found["engine 13x13, processor"] / few)
    return Row(
        f"full refresh, hard 25x25 ({many} squares), width 4",
        "grows no faster than the number of squares",
        f"{growth:.2f} x as long per square as 13x13 (in processor time {computed:.2f} x); {found['engine']:.0f} ms, "
        f"{found['engine'] / found['plain']:.3f} x plain torch ({found['plain']:.0f} ms)",
        growth <= NOISE,
        {**found, "growth": growth},
    )
