"""What could not be done, said in a sentence above the maze; it stays until it is read or replaced."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from widgets.context import Context
from widgets.error_dialog import ErrorDialog

NOTICE_TIME = 6000


class MessageBar(QFrame):
    """One line: a sentence, a button for details where there are any, and a button that closes it."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._details = ""
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
        self.dismiss.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 6, 5)
        row.setSpacing(9)
        row.addWidget(self._sign)
        row.addWidget(self.label, 1)
        row.addWidget(self.details)
        row.addWidget(self.dismiss)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._kind = "notice"
        context.palette_changed.connect(self._draw)
        self._draw()
        self.hide()

    def say(self, kind: str, sentence: str, details: str = "") -> None:
        """Show an "error", which stays, or a "notice", which goes by itself."""
        self._kind, self._details = kind, details
        self.label.setText(sentence)
        self.label.setAccessibleName(sentence)
        self.details.setVisible(bool(details))
        self._draw()
        self.show()
        if kind == "notice":
            self._timer.start(NOTICE_TIME)
        else:
            self._timer.stop()

    def _draw(self, *_: object) -> None:
        palette = self._context.palette
        error = self._kind == "error"
        name, colour = ("alert-circle-outline", palette.error) if error else ("information-outline", palette.accent)
        self._sign.setPixmap(self._context.icon(name, colour).pixmap(18, 18))
        self.dismiss.setIcon(self._context.icon("close"))
