"""Paints the grid's cells: a picture with its caption, or a line with number, bar and value."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from app.drawing.palette import Palette
from app.number_format import compact
from widgets.controls import channel_painter
from widgets.controls.activation_colours import atlas, scale, steps
from widgets.controls.channel_painter import Mark, Pixel
from widgets.panels.channels.layer_activations_view import Shown

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CellPainter:
    """Cells ready to be painted: the atlas of pictures and the outline are made once, not per cell.

    Args:
        shown: what is shown.
        palette: the colours.
    """

    def __init__(self, shown: Shown, palette: Palette) -> None:
        self.shown, self.palette = shown, palette
        self._atlas = atlas(shown.values, shown.limits, palette) if shown.side else QImage()
        self._outline = QImage()

    def set_picture(self, side: int, ratio: float) -> None:
        """Make ready for pictures of this side, in pixels of the screen at this device pixel ratio."""
        if self.shown.side:
            self._outline = channel_painter.outline_picture(self.shown.maze, side, ratio, self.palette)

    def picture(self, painter: QPainter, square: QRect, channel: int, unit: int, pixel: Pixel | None) -> None:
        """A channel's picture, its marks and, below, its caption. `unit` is the height of a line of text."""
        shown, palette, mark = self.shown, self.palette, self.shown.mark(channel)
        channel_painter.paint_pixels(painter, square, self._atlas, channel, shown.side)
        painter.drawImage(square.topLeft(), self._outline)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(palette.border), 1))
        painter.drawRect(square.adjusted(0, 0, -1, -1))
        channel_painter.paint_mark(painter, square, mark, palette, unit)
        if pixel is not None:
            channel_painter.paint_pixel_mark(painter, square, pixel, shown.side, palette)
        line = QRect(square.x(), square.bottom() + 1, square.width(), unit)
        self._number(painter, line, channel, mark)
        if shown.scores:
            painter.setPen(QColor(palette.text_muted))
            room = line.adjusted(painter.fontMetrics().horizontalAdvance(f"{channel} "), 0, 0, 0)
            text = shown.scores[channel]
            if painter.fontMetrics().horizontalAdvance(text) <= room.width():
                painter.drawText(room, RIGHT, text)

    def bar(self, painter: QPainter, cell: QRect, channel: int) -> None:
        """A feature: its number, a bar from 0 in the middle, its value."""
        shown, palette, metrics, mark = self.shown, self.palette, painter.fontMetrics(), self.shown.mark(channel)
        label, number = metrics.horizontalAdvance("8888") + 6, metrics.horizontalAdvance("−88.88") + 4
        self._number(painter, QRect(cell.x(), cell.y(), label, cell.height()), channel, mark)
        value, limit = float(shown.values[channel]), float(shown.limits[channel])
        painter.setPen(QColor(palette.text_muted))
        end = QRect(cell.right() - number, cell.y(), number, cell.height())
        painter.drawText(end, RIGHT, compact(value))
        track = QRectF(cell.x() + label, cell.y() + 2, max(4, cell.width() - label - number - 6), cell.height() - 4)
        painter.fillRect(track, QColor(palette.open))
        length = track.width() / 2 * (max(-1.0, min(1.0, value / limit)) if limit > 0 else 0.0)
        middle = track.center().x()
        end_colour = scale(palette)[int(steps(np.array([np.sign(value)]), np.ones(1))[0])]
        painter.fillRect(
            QRectF(min(middle, middle + length), track.y(), abs(length), track.height()),
            QColor(*(int(part) for part in end_colour)),
        )
        painter.fillRect(QRectF(middle - 0.5, track.y(), 1, track.height()), QColor(palette.text_muted))
        if mark.framed:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(palette.patched), 1.5))
            painter.drawRect(track)
            if mark.off:
                painter.drawLine(track.bottomLeft(), track.topRight())

    def _number(self, painter: QPainter, line: QRect, channel: int, mark: Mark) -> None:
        painter.setPen(QColor(self.palette.patched if mark.framed else self.palette.text))
        painter.drawText(line, LEFT, str(channel))
