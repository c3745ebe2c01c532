"""Speed of studies over many levels: tables, sweeps, clusters; and, by name only, the long lines of both."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Final

from app.field.engine import Engine
from app.field.level_blocks import level_range
from app.field.machines import Machines
from app.maze.generator import levels
from app.policy.stages import RESUMABLE
from app.studies.decision_levels import decision_levels
from app.studies.level_rows import Outcomes
from app.studies.level_set import LevelSet, of_mazes
from app.studies.level_table import LevelsQuestion
from app.studies.sweep import SweepQuestion
from benchmarks.level_speed import BEFORE, earlier
from benchmarks.measure import Row
from benchmarks.subjects import EASY, policy

TABLE: Final = 10_000
TABLE_SECONDS: Final = 20.0
TIMES_BEFORE: Final = 30
FIELDS: Final = 20
"""Levels of the earlier program's `field`, of which the first one's time is taken off."""

SWEPT: Final = 100
SWEEP_SECONDS: Final = 15.0
CONTROLS_RATIO: Final = 6.0
WIDTH_RATIO: Final = 16.0
FEW: Final = {"controls": 16, "width": 6}
"""Levels of the sweeps that are compared with each other: each twice, in turn."""

MEMORY: Final = 100_000
MEMORY_MB: Final = 600
OUTCOME_LEVELS: Final = 10_000
OUTCOME_SECONDS: Final = 720.0
CLUSTER_RATIO: Final = 1.5
CLUSTER_COST: Final = 1.1


def rows(engine: Engine) -> Iterator[Row]:
    """The lines of the table about many levels."""
    del engine
    yield _table()
    yield _sweep()
    yield _ratio(
        "sweep with five random directions next to none",
        CONTROLS_RATIO,
        lambda: _swept(1, FEW["controls"], 5),
        lambda: _swept(1, FEW["controls"], 0),
    )
    yield _ratio(
        "sweep of width 4 next to width 1",
        WIDTH_RATIO,
        lambda: _swept(4, FEW["width"], 0),
        lambda: _swept(1, FEW["width"], 0),
    )
    yield _cluster()


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds it took, and seconds that this process computed."""
    started, before = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - before


def _write(count: int, folder: Path, outcomes: Outcomes = "none", machines: Machines | None = None) -> None:
    out = folder / f"{count}.parquet"
    question = LevelsQuestion(policy(1), level_range("easy", [range(count)]), outcomes, out=out)
    if machines is not None:
        question = LevelsQuestion(policy(1), question.levels, outcomes, out=out, machines=machines)
    question.run()


def _table() -> Row:
    question = f"table of {TABLE:,} easy levels with all features, width 1, to Parquet"
    goal = f"<= {TABLE_SECONDS:.0f} s; a level <= 1/{TIMES_BEFORE} of {BEFORE}'s `field --seeds`"
    with tempfile.TemporaryDirectory(prefix="mazescope-bench-") as text:
        folder = Path(text)
        _write(64, folder)
        elapsed, computed = _timed(lambda: _write(TABLE, folder))
        each = elapsed / TABLE * 1000
        said = f"{elapsed:.1f} s ({each:.2f} ms a level; in processor time {computed / TABLE * 1000:.2f} ms)"
        numbers = {"ms a level": each, "processor ms a level": computed / TABLE * 1000}
        with earlier(folder) as before:
            if before is None:
                return Row(question, goal, f"{said}; commit {BEFORE} is not in this clone", None, numbers)
            one, many = (_field(before, count, folder) for count in (1, 1 + FIELDS))
    then = (many - one) / FIELDS * 1000
    ratio = then / (computed / TABLE * 1000)
    said = f"{said}; {BEFORE}'s `field` {then:.0f} ms of processor time: {ratio:.0f} x"
    met = elapsed <= TABLE_SECONDS and ratio >= TIMES_BEFORE
    return Row(question, goal, said, met, numbers | {"before, ms a level": then, "times before": ratio})


def _field(tree: Path, count: int, folder: Path) -> float:
    """Seconds that the earlier program and its game computed (0 on Windows, which does not tell)."""
    if sys.platform == "win32":
        return 0.0
    import resource

    command = [sys.executable, "main.py", "field", "--seeds", f"0:{count}", "--out", str(folder / f"fields {count}")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=tree, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _levels(count: int) -> LevelSet:
    """The first easy levels with a decision square."""
    found = decision_levels(of_mazes(levels(EASY, range(4 * count + 20))))
    return of_mazes([level.start for level in islice(found, count)])


def _swept(width: int, count: int, controls: int) -> None:
    SweepQuestion(policy(width), _levels(count), controls=controls).run()


def _sweep() -> Row:
    _swept(1, 4, 0)
    elapsed, computed = _timed(lambda: _swept(1, SWEPT, 0))
    return Row(
        f"sweep of {len(RESUMABLE)} layers x 13 t x {SWEPT} levels, width 1, without random directions",
        f"<= {SWEEP_SECONDS:.0f} s",
        f"{elapsed:.1f} s (in processor time {computed:.1f} s)",
        elapsed <= SWEEP_SECONDS,
        {"seconds": elapsed, "processor seconds": computed},
    )


def _ratio(question: str, goal: float, one: Callable[[], object], other: Callable[[], object]) -> Row:
    """Ratio by processor time, which other work on the machine hardly changes."""
    one()
    pairs = [(_timed(one)[1], _timed(other)[1]) for _ in range(2)]
    ratio = sum(first for first, _ in pairs) / sum(second for _, second in pairs)
    return Row(question, f"<= {goal:.0f} x", f"{ratio:.1f} x in processor time", ratio <= goal, {"ratio": ratio})


def _cluster() -> Row:
    question = f"table of {TABLE:,} levels on two Dask workers of one thread, their start left out"
    goal = f">= {CLUSTER_RATIO} x one such worker, <= {CLUSTER_COST} x the time of two threads"
    if find_spec("distributed") is None:
        return Row(question, goal, "Dask is not installed here (make studies)", None, {})
    found = {
        "two threads": _rate(Machines(2)),
        "one worker": _rate(Machines(workers=1)),
        "two workers": _rate(Machines(workers=2)),
    }
    gain, cost = found["two workers"] / found["one worker"], found["two threads"] / found["two workers"]
    said = (
        f"{gain:.2f} x one worker; {cost:.2f} x the time of two threads ({found['two workers']:,.0f} levels a second)"
    )
    return Row(question, goal, said, gain >= CLUSTER_RATIO and cost <= CLUSTER_COST, found)


def _rate(machines: Machines) -> float:
    """Levels a second from the first part that is back on."""
    heard: list[tuple[float, int]] = []

    def hear(done: int, total: int) -> bool:
        del total
        heard.append((time.perf_counter(), done))
        return True

    LevelsQuestion(policy(1), level_range("easy", [range(TABLE)]), machines=machines).run(progress=hear)
    # Two parts for each worker, so that all have started.
    first = next(place for place, (_, done) in enumerate(heard) if done >= 1024)
    (start, before), (end, after) = heard[first], heard[-1]
    return (after - before) / (end - start)
