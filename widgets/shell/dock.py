"""One panel's dock: its title with buttons, and an edge while it floats."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from widgets.controls.tab_order import ReadingOrder
from widgets.services.context import Context

HIGH = 45
"""Lines of text that a panel is high as a window; four fifths of the screen at most."""

OFF = 24
"""Pixels from its place in the window."""


class TitleBar(QWidget):
    """A dock's title with the buttons that float and close it, in the palette's look."""

    def __init__(self, dock: QDockWidget, context: Context) -> None:
        super().__init__(dock)
        self._dock, self._context = dock, context
        self.setProperty("dockTitle", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = QLabel(dock.windowTitle())
        title.setProperty("heading", True)
        self._float, self._close = QToolButton(), QToolButton()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 5, 3)
        row.setSpacing(1)
        row.addWidget(title, 1)
        for button, tip, act in (
            (self._float, "Float or dock", self._float_or_dock),
            (self._close, "Close (View, Panels brings it back)", dock.close),
        ):
            button.setToolTip(tip)
            button.setAccessibleName(f"{tip.split(' (')[0]}: {dock.windowTitle()}")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(act)
            row.addWidget(button)
        context.palette_changed.connect(self._draw)
        self._draw()

    def _float_or_dock(self) -> None:
        dock = self._dock
        place = dock.mapToGlobal(QPoint(0, 0))
        dock.setFloating(not dock.isFloating())
        if dock.isFloating():
            # As a window it has room for more than its place among others had, and is seen to be one.
            room = dock.screen().availableGeometry()
            high = max(dock.height(), min(HIGH * dock.fontMetrics().height(), room.height() * 4 // 5))
            dock.resize(dock.width(), high)
            dock.move(max(room.left(), place.x() - OFF), max(room.top(), min(place.y(), room.bottom() + 1 - high)))
        # Docked among others it would be behind the one in front.
        self._dock.raise_()

    def _draw(self, *_: object) -> None:
        muted = self._context.palette.text_muted
        self._float.setIcon(self._context.icon("dock-window", muted))
        self._close.setIcon(self._context.icon("close", muted))


class Dock(ReadingOrder, QDockWidget):
    """A dock: where it floats, a window with a tab order of its own, and an edge that sets it off what it covers."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.isFloating():
            painter = QPainter(self)
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
