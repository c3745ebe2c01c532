"""Safety from crashes: autosave, recovery and the crash report, from the window's start to its end."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.document.autosave import Autosave
from widgets.files.opening import Files
from widgets.services.context import Context
from widgets.services.crash_log import CrashLog
from widgets.services.topics import Topic
from widgets.session.autosaver import Autosaver
from widgets.session.recovery import Recovery
from widgets.session.session_actions import Sessions
from widgets.shell.message_bar import MessageBar


class Safety(QObject):
    """Autosave, the offer to recover, and the report of the last crash.

    Attributes:
        autosaver: None where the folder for autosaves cannot be written to.
        recovery: likewise.
        problem: why not, as a sentence; "" where it can.
    """

    def __init__(
        self,
        context: Context,
        files: Files,
        sessions: Sessions,
        message_bar: MessageBar,
        window: QWidget,
        state_folder: Path,
        crash_log: CrashLog | None = None,
    ) -> None:
        super().__init__(window)
        self._message_bar = message_bar
        self.autosaver: Autosaver | None = None
        self.recovery: Recovery | None = None
        self.problem = ""
        try:
            self._autosave = Autosave(state_folder)
        except (OSError, NotImplementedError) as error:
            # Without a lock, which some file systems of other machines lack, autosaves of two windows would mix.
            why = getattr(error, "strerror", None) or error
            self.problem = f"Autosave cannot write to {state_folder}: {why}. Save your work yourself."
        else:
            self.autosaver = Autosaver(context, files, self._autosave, self)
            self.autosaver.failed.connect(lambda sentence: context.report(sentence, about=Topic.AUTOSAVE))
            self.autosaver.wrote.connect(lambda: context.succeeded.emit(Topic.AUTOSAVE))
            self.recovery = Recovery(context, files, self.autosaver, window)
            sessions.leaving.connect(self.autosaver.close)
        if crash_log is not None:
            self._tell_of(crash_log.left_behind())

    def hold(self) -> None:
        """Write nothing for a while: what is open is not the user's own work."""
        if self.autosaver is not None:
            self.autosaver.hold()

    def go_on(self) -> None:
        """Autosave again."""
        if self.autosaver is not None:
            self.autosaver.go_on()

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
        self._message_bar.say("error", sentence, details, Topic.CRASH)


def start_crash_log(state_folder: Path) -> CrashLog | None:
    """Begin to write down crashes; None where the folder cannot be written to."""
    try:
        return CrashLog(state_folder)
    except OSError:
        return None
