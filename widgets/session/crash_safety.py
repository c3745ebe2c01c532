"""Everything that keeps the user's work safe from crashes, begun and ended with the program's window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.document.autosave import Autosave
from widgets.services.crash_log import CrashLog
from widgets.session.autosaver import Autosaver
from widgets.session.recovery import Recovery

if TYPE_CHECKING:
    from widgets.main_window import MainWindow


class Safety(QObject):
    """Autosave, the offer to recover, and the report of the last crash.

    Attributes:
        autosaver: None where the folder for autosaves cannot be written to.
        recovery: likewise.
    """

    def __init__(self, window: MainWindow, state_folder: Path, crash_log: CrashLog | None = None) -> None:
        super().__init__(window)
        self._window = window
        self.autosaver: Autosaver | None = None
        self.recovery: Recovery | None = None
        context = window.context
        try:
            self._autosave = Autosave(state_folder)
        except OSError as error:
            why = error.strerror or error
            context.report(f"Unsaved work cannot be kept safe in {state_folder}: {why}.", about="autosave")
        else:
            self.autosaver = Autosaver(context, window.files, self._autosave, self)
            self.autosaver.failed.connect(lambda sentence: context.report(sentence, about="autosave"))
            self.autosaver.wrote.connect(lambda: context.succeeded.emit("autosave"))
            # The tour's mazes and patches are not the user's work.
            window.around.tour.begins.connect(self.autosaver.hold)
            window.around.tour.ended.connect(self.autosaver.go_on)
            self.recovery = Recovery(context, window.files, self.autosaver, window)
            window.around.sessions.leaving.connect(self.autosaver.close)
        if crash_log is not None:
            self._tell_of(crash_log.left_behind())

    def offer(self) -> bool:
        """Offer what crashed runs left; says whether there was anything."""
        found = () if self.recovery is None else self._autosave.left_behind()
        if self.recovery is not None:
            self.recovery.offer(found)
        return bool(found)

    def _tell_of(self, report: Path | None) -> None:
        if report is None:
            return
        try:
            details = report.read_text(encoding="utf-8", errors="replace")
        except OSError:
            details = ""
        sentence = f"Mazescope crashed the last time it ran. The report of the crash is kept in {report}."
        self._window.message_bar.say("error", sentence, details, "crash")


def start_crash_log(state_folder: Path) -> CrashLog | None:
    """Begin to write down crashes; None where the folder cannot be written to."""
    try:
        return CrashLog(state_folder)
    except OSError:
        return None
