"""Startup time of the program, to its window and its first field: frozen and from source, cold and warm.

    python packaging/startup_bench.py [--runs 5] [--json FILE]

The program itself says when (widgets/startup/startup_times.py), counted from the moment before it is started. Cold
means that the system's cache of files was dropped before each start, which only root on Linux may do; elsewhere those
rows are missing. Runs in an X server of its own where there is no display.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import project
import screens

LIMITS = {"window": 2.0, "field": 6.0}
"""Seconds, with a warm disk on two cores."""

CACHES = Path("/proc/sys/vm/drop_caches")


def start(command: list[str], home: Path) -> dict[str, float]:
    """Start the program once; seconds to its window and to its first whole field."""
    home.mkdir(exist_ok=True)
    env = {**os.environ, "MAZESCOPE_HOME": str(home), "MAZESCOPE_STARTED": str(time.time())}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0 or not done.stdout.strip():
        raise SystemExit(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-1000:]}")
    return json.loads(done.stdout)


def drop_caches() -> bool:
    """Forget what files hold; False where that is not allowed."""
    try:
        os.sync()
        CACHES.write_text("3")
    except OSError:
        return False
    return True


def measure(command: list[str], runs: int, home: Path, cold: bool) -> dict[str, float] | None:
    """Medians over some starts; None when a cold start cannot be made here."""
    found = []
    if not cold:
        start(command, home)
    for _ in range(runs):
        if cold and not drop_caches():
            return None
        found.append(start(command, home))
    return {name: round(statistics.median(times[name] for times in found), 2) for name in LIMITS}


def main() -> int:
    """Print the table; 0 also when a limit is missed, because other work on the machine may be why."""
    parser = argparse.ArgumentParser(description="Measure how long a start takes.")
    parser.add_argument("--runs", type=int, default=5, help="starts per row; the table has their medians")
    parser.add_argument("--json", type=Path, help="write the numbers here as well")
    arguments = parser.parse_args()
    if "DISPLAY" not in os.environ and "WAYLAND_DISPLAY" not in os.environ and not screens.missing():
        os.execvp("xvfb-run", [*screens.inside_x([sys.executable]), *sys.argv])
    programs = {"frozen": [str(project.program())], "python main.py": screens.from_source()}
    rows = {}
    with tempfile.TemporaryDirectory(prefix="mazescope startup ") as folder:
        for name, command in programs.items():
            if not Path(command[0]).exists():
                print(f"{name}: {command[0]} was not found; `make package` builds it", file=sys.stderr)
                continue
            for cold in (True, False):
                rows[f"{name}, {'cold' if cold else 'warm'}"] = measure(
                    command, arguments.runs if not cold else min(2, arguments.runs), Path(folder, name), cold
                )
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"{os.cpu_count()} cores, load {busy:.1f}; seconds, medians")
    print(f"{'':24}{'window':>8}{'field':>8}")
    for name, row in rows.items():
        print(f"{name:24}" + ("  not measured: caches may not be dropped here" if row is None else _cells(row)))
    print(f"{'limits, warm':24}" + _cells(LIMITS))
    if arguments.json:
        arguments.json.write_text(
            json.dumps({"load": busy, "cores": os.cpu_count(), "seconds": rows}, indent=1), "utf-8"
        )
    return 0


def _cells(row: dict[str, float]) -> str:
    return "".join(f"{row[name]:8.2f}" for name in LIMITS)


if __name__ == "__main__":
    sys.exit(main())
