"""A part of a panel that collapses under its title."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from widgets.controls.panel_parts import column
from widgets.services.context import Context


class Folding(QWidget):
    """A title with an arrow, and what it shows or hides.

    Args:
        context: for the icon.
        title: what is next to the arrow.
        inner: what folds.
    """

    def __init__(self, context: Context, title: str, inner: QWidget, is_open: bool = False) -> None:
        super().__init__()
        self._context = context
        self.inner = inner
        self.button = QToolButton()
        self.button.setText(title)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.setAutoRaise(True)
        self.button.clicked.connect(lambda: self.set_open(inner.isHidden()))
        layout = column(self, 0, 2)
        layout.addWidget(self.button)
        layout.addWidget(inner)
        self._title = title
        self.set_open(is_open)
        context.palette_changed.connect(self._draw)

    def set_open(self, is_open: bool) -> None:
        """Show or hide what folds."""
        self.inner.setVisible(is_open)
        words = f"{'Hide' if is_open else 'Show'} {self._title.lower()}"
        self.button.setToolTip(words)
        self.button.setAccessibleName(words)
        self._draw()

    def _draw(self, *_: object) -> None:
        self.button.setIcon(self._context.icon("chevron-right" if self.inner.isHidden() else "chevron-down"))
