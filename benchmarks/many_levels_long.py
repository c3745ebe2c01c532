"""The long lines about many levels: memory over 100,000 levels, and exact outcomes of 10,000. Run by name only."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from app.field.engine import Engine
from benchmarks.level_speed import ROOT
from benchmarks.many_level_speed import MEMORY, MEMORY_MB, OUTCOME_LEVELS, OUTCOME_SECONDS
from benchmarks.measure import Row

FLAT = 1.05
"""The last quarter's largest memory over the second quarter's: more would be growth."""


def rows(engine: Engine) -> Iterator[Row]:
    """The two lines."""
    del engine
    with tempfile.TemporaryDirectory(prefix="mazescope-bench-") as folder:
        yield _memory(Path(folder))
        yield _outcomes(Path(folder))


def _memory(folder: Path) -> Row:
    question, goal = f"memory while {MEMORY:,} levels run", f"<= {MEMORY_MB} MB, flat"
    if not sys.platform.startswith("linux"):
        return Row(question, goal, "not measured: only Linux tells it this way", None, {})
    process = _started(MEMORY, folder)
    samples: list[float] = []

    def watch() -> None:
        status = Path(f"/proc/{process.pid}/status")
        while process.poll() is None:
            for line in status.read_text().splitlines() if status.exists() else ():
                if line.startswith("VmRSS"):
                    samples.append(int(line.split()[1]) / 1024)
            time.sleep(0.25)

    thread = threading.Thread(target=watch)
    thread.start()
    if process.wait():
        raise RuntimeError("`study levels` failed")
    thread.join()
    quarter = len(samples) // 4
    early, late = max(samples[quarter : 2 * quarter]), max(samples[-quarter:])
    said = f"{max(samples):.0f} MB (second quarter {early:.0f}, last {late:.0f})"
    met = max(samples) <= MEMORY_MB and late <= FLAT * early
    return Row(question, goal, said, met, {"most, MB": max(samples), "second quarter": early, "last quarter": late})


def _outcomes(folder: Path) -> Row:
    started = time.perf_counter()
    if _started(OUTCOME_LEVELS, folder, "--outcomes", "exact").wait():
        raise RuntimeError("`study levels` failed")
    elapsed = time.perf_counter() - started
    return Row(
        f"table of {OUTCOME_LEVELS:,} easy levels with greedy and exact outcomes",
        f"<= {OUTCOME_SECONDS / 60:.0f} min",
        f"{elapsed / 60:.1f} min",
        elapsed <= OUTCOME_SECONDS,
        {"seconds": elapsed},
    )


def _started(count: int, folder: Path, *more: str) -> subprocess.Popen[bytes]:
    out = str(folder / f"{count} {len(more)}.parquet")
    command = [sys.executable, "main.py", "study", "levels", "--seeds", f"0:{count}", "--out", out, *more]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
