"""Crash log: faulthandler's report, offered at the next start."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import time
from pathlib import Path
from typing import Final, TextIO

from filelock import FileLock, Timeout

FOLDER: Final = "crashes"
REPORTS_KEPT: Final = 5


class CrashLog:
    """The report of this run, in a file that is removed when the program ends as it should.

    A file whose lock is free and which holds something is that of a run that crashed: only a crash writes there.

    Args:
        state_folder: the program's folder for logs and autosaves.

    Raises:
        OSError: when the folder cannot be written to.
    """

    def __init__(self, state_folder: Path) -> None:
        self._folder = state_folder / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)
        self.file = self._folder / f"{os.getpid()}-{time.time_ns():x}.running"
        self._lock = FileLock(self.file.with_suffix(".lock"))
        self._lock.acquire()
        self._stream: TextIO = self.file.open("w", encoding="utf-8")
        faulthandler.enable(self._stream)

    def close(self) -> None:
        """The program ends as it should."""
        faulthandler.disable()
        self._stream.close()
        with contextlib.suppress(OSError):
            self.file.unlink(missing_ok=True)
        self._lock.release()
        with contextlib.suppress(OSError):
            Path(self._lock.lock_file).unlink(missing_ok=True)

    def left_behind(self) -> Path | None:
        """The newest report of a crash that nobody was told of yet, kept as a `.txt`; None when there is none."""
        newest: Path | None = None
        for file in sorted(self._folder.glob("*.running"), key=lambda each: each.stat().st_mtime):
            if file == self.file or not _abandoned(file):
                continue
            with contextlib.suppress(OSError):
                if file.stat().st_size:
                    newest = file.replace(file.with_suffix(".txt"))
                else:
                    # Killed, or the power failed: there is nothing to tell.
                    file.unlink()
        reports = sorted(self._folder.glob("*.txt"), key=lambda each: each.stat().st_mtime)
        for old in reports[:-REPORTS_KEPT]:
            old.unlink(missing_ok=True)
        return newest


def _abandoned(file: Path) -> bool:
    lock = FileLock(file.with_suffix(".lock"), blocking=False)
    try:
        lock.acquire()
    except (Timeout, OSError):
        return False
    lock.release()
    with contextlib.suppress(OSError):
        Path(lock.lock_file).unlink(missing_ok=True)
    return True
