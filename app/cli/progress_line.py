"""Progress as one line of the terminal that overwrites itself and goes away at the end."""

from __future__ import annotations

import sys

from app.progress import Pace, Progress, time_left


def progress_line(title: str) -> Progress:
    """The progress of a titled part of the work, on stderr."""

    pace = Pace()

    def progress(done: int, total: int) -> bool:
        left = time_left(pace.left(done, total))
        text = "" if done >= total else f"{title}: {done:,} of {total:,}" + (f", {left}" if left else "")
        print(f"\r{text:60}", end="" if text else "\r", file=sys.stderr, flush=True)
        return True

    return progress
