"""The grip by which a card is dragged to another place of the stack."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.drawing.palette import Palette


class Handle(QWidget):
    """Six dots. Dragging tells where the pointer is; Alt+Up and Alt+Down move by one place.

    Signals:
        dragged(QPointF): the pointer, on the screen, during a drag.
        dropped(QPointF): where the drag ended.
        cancelled(): Escape during a drag.
        stepped(int): the card shall move by this many places.
    """

    dragged = Signal(QPointF)
    dropped = Signal(QPointF)
    cancelled = Signal()
    stepped = Signal(int)

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self._dragging = False
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Move patch")
        self.setToolTip(
            "Drag to another place of the stack, or press Alt+Up or Alt+Down. Patches act from the top down"
        )

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        self._palette = palette
        self.update()

    def sizeHint(self) -> QSize:
        unit = QFontMetrics(self.font()).height()
        return QSize(round(0.8 * unit), round(1.4 * unit))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._palette.focus if self.hasFocus() else self._palette.text_muted))
        unit = QFontMetrics(self.font()).height() * 0.3
        for column in (-0.5, 0.5):
            for row in (-1, 0, 1):
                centre = QPointF(self.width() / 2 + column * unit, self.height() / 2 + row * unit)
                painter.drawEllipse(centre, unit * 0.26, unit * 0.26)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragging = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self.dragged.emit(event.globalPosition())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._end()
            self.dropped.emit(event.globalPosition())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        places = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if self._dragging and event.key() == Qt.Key.Key_Escape:
            self._end()
            self.cancelled.emit()
        elif places is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.stepped.emit(places)
        else:
            super().keyPressEvent(event)

    def _end(self) -> None:
        self._dragging = False
        self.setCursor(Qt.CursorShape.OpenHandCursor)
