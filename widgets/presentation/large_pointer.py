"""A pointer large enough to see from the back of a room."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPen, QPixmap, QPolygonF

SIDE = 48
_ARROW = ((2, 2), (2, 36), (11, 28), (17, 43), (24, 40), (18, 26), (30, 26))


def large_pointer(ratio: float = 1.0) -> QCursor:
    """An arrow of twice the usual size, white with a dark rim: seen on any ground.

    Args:
        ratio: the screen's pixels per pixel of the window, so that it is sharp there.
    """
    pixmap = QPixmap(round(SIDE * ratio), round(SIDE * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor("#10141a"), 2.5)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(QColor("#ffffff"))
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in _ARROW]))
    painter.end()
    return QCursor(pixmap, 2, 2)
