"""Unsaved changes, and the question asked before they would be lost."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.document.document import Document


def unsaved_work(document: Document, has_file: bool) -> bool:
    """True if closing would lose work.

    A document without a file counts only when something was made in it: an edited maze, a patch, a second tab. A level
    that was only looked at opens again by its seed, a policy by its file; nobody wants to be asked about those.

    Args:
        has_file: whether the document belongs to a session file.
    """
    state = document.state
    if not document.modified:
        return False
    return has_file or bool(state.stack.patches) or len(state.mazes) > 1 or state.tab.maze != state.tab.generated


class UnsavedQuestion(QMessageBox):
    """Save, discard, or stay. It blocks its window only, and answers by a call.

    Args:
        name: what the session is called.
        answered: called with "save", "discard" or "stay".
    """

    def __init__(self, window: QWidget, name: str, answered: Callable[[str], object]) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle("Unsaved changes")
        self.setText(f"Save the changes to {name}?")
        self.setInformativeText("Otherwise the changes since the last save are lost.")
        self.save = self.addButton("Save", QMessageBox.ButtonRole.AcceptRole)
        self.discard = self.addButton("Don't save", QMessageBox.ButtonRole.DestructiveRole)
        self.stay = self.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(self.save)
        self.setEscapeButton(self.stay)

        def finished() -> None:
            clicked = self.clickedButton()
            answered("save" if clicked is self.save else "discard" if clicked is self.discard else "stay")

        self.finished.connect(finished)
