"""One channel large, over the maze's outline, with the number under the pointer."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.drawing.palette import LIGHT, Palette
from app.maze.maze import Square
from widgets.controls import channel_painter
from widgets.controls.activation_colours import atlas
from widgets.controls.channel_painter import Pixel
from widgets.controls.key_overrides import OwnKeys
from widgets.panels.channels.layer_activations_view import Shown


class ChannelPicture(OwnKeys, QWidget):
    """A channel as large as there is room, its pixels crisp. A click switches it.

    Signals:
        toggled(): the channel shall be switched off, or on again.
        pixel_hovered(object): the activation pixel (row, column) under the pointer, row 0 on top, or None.
        stepped(int): the channel this many places further in the grid's order is requested.
        closed(): it is no longer wanted.
        menu_wanted(object, QPoint): a context menu for a pixel or None, at a place on the screen.
    """

    toggled = Signal()
    pixel_hovered = Signal(object)
    stepped = Signal(int)
    closed = Signal()
    menu_wanted = Signal(object, QPoint)
    own_keys = frozenset({Qt.Key.Key_Space})

    def __init__(self, palette: Palette = LIGHT) -> None:
        super().__init__()
        self._pressed = self._clicked = False
        self._palette = palette
        self._shown: Shown | None = None
        self._channel = 0
        self._image = QImage()
        self._pixel: Pixel | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_channel(self, shown: Shown, channel: int) -> None:
        """Show a channel of a layer with pixels."""
        self._shown, self._channel = shown, channel
        self._draw()
        self.setAccessibleName(f"Channel {channel}, enlarged")
        self.setAccessibleDescription(shown.sentence(channel))

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        self._palette = palette
        self._draw()

    def set_marked_pixel(self, pixel: Pixel | None) -> None:
        """Ring an activation pixel."""
        self._pixel = pixel
        self.update()

    def picture_rect(self) -> QRect:
        """The rectangle of the picture."""
        side = max(8, min(self.width(), self.height()) - 4)
        return QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def sizeHint(self) -> QSize:
        side = 17 * QFontMetrics(self.font()).height()
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        side = 6 * QFontMetrics(self.font()).height()
        return QSize(side, side)

    def _draw(self) -> None:
        if self._shown is not None:
            one = slice(self._channel, self._channel + 1)
            self._image = atlas(self._shown.values[one], self._shown.limits[one], self._palette)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        if self._shown is None:
            return
        square, palette, shown = self.picture_rect(), self._palette, self._shown
        channel_painter.paint_pixels(painter, square, self._image, 0, shown.side)
        channel_painter.paint_outline(painter, QRectF(square), shown.maze, palette, 110)
        # The activations are those of a mouse here, wherever the maze's own is.
        self._paint_thing(painter, shown.square or shown.maze.mouse, palette.mouse)
        if shown.maze.cheese is not None:
            self._paint_thing(painter, shown.maze.cheese, palette.cheese)
        mark = shown.mark(self._channel)
        if mark.framed:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(palette.patched), 3))
            painter.drawRect(square.adjusted(1, 1, -2, -2))
        if self._pixel is not None:
            channel_painter.paint_pixel_mark(painter, square, self._pixel, shown.side, palette)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(palette.focus), 1.5))
            painter.drawRect(square.adjusted(-1, -1, 0, 0))

    def _paint_thing(self, painter: QPainter, at: Square, colour: str) -> None:
        assert self._shown is not None
        square, world = self.picture_rect(), self._shown.maze.world
        unit = square.width() / world
        dot = QRectF(square.x() + at[1] * unit, square.y() + (world - 1 - at[0]) * unit, unit, unit)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._palette.text), 1))
        painter.setBrush(QColor(colour))
        painter.drawEllipse(dot.adjusted(unit * 0.22, unit * 0.22, -unit * 0.22, -unit * 0.22))

    def _pixel_at(self, point: QPoint) -> Pixel | None:
        square = self.picture_rect()
        if self._shown is None or not square.contains(point):
            return None
        unit = square.width() / self._shown.side
        return int((point.y() - square.y()) / unit), int((point.x() - square.x()) / unit)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pixel_hovered.emit(self._pixel_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        self.pixel_hovered.emit(None)
        super().leaveEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        self._pressed = self._clicked = False
        super().showEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.button() == Qt.MouseButton.LeftButton

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # The second half of a double click that began on the small picture is no click on this one.
        self._pressed = self._clicked and event.button() == Qt.MouseButton.LeftButton

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self._pixel_at(event.position().toPoint()) is not None
        if self._pressed and inside and event.button() == Qt.MouseButton.LeftButton:
            self._clicked = True
            self.toggled.emit()
        self._pressed = False

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(self._pixel_at(event.pos()), event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down):
            self.stepped.emit(-1 if key in (Qt.Key.Key_Left, Qt.Key.Key_Up) else 1)
        elif key == Qt.Key.Key_Space:
            self.toggled.emit()
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.closed.emit()
        else:
            super().keyPressEvent(event)


def neighbour(shown: Shown, channel: int, places: int) -> int:
    """The channel this many places further in the order shown, round and round."""
    here = int(np.flatnonzero(shown.order == channel)[0])
    return int(shown.order[(here + places) % len(shown.order)])
