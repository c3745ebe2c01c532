"""Actions of the session: new, open, save, and the question about unsaved changes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

from widgets.files.opening import Files
from widgets.services.action_registry import Spec
from widgets.services.context import Context
from widgets.session.unsaved_changes import UnsavedQuestion, unsaved_work


class Sessions(QObject):
    """Asks before the session in the window gives way to another one, or to nothing.

    Attributes:
        question: the question while it is open.

    Signals:
        asked(): the session is to give way; whatever is shown in its place ends, so that the work itself is looked at.
        leaving(): the window closes for good; nothing is left to save, or the user chose not to.
    """

    asked = Signal()
    leaving = Signal()

    def __init__(self, context: Context, files: Files, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._files, self._window = context, files, window
        self.question: UnsavedQuestion | None = None
        self._closing = False
        files.leaving = self.leave
        window.installEventFilter(self)
        context.actions.add(
            Spec(
                id="file.new",
                title="New session",
                handler=files.new_session,
                keys=("Ctrl+N",),
                icon="file-outline",
                group="File",
                tip="Start over: one maze, no patches.",
            )
        )

    @property
    def unsaved(self) -> bool:
        """True if closing now would lose work."""
        return unsaved_work(self._context.document, self._files.session_path is not None)

    @property
    def name(self) -> str:
        """The session's name: its file, or the maze in front."""
        path = self._files.session_path
        return path.name if path is not None else f"“{self._context.document.state.tab.title}”"

    def leave(self, go_on: Callable[[], object]) -> None:
        """Do `go_on` once nothing can be lost: at once, or when the user has saved or chosen not to."""
        if self.question is not None:
            # One question at a time: what wanted to come in between has to be asked for again.
            self.question.raise_()
            self.question.activateWindow()
            return
        self.asked.emit()
        # A drag under way belongs to what is being left.
        self._context.document.end()
        if not self.unsaved:
            go_on()
            return

        def answered(answer: str) -> None:
            self.question = None
            if answer == "discard" or (answer == "save" and self._files.save()):
                go_on()

        self.question = UnsavedQuestion(self._window, self.name, answered)
        self.question.open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keeps the window open until the question is answered."""
        if watched is self._window and event.type() == QEvent.Type.Close and not self._closing:
            self.asked.emit()
            self._context.document.end()
            if self.unsaved:
                event.ignore()
                self.leave(self._close)
                return True
            self._closing = True
            self.leaving.emit()
        return False

    def _close(self) -> None:
        self._closing = True
        self.leaving.emit()
        self._window.close()
