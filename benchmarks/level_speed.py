"""Speed of levels by seed: next to procgen's own route, and next to the program as it was when it asked procgen.

The earlier program is checked out of this clone's history into a temporary folder; MAZESCOPE_BEFORE names a folder that
has it already.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from app.field.engine import Engine
from app.maze.generator import levels
from app.maze.levels import seeds_of_sizes
from app.maze.maze import WORLDS
from app.maze.procgen_client import Procgen
from benchmarks.measure import Row, interleaved

BEFORE: Final = "c310395"
"""The last commit whose levels were procgen's."""

ROOT: Final = Path(__file__).resolve().parent.parent
PER_SECOND: Final = {"easy": 10_000, "hard": 5_000}
FASTER: Final = 15
SEARCHED: Final = 4096
SEARCH_GOAL: Final = 20.0
PROCESS_GOAL: Final = 0.5
MEMORY_GOAL: Final = 310
PROCESS_RUNS: Final = 5
OURS, THEIRS = 1000, 100


def rows(engine: Engine) -> Iterator[Row]:
    """The lines of the table about levels."""
    del engine
    with Procgen() as procgen:
        for world_name, side in WORLDS.items():
            yield _generating(procgen, world_name, side)
    found = interleaved({"search": lambda _: seeds_of_sizes(WORLDS["hard"], range(SEARCHED), (25,))})
    yield Row(
        f"{SEARCHED:,} seeds searched for a size, hard",
        f"<= {SEARCH_GOAL:.0f} ms",
        f"{found['search']:.1f} ms",
        found["search"] <= SEARCH_GOAL,
        found,
    )
    yield _whole_process()


def _generating(procgen: Procgen, world_name: str, side: int) -> Row:
    """Levels a second on one core, and how many procgen makes: a fresh environment each, and its state."""
    ways: dict[str, Callable[[int], object]] = {
        "ours": lambda number: levels(side, range(number * OURS, (number + 1) * OURS))
    }
    if Procgen.available():
        ways["procgen"] = lambda number: procgen.states(world_name, range(number * THEIRS, (number + 1) * THEIRS))
    found = interleaved(ways)
    # By the time this thread computed: what else the machine does is not what is asked.
    rate = OURS / found["ours, processor"] * 1000
    goal = f">= {PER_SECOND[world_name]:,} a second, >= {FASTER} x procgen's own route"
    said = f"{rate:,.0f} a second ({found['ours'] * 1000 / OURS:.0f} us each"
    question = f"level of a seed, {world_name}, one core"
    if "procgen" not in found:
        return Row(question, goal, f"{said}; procgen is not installed here)", None, found | {"per second": rate})
    ratio = (found["procgen"] / THEIRS) / (found["ours"] / OURS)
    said = f"{said} next to {found['procgen'] * 1000 / THEIRS:,.0f} us); {ratio:.0f} x procgen"
    met = rate >= PER_SECOND[world_name] and ratio >= FASTER
    return Row(question, goal, said, met, found | {"per second": rate, "times procgen": ratio})


class _Process(NamedTuple):
    """One run: seconds it took, seconds its processor time took (its children's too), most memory in MB."""

    elapsed: float
    computed: float
    memory: float


def _whole_process() -> Row:
    question = "`main.py field --world easy --seeds 3`, the whole process"
    goal = f"<= {PROCESS_GOAL} x {BEFORE}, <= {MEMORY_GOAL} MB"
    with tempfile.TemporaryDirectory(prefix="mazescope-bench-") as folder, earlier(Path(folder)) as before:
        runs: dict[str, list[_Process]] = {"now": [], "before": []}
        for number in range(PROCESS_RUNS + 1):
            for name, tree in (("now", ROOT), ("before", before)):
                if tree is None:
                    continue
                run = _field(tree, Path(folder) / "fields")
                if number:
                    runs[name].append(run)
    middle = {
        name: _Process(*map(statistics.median, zip(*found, strict=True))) for name, found in runs.items() if found
    }
    now = middle["now"]
    numbers = {f"{name}, {field}": value for name, run in middle.items() for field, value in run._asdict().items()}
    if "before" not in middle:
        said = f"{now.elapsed:.2f} s, {now.memory:.0f} MB; commit {BEFORE} is not in this clone"
        return Row(question, goal, said, None, numbers)
    then = middle["before"]
    ratio, computed = now.elapsed / then.elapsed, now.computed / then.computed
    said = (
        f"{ratio:.2f} x ({now.elapsed:.2f} s next to {then.elapsed:.2f} s; in processor time {computed:.2f} x); "
        f"{now.memory:.0f} MB next to {then.memory:.0f} MB"
    )
    met = ratio <= PROCESS_GOAL and now.memory <= MEMORY_GOAL
    return Row(question, goal, said, met, numbers | {"ratio": ratio})


@contextlib.contextmanager
def earlier(folder: Path) -> Iterator[Path | None]:
    """The earlier program's folder; None where it cannot be had."""
    given = os.environ.get("MAZESCOPE_BEFORE")
    if given:
        yield Path(given)
        return
    tree = folder / "before"
    made = subprocess.run(
        ["git", "-C", str(ROOT), "worktree", "add", "--detach", str(tree), BEFORE], capture_output=True, check=False
    )
    if made.returncode:
        yield None
        return
    try:
        yield tree
    finally:
        subprocess.run(
            ["git", "-C", str(ROOT), "worktree", "remove", "--force", str(tree)], capture_output=True, check=False
        )


def _field(tree: Path, out: Path) -> _Process:
    command = [sys.executable, "main.py", "field", "--world", "easy", "--seeds", "3", "--out", str(out)]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.stderr is not None
    with process.stderr as told:
        if process.returncode:
            raise RuntimeError(f"{tree}: `field` ended with {process.returncode}: {told.read().decode()[-2000:]}")
    # Linux counts in units of 1024 bytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return _Process(elapsed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)
