"""The pins of retargeting: set-value patches on a square of the maze, drawn there and dragged with the mouse."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from app.drawing.palette import Palette
from app.interventions.patches import PatchStack, SetValue
from app.maze.maze import Square


def pins(stack: PatchStack) -> tuple[tuple[int, SetValue], ...]:
    """(position in the stack, patch) of every pin, the last of the stack on top."""
    return tuple(
        (position, patch)
        for position, patch in enumerate(stack.patches)
        if isinstance(patch, SetValue) and patch.square is not None
    )


def pin_at(stack: PatchStack, square: Square) -> int | None:
    """Position in the stack of the uppermost pin on a square, or None."""
    return next((position for position, patch in reversed(pins(stack)) if patch.square == square), None)


class PinsItem(pg.GraphicsObject):
    """A pin per set-value patch on a square; those that do not act are hollow."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.setZValue(25)
        self._palette = palette
        self._side = 1.0
        self._pins: tuple[tuple[Square, bool], ...] = ()

    @property
    def pins(self) -> tuple[tuple[Square, bool], ...]:
        """(square, whether it acts) of every pin."""
        return self._pins

    def set_palette(self, palette: Palette) -> None:
        """Paint in other colours."""
        self._palette = palette
        self.update()

    def show_stack(self, stack: PatchStack, side: float) -> None:
        """Show the pins of a stack, in a world of this side."""
        if side != self._side:
            self.prepareGeometryChange()
            self._side = side
        acting = {position for position, _ in stack.active}
        found = tuple((patch.square, position in acting) for position, patch in pins(stack) if patch.square is not None)
        if found != self._pins:
            self._pins = found
            self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(-1, -1, self._side + 2, self._side + 2)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for (row, col), acts in self._pins:
            self._paint_pin(painter, QPointF(col + 0.5, row + 0.06), acts)

    def _paint_pin(self, painter: QPainter, tip: QPointF, acts: bool) -> None:
        # World coordinates: y grows upwards, so the head is above the tip. All of it is on the pin's own square,
        # for that is where a hand takes hold of it.
        radius, rise = 0.3, 0.56
        head = QPointF(tip.x(), tip.y() + rise)
        shape = QPainterPath(tip)
        shape.cubicTo(
            QPointF(tip.x() - 0.08, tip.y() + 0.25),
            QPointF(head.x() - radius, head.y() - radius * 0.75),
            QPointF(head.x() - radius, head.y()),
        )
        shape.arcTo(QRectF(head.x() - radius, head.y() - radius, 2 * radius, 2 * radius), 180, 180)
        shape.cubicTo(
            QPointF(head.x() + radius, head.y() - radius * 0.75), QPointF(tip.x() + 0.08, tip.y() + 0.25), tip
        )
        pen = QPen(QColor(self._palette.open if acts else self._palette.patched), 1.5)
        pen.setCosmetic(True)
        painter.setPen(pen)
        fill = QColor(self._palette.patched if acts else self._palette.open)
        painter.setBrush(fill)
        painter.drawPath(shape)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._palette.open if acts else self._palette.patched))
        painter.drawEllipse(head, radius * 0.38, radius * 0.38)
