"""Many points of a plot as one item, painted by Qt in one call: thousands change without a wait."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from widgets.services.window_first import window_first


class PointCloud(pg.GraphicsObject):
    """Round points of one colour, in the plot's own coordinates.

    Args:
        size: width of a point, in pixels of the screen.
    """

    def __init__(self, size: float) -> None:
        super().__init__()
        self._pen = QPen(Qt.GlobalColor.black, size, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        # Width in pixels, whatever the plot's range.
        self._pen.setCosmetic(True)
        self._points = QPolygonF()
        self._box = QRectF()

    def show_points(self, x: np.ndarray, y: np.ndarray, colour: QColor) -> None:
        """Show these (n,) points; those without a number are left out."""
        there = np.isfinite(x) & np.isfinite(y)
        x, y = x[there], y[there]
        self.prepareGeometryChange()
        self._pen.setColor(colour)
        self._points = pg.functions.arrayToQPolygonF(x, y) if len(x) else QPolygonF()
        self._box = QRectF(x.min(), y.min(), np.ptp(x), np.ptp(y)) if len(x) else QRectF()
        self.update()

    def boundingRect(self) -> QRectF:
        return self._box

    @window_first
    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(self._pen)
        painter.drawPoints(self._points)
