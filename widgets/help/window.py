"""What all windows of the help have in common."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from widgets.context import Context


class HelpWindow(QDialog):
    """A window beside the main one: both can be used at once, and Esc closes it."""

    def __init__(self, context: Context, window: QWidget, title: str, width: int, height: int) -> None:
        super().__init__(window)
        self.context = context
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(width, height)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 18, 20, 16)
        self.column.setSpacing(12)

    def add_close_button(self, *before: QPushButton) -> None:
        """A button that closes it at the bottom right, and others at the left."""
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        row = QHBoxLayout()
        for button in before:
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(buttons)
        self.column.addLayout(row)
