"""A row of widgets that wraps: next to each other where there is room, else below each other."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

LARGE = 26
"""Pixels of a line of text up to which the row wraps."""


class WrappingRow(QWidget):
    """Widgets centred in a row, or in a column where the row is too narrow for them.

    Args:
        parts: from the left.
        space: pixels between them.
        fill: they take all of its width, instead of the middle.
    """

    def __init__(self, *parts: QWidget, space: int = 6, fill: bool = False) -> None:
        super().__init__()
        self._parts, self._space = parts, space
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(space)
        if not fill:
            self._layout.addStretch(1)
        for part in parts:
            self._layout.addWidget(part, 0, Qt.AlignmentFlag(0) if fill else Qt.AlignmentFlag.AlignHCenter)
        if not fill:
            self._layout.addStretch(1)

    def sizeHint(self) -> QSize:
        # In a row, also while it is a column: so a row around this one can tell when there is room again.
        return QSize(self._across(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        if not self._wraps:
            return super().minimumSizeHint()
        # As narrow as its widest part: then they are below each other.
        width = max((part.minimumSizeHint().width() for part in self._shown()), default=0)
        margins = self.contentsMargins()
        return QSize(width + margins.left() + margins.right(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return handled

    @property
    def _wraps(self) -> bool:
        """True unless text is so large that a window has no height to spare."""
        return self.fontMetrics().height() <= LARGE

    def _shown(self) -> list[QWidget]:
        return [part for part in self._parts if not part.isHidden()]

    def _across(self) -> int:
        parts, margins = self._shown(), self.contentsMargins()
        widths = sum(part.sizeHint().width() for part in parts) + self._space * max(len(parts) - 1, 0)
        return widths + margins.left() + margins.right()

    def _arrange(self) -> None:
        down = self._wraps and self._across() > self.width()
        direction = QBoxLayout.Direction.TopToBottom if down else QBoxLayout.Direction.LeftToRight
        if direction != self._layout.direction():
            self._layout.setDirection(direction)
