"""One long job at a time off the GUI thread, with progress and cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.progress import Cancelled, Progress
from widgets.services.jobs import Jobs


class Task(QObject):
    """Runs jobs of which only the newest counts: starting another, or cancelling, ends the one under way.

    Args:
        about: what errors of the jobs are about; see `Jobs.report`.

    Signals:
        progressed(int, int): parts done, and parts in all.
        busy_changed(bool): a job was started, or the newest has ended (done, failed or cancelled).
    """

    progressed = Signal(int, int)
    busy_changed = Signal(bool)
    _heard = Signal(int, int, int)

    def __init__(self, jobs: Jobs, parent: QObject | None = None, *, about: str = "") -> None:
        super().__init__(parent)
        self._jobs, self._about = jobs, about
        self._number = 0
        self._busy = False
        # The progress of a job is told on its own thread; this brings it here.
        self._heard.connect(self._hear)

    @property
    def busy(self) -> bool:
        """True while the newest job is under way."""
        return self._busy

    def start(
        self,
        job: Callable[[Progress], Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Do `job(progress)` elsewhere, then `done(result)` here, unless something newer was started meanwhile.

        Errors go to `failed`, or are reported to the user.
        """
        self._number += 1
        number = self._number
        self._set_busy(True)

        def progress(part: int, of: int) -> bool:
            if number != self._number or self._jobs.closing:
                return False
            try:
                self._heard.emit(number, part, of)
            except RuntimeError:  # The panel was destroyed while the job ran.
                return False
            return True

        def ended(result: Any) -> None:
            self._set_busy(False)
            if self._about:
                self._jobs.succeeded.emit(self._about)
            done(result)

        def broken(error: Exception) -> None:
            self._set_busy(False)
            if isinstance(error, Cancelled):
                return
            if failed is not None:
                failed(error)
            else:
                self._jobs.report_exception(error, self._about)

        self._jobs.run_in_background(lambda: job(progress), ended, broken, lambda: number == self._number)

    def cancel(self) -> None:
        """End the job under way; it delivers nothing any more."""
        self._number += 1
        self._set_busy(False)

    def _hear(self, number: int, part: int, of: int) -> None:
        if number == self._number:
            self.progressed.emit(part, of)

    def _set_busy(self, busy: bool) -> None:
        if busy != self._busy:
            self._busy = busy
            self.busy_changed.emit(busy)
