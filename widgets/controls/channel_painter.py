"""One channel painted: its pixels, the maze's outline over them, its marks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from app.drawing.palette import Palette
from app.maze.maze import Maze

Pixel = tuple[int, int]
"""(row, column) of an activation pixel, row 0 on top."""


def pixel_words(pixel: Pixel) -> str:
    """An activation pixel in words that are no maze square's: its row counts from the top."""
    return f"pixel {pixel[1] + 1} from the left, {pixel[0] + 1} from the top"


@dataclass(frozen=True)
class Mark:
    """Mark of what the stack does to a channel.

    Attributes:
        off: an enabled zero patch takes it away.
        patches: how many patches that act change it.
        named: one of these names it, rather than all channels.
    """

    off: bool = False
    patches: int = 0
    named: bool = False

    @property
    def framed(self) -> bool:
        """True if it is drawn strongly: it was chosen by somebody, not touched as one of all."""
        return self.off or self.named


UNTOUCHED = Mark()


def with_alpha(colour: str, alpha: int) -> QColor:
    """A palette's colour, 0 (clear) to 255 (opaque)."""
    found = QColor(colour)
    found.setAlpha(alpha)
    return found


@lru_cache(maxsize=16)
def outline(maze: Maze) -> QPainterPath:
    """The edges between open cells and walls, in cells from the world's top left (pictures have row 0 on top)."""
    walls = np.frombuffer(maze.walls, np.uint8).reshape(maze.world, maze.world)[::-1]
    framed = np.pad(walls, 1, constant_values=1)
    path = QPainterPath()
    for row, column in np.argwhere(framed[1:-1, :-1] != framed[1:-1, 1:]):
        path.moveTo(float(column), float(row))
        path.lineTo(float(column), float(row + 1))
    for row, column in np.argwhere(framed[:-1, 1:-1] != framed[1:, 1:-1]):
        path.moveTo(float(column), float(row))
        path.lineTo(float(column + 1), float(row))
    return path


def paint_outline(painter: QPainter, square: QRectF, maze: Maze, palette: Palette, alpha: int) -> None:
    """The maze's outline over a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(square.topLeft())
    painter.scale(square.width() / maze.world, square.height() / maze.world)
    pen = QPen(with_alpha(palette.text, alpha), 1)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.drawPath(outline(maze))
    painter.restore()


def outline_picture(maze: Maze, side: int, ratio: float, palette: Palette) -> QImage:
    """The outline as a clear picture, to be laid over every thumbnail of that side."""
    image = QImage(round(side * ratio), round(side * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint_outline(painter, QRectF(0, 0, side, side), maze, palette, 62)
    painter.end()
    return image


def paint_pixels(painter: QPainter, square: QRect, atlas: QImage, channel: int, side: int) -> None:
    """A channel's activation, each pixel crisp."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(square, atlas, QRect(0, channel * side, side, side))


def pixel_rect(square: QRect, pixel: Pixel, side: int) -> QRectF:
    """The rectangle of an activation pixel in a picture."""
    unit = square.width() / side
    return QRectF(square.x() + pixel[1] * unit, square.y() + pixel[0] * unit, unit, unit)


def paint_pixel_mark(painter: QPainter, square: QRect, pixel: Pixel, side: int, palette: Palette) -> None:
    """A ring around one activation pixel, readable on any colour."""
    ring = pixel_rect(square, pixel, side)
    thin = ring.width() < 8
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(palette.open), 2 if thin else 3))
    painter.drawRect(ring.adjusted(-1.5, -1.5, 1.5, 1.5))
    painter.setPen(QPen(QColor(palette.text), 1 if thin else 1.5))
    painter.drawRect(ring.adjusted(-0.5, -0.5, 0.5, 0.5))


def paint_mark(painter: QPainter, square: QRect, mark: Mark, palette: Palette, unit: int) -> None:
    """A corner in the patched colour, a frame where the channel was chosen, and a stroke where it is switched off."""
    if not (mark.off or mark.patches):
        return
    colour = QColor(palette.patched)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if mark.off:
        painter.fillRect(square, with_alpha(palette.panel, 150))
        pen = QPen(colour, max(2.0, unit / 7))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        inset = square.width() * 0.14
        inner = QRectF(square).adjusted(inset, inset, -inset, -inset)
        painter.drawLine(inner.bottomLeft(), inner.topRight())
    else:
        corner = QRectF(square).topLeft()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon([corner, corner + QPointF(unit * 0.6, 0), corner + QPointF(0, unit * 0.6)])
    if mark.framed:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 2))
        painter.drawRect(QRectF(square).adjusted(1, 1, -1, -1))


def paint_switch(painter: QPainter, button: QRect, palette: Palette, *, off: bool) -> None:
    """The corner button that switches a channel: the sign of power, in the colour of patches while it is off."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(with_alpha(palette.panel_raised, 235))
    painter.drawRoundedRect(button, 3, 3)
    pen = QPen(QColor(palette.patched if off else palette.text), max(1.4, button.width() / 11))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    unit = button.width() / 10
    # Qt counts sixteenths of a degree from three o'clock: the gap is at the top.
    ring = QRectF(button.x() + 2.3 * unit, button.y() + 2.6 * unit, 5.4 * unit, 5.4 * unit)
    painter.drawArc(ring, (90 + 38) * 16, (360 - 76) * 16)
    middle = button.x() + 5 * unit
    painter.drawLine(QPointF(middle, button.y() + 1.7 * unit), QPointF(middle, button.y() + 4.7 * unit))
