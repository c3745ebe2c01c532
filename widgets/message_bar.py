"""What could not be done, said in a sentence above the maze; it stays until it is closed, replaced or no longer so."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from widgets.context import Context
from widgets.error_dialog import ErrorDialog

NOTICE_TIME = 6000


class MessageBar(QFrame):
    """One sentence a line, a button for details where there are any, and a button that closes it.

    There is one error for each thing that errors are about ("level", "file", ...), and under them the latest notice.
    """

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._errors: dict[str, str] = {}
        self._notice = self._details = ""
        self.setProperty("card", True)
        self.setAccessibleName("Message")
        self._sign = QLabel()
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.details = QPushButton("Details …")
        self.details.setAccessibleName("Show the details of the message")
        self.details.clicked.connect(lambda: ErrorDialog.show_for(self.window(), self.label.text(), self._details))
        self.dismiss = QToolButton()
        self.dismiss.setAccessibleName("Close the message")
        self.dismiss.setToolTip("Close")
        self.dismiss.clicked.connect(self._close)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 6, 5)
        row.setSpacing(9)
        row.addWidget(self._sign)
        row.addWidget(self.label, 1)
        row.addWidget(self.details)
        row.addWidget(self.dismiss)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._notice_read)
        context.palette_changed.connect(self._draw)
        self._draw()
        self.hide()

    def say(self, kind: str, sentence: str, details: str = "", about: str = "") -> None:
        """Show an "error", which stays, or a "notice", which goes by itself.

        Args:
            about: what the error is about, for `forget`. Errors about nothing in particular make way for whatever is
                said next, all others only for what is about the same.
        """
        self._errors.pop("", None)
        self._details = details
        if kind == "notice":
            self._notice = sentence
            self._timer.start(NOTICE_TIME)
        else:
            self._notice_over()
            self._errors.pop(about, None)
            self._errors[about] = sentence
        self._show()

    def forget(self, about: str) -> None:
        """Take away the error about something that has gone well since."""
        if self._errors.pop(about, None) is not None:
            self._show()

    def _notice_over(self) -> None:
        self._notice = ""
        self._timer.stop()

    def _notice_read(self) -> None:
        self._notice_over()
        self._show()

    def _close(self) -> None:
        self._errors.clear()
        self._notice_over()
        self._show()

    def _show(self) -> None:
        text = "\n".join(filter(None, (*self._errors.values(), self._notice)))
        if text:
            # What is hidden keeps its words: a bar that goes does not go empty first.
            self.label.setText(text)
            self.label.setAccessibleName(text)
        self.details.setVisible(bool(self._details))
        self._draw()
        self.setVisible(bool(text))

    def _draw(self, *_: object) -> None:
        palette = self._context.palette
        error = bool(self._errors)
        name, colour = ("alert-circle-outline", palette.error) if error else ("information-outline", palette.accent)
        self._sign.setPixmap(self._context.icon(name, colour).pixmap(18, 18))
        self.dismiss.setIcon(self._context.icon("close"))
