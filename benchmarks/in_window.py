"""Asking the window benchmark, which has a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys


def ask_window(what: str) -> dict[str, float]:
    """The results of `python -m benchmarks.window`.

    Raises:
        RuntimeError: when it did not end well; with what it said.
    """
    ended = subprocess.run([sys.executable, "-m", "benchmarks.window", what], capture_output=True, text=True)
    if ended.returncode:
        raise RuntimeError(f"The window benchmark ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
    found: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return found
