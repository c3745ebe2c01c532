"""Progress as one line of the terminal that overwrites itself and goes away at the end."""

from __future__ import annotations

import sys

from app.progress import Progress


def progress_line(title: str) -> Progress:
    """The progress of a titled part of the work, on stderr."""

    def progress(done: int, total: int) -> bool:
        text = "" if done >= total else f"{title}: {done} of {total}"
        print(f"\r{text:60}", end="" if text else "\r", file=sys.stderr, flush=True)
        return True

    return progress
