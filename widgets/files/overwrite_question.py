"""Question before a file is replaced that another program has changed, or that says it is not to be written to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.io.regular_file import Stamp, file_stamp, read_only


def reason_to_ask(path: Path, known: Stamp | None) -> str:
    """The reason why a file is not replaced without a question, as a sentence; "" when nothing speaks against it.

    Args:
        known: the writing of the file that was opened or saved last; None for a file that the user has just chosen.
    """
    found = file_stamp(path)
    if found is None:
        return ""
    if read_only(path):
        return f"{path.name} is read-only."
    if known is not None and found != known:
        return f"{path.name} was changed by another program since it was opened or saved here."
    return ""


class OverwriteQuestion(QMessageBox):
    """Replace, save under another name, or leave it.

    Args:
        reason: why it is asked.
    """

    def __init__(self, window: QWidget, reason: str) -> None:
        super().__init__(window)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle("Replace the file?")
        self.setText(reason)
        self.setInformativeText("Replacing it puts what is open here in its place.")
        self.elsewhere = self.addButton("Save as…", QMessageBox.ButtonRole.AcceptRole)
        self.replace = self.addButton("Replace", QMessageBox.ButtonRole.DestructiveRole)
        self.cancel = self.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(self.elsewhere)
        self.setEscapeButton(self.cancel)

    @classmethod
    def answer(cls, window: QWidget, reason: str) -> str:
        """Ask, and wait for the answer: "replace", "elsewhere" or "cancel"."""
        question = cls(window, reason)
        try:
            question.exec()
            clicked = question.clickedButton()
            return (
                "replace" if clicked is question.replace else "elsewhere" if clicked is question.elsewhere else "cancel"
            )
        finally:
            question.deleteLater()
