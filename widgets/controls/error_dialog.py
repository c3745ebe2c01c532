"""An error with its details: one sentence, the rest collapsed, and ways to report it."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import __version__
from widgets.controls.tab_order import ReadingOrder
from widgets.services.log_file import log_file, open_log


class ErrorDialog(ReadingOrder, QDialog):
    """Never modal: whatever went wrong, the window can be used behind it. There is one at a time.

    Args:
        defect: something went wrong in the program; else the details are a list of what was refused, shown at once.
    """

    _open: ErrorDialog | None = None

    def __init__(self, parent: QWidget | None, sentence: str, details: str, defect: bool = True) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Something went wrong" if defect else "Not opened")
        self.sentence = QLabel(sentence)
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.sentence.setMinimumWidth(420)
        note = QLabel(f"Mazescope is still running; your work is unchanged. The log is {log_file()}.")
        note.setWordWrap(True)
        note.setProperty("muted", True)
        note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details = QPlainTextEdit(details or "There are no details.")
        self.details.setReadOnly(True)
        self.details.setAccessibleName("Details")
        self.details.setMinimumHeight(220)
        self.details.setVisible(not defect)
        note.setVisible(defect)
        self.fold = QPushButton("Show details")
        self.fold.setCheckable(True)
        self.fold.toggled.connect(self._unfold)
        self.copy = QPushButton("Copy")
        self.copy.setToolTip("Copies the sentence and the details, to be pasted into a report")
        self.copy.clicked.connect(self._copy)
        self.log = QPushButton("Open the log")
        self.log.setToolTip("Opens the file in which every error is written down")
        self.log.setEnabled(log_file().is_file())
        self.log.clicked.connect(open_log)
        self.fold.setVisible(defect)
        self.log.setVisible(defect)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        # Enter closes; none of the others takes that over.
        for button in (self.fold, self.copy, self.log):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        row.addWidget(self.fold)
        row.addWidget(self.copy)
        row.addWidget(self.log)
        row.addStretch(1)
        row.addWidget(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        for widget in (self.sentence, note, self.details):
            column.addWidget(widget)
        column.addLayout(row)

    @classmethod
    def show_for(cls, parent: QWidget | None, sentence: str, details: str, defect: bool = True) -> ErrorDialog:
        """Show an error; one that is still open is replaced, so that a flood of errors does not cover the screen."""
        if cls._open is not None:
            cls._open.close()
        dialog = cls(parent, sentence, details, defect)
        cls._open = dialog

        def forget() -> None:
            # One that was replaced is destroyed after the next has come.
            if cls._open is dialog:
                cls._open = None

        dialog.destroyed.connect(forget)
        dialog.show()
        return dialog

    def _unfold(self, shown: bool) -> None:
        self.details.setVisible(shown)
        self.fold.setText("Hide details" if shown else "Show details")
        self.adjustSize()

    def _copy(self) -> None:
        text = f"{self.sentence.text()}\n\nMazescope {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n\n"
        QGuiApplication.clipboard().setText(text + self.details.toPlainText())
