"""Autosave in the window: a copy of unsaved work, written off the GUI thread soon after each change."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.document.autosave import Autosave, Recovered
from widgets.files.opening import Files
from widgets.services.context import Context
from widgets.session.unsaved_changes import unsaved_work

QUIET = 800
"""Milliseconds without a change after which the copy is written."""

LONGEST = 1_000
"""Milliseconds of changes without a pause after which it is written anyway: whenever the program is killed, at most 3
seconds of work are lost, of which two are for the writing, on a machine that does much else."""


class Autosaver(QObject):
    """Keeps the autosave up to date: written while there is unsaved work, removed when there is none.

    Signals:
        failed(str): the disk refused; said once, until it works again.
        wrote(): the copy on the disk is now that of the last change, or gone.
    """

    failed = Signal(str)
    wrote = Signal()
    _answered = Signal(str)

    def __init__(
        self,
        context: Context,
        files: Files,
        autosave: Autosave,
        parent: QObject | None = None,
        *,
        quiet: int = QUIET,
        longest: int = LONGEST,
    ) -> None:
        super().__init__(parent)
        self._context, self._files, self._autosave = context, files, autosave
        # One thread, so that writing and removing happen in the order in which they were asked for.
        self._disk = ThreadPoolExecutor(1, "mazescope-autosave")
        self._told = False
        self._kept = False
        self._held = False
        self._closed = False
        self._writing = 0
        self._again = False
        self._quiet, self._longest = self._timer(quiet), self._timer(longest)
        self._answered.connect(self._tell)
        context.document.changed.connect(self._changed)
        context.document.history_changed.connect(self._saved)
        # What is not undoable is part of the copy as well.
        context.view.kept_changed.connect(self._changed)

    def _timer(self, milliseconds: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(self.write)
        return timer

    @property
    def _unsaved(self) -> bool:
        return unsaved_work(self._context.document, self._files.session_path is not None)

    def write(self) -> None:
        """Write the document as it is now."""
        if self._writing:
            # A disk slower than the edits is not given more to do: once it has answered, the newest state is written.
            self._again = True
            return
        self._write(lambda: None)

    def _write(self, then: Callable[[], object]) -> None:
        self._again = False
        self._quiet.stop()
        self._longest.stop()
        if not self._unsaved:
            self._saved()
            self._do(then)
            return
        state, view, path = self._context.document.state, self._context.view.to_json(), self._files.session_path
        self._kept = True

        def keep() -> None:
            self._autosave.keep(state, view, path)
            then()

        self._do(keep)

    def hold(self) -> None:
        """Write the user's own work as it is, and then nothing until `go_on`: what follows is not the user's."""
        if self._quiet.isActive() or self._longest.isActive() or self._again:
            # Also while the disk is at work: what is there a moment later is another's.
            self._write(lambda: None)
        self._held = True

    def go_on(self) -> None:
        """The user's own work is back."""
        self._held = False
        self._saved()
        self._changed()

    def take_over(self, recovered: Recovered) -> None:
        """Write the document as it is now; only then is the file that it was recovered from removed."""
        self._write(recovered.discard)

    def close(self) -> None:
        """The program ends as it should, and nothing is left to be recovered."""
        if not self._closed:
            self._closed = True
            self._context.document.changed.disconnect(self._changed)
            self._context.document.history_changed.disconnect(self._saved)
            self._context.view.kept_changed.disconnect(self._changed)
            self._quiet.stop()
            self._longest.stop()
            self._disk.shutdown()
            self._autosave.close()

    def _changed(self, *_: object) -> None:
        if self._unsaved and not self._held:
            self._quiet.start()
            if not self._longest.isActive():
                self._longest.start()

    def _saved(self) -> None:
        if not self._unsaved and not self._held:
            self._quiet.stop()
            self._longest.stop()
            if self._kept:
                self._kept = False
                self._do(self._autosave.drop)

    def _do(self, job: Callable[[], object]) -> None:
        def work() -> None:
            try:
                job()
            except OSError as error:
                self._answered.emit(error.strerror or str(error))
            else:
                self._answered.emit("")

        self._writing += 1
        self._disk.submit(work)

    def _tell(self, problem: str) -> None:
        self._writing -= 1
        if problem and not self._told:
            folder: Path = self._autosave.file.parent
            self.failed.emit(f"Autosave cannot write to {folder}: {problem}. Save your work yourself.")
        self._told = bool(problem)
        if not problem:
            self.wrote.emit()
        if self._again and not self._writing and not self._held and not self._closed:
            self._write(lambda: None)
