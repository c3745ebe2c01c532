"""One panel's dock: its title with buttons, and an edge while it floats."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from widgets.controls.tab_order import ReadingOrder
from widgets.services.context import Context


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
        self._dock.setFloating(not self._dock.isFloating())
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
