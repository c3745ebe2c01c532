"""Base of all help windows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from widgets.controls.tab_order import ReadingOrder
from widgets.services.context import Context

USUAL_LINE = 15
"""Pixels that a line takes at the usual size of text."""


class Titles(QListWidget):
    """A list of titles at the side of a page, with room between them."""

    def __init__(self, name: str, titles: Sequence[str]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        height = round(self.fontMetrics().height() * 1.75)
        for title in titles:
            item = QListWidgetItem(title, self)
            item.setSizeHint(QSize(0, height))
            item.setToolTip(title)

    def room(self) -> int:
        """Pixels that the longest title takes with the list's frame."""
        metrics = self.fontMetrics()
        longest = max((metrics.horizontalAdvance(self.item(row).text()) for row in range(self.count())), default=0)
        return longest + 44


class HelpWindow(ReadingOrder, QDialog):
    """A window next to the main one: both can be used at once, and Esc closes it."""

    def __init__(self, context: Context, window: QWidget, title: str, width: int, height: int) -> None:
        super().__init__(window)
        self.context = context
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        # As large for large text, as far as the screen goes.
        factor, room = self.fontMetrics().height() / USUAL_LINE, self.screen().availableGeometry()
        self.resize(min(round(width * factor), room.width() - 80), min(round(height * factor), room.height() - 80))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 18, 20, 16)
        self.column.setSpacing(12)

    def add_close_button(self, *before: QPushButton) -> None:
        """A button that closes it at the bottom right, and others at the left."""
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        row = QHBoxLayout()
        for button in before:
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(buttons)
        self.column.addLayout(row)
