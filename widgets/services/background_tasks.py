"""Jobs off the GUI thread, whose results arrive on it."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

JOB = "mazescope-job"
"""Name of the threads."""


class Background(QObject):
    """Runs jobs in threads of their own and delivers their results on the thread that made this object.

    Jobs are few and long (reading a checkpoint, say), so a thread each is simpler than a pool, and one that
    hangs keeps no other waiting. After `close` nothing is delivered any more.
    """

    busy_changed = Signal(bool)
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: set[threading.Thread] = set()
        self._still: dict[threading.Thread, Callable[[], bool]] = {}
        self._closed = self._told = False
        self._finished.connect(self._deliver)

    @property
    def busy(self) -> bool:
        """True while a job is under way."""
        return bool(self._threads)

    def run(
        self,
        job: Callable[[], Any],
        done: Callable[[Any], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        still: Callable[[], bool] | None = None,
    ) -> Callable[[], None]:
        """Do `job` elsewhere, then `done(result)` or `failed(error)` here; neither where `still()` is False by then.

        Gives a function that gives the job up: its answer is not waited for, and dropped.
        """

        def work() -> None:
            # No name here holds the answer: the frames of an error's traceback lead back to this one, and an error that
            # this one held would keep itself, and all that the job had made.
            with suppress(RuntimeError):  # The window may have been destroyed while the job ran.
                self._finished.emit((thread, _call_for(*_outcome(job), done, failed)))

        thread = threading.Thread(target=work, name=JOB, daemon=True)
        self._threads.add(thread)
        if still is not None:
            self._still[thread] = still
        thread.start()
        self._tell()
        return lambda: self._give_up(thread)

    def _give_up(self, thread: threading.Thread) -> None:
        if thread in self._threads:
            self._threads.discard(thread)
            self._still.pop(thread, None)
            self._tell()

    def _tell(self) -> None:
        """Say whether jobs are under way, where that is not what was said last."""
        if self.busy != self._told:
            self._told = self.busy
            self.busy_changed.emit(self._told)

    @Slot(object)
    def _deliver(self, message: tuple[threading.Thread, Callable[[], object]]) -> None:
        thread, call = message
        thread.join()
        given_up = thread not in self._threads
        self._threads.discard(thread)
        still = self._still.pop(thread, None)
        if self._closed or given_up:
            return
        try:
            if still is None or still():
                call()
        finally:
            # The answer may have begun another job, as each of many files does the next.
            self._tell()

    def close(self, patience: float = 5.0) -> None:
        """Deliver nothing more, and wait a little for the jobs under way."""
        self._closed = True
        end = time.monotonic() + patience
        for thread in tuple(self._threads):
            thread.join(max(end - time.monotonic(), 0.0))


def _outcome(job: Callable[[], Any]) -> tuple[Any, Exception | None]:
    """The job's result, or its error."""
    try:
        return job(), None
    except Exception as error:
        return None, error


def _call_for(
    result: Any,
    error: Exception | None,
    done: Callable[[Any], object] | None,
    failed: Callable[[Exception], object] | None,
) -> Callable[[], object]:
    """The call that tells of a job's end."""
    if error is not None:
        return lambda: failed(error) if failed else None
    return lambda: done(result) if done else None


def leave(code: int) -> int:
    """The exit code, where the process can end as it should; with a job still at work, it ends here and now.

    Such a job is inside a library's native code, where the interpreter's own way out would make it abort.
    """
    if any(thread.name == JOB and thread.is_alive() for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
