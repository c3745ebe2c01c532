"""A patch's channels as a row of small pictures."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.drawing.palette import Palette
from app.field.channels import limits
from widgets.controls.activation_colours import atlas
from widgets.controls.channel_painter import paint_pixels
from widgets.style.theme import number_font

GAP: Final = 3
FAINT: Final = 0.4
"""Opacity of pictures that are about to be replaced."""


class ChannelStrip(QWidget):
    """As many of the channels as fit in the width, then how many more there are.

    Signals:
        clicked(): the layer's channels shall be shown.
    """

    clicked = Signal()

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self._values: np.ndarray | None = None
        self._channels: tuple[int, ...] = ()
        self._waiting = False
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Channels of the patch")
        self.hide()

    def show_channels(self, values: np.ndarray | None, channels: tuple[int, ...] | None) -> None:
        """Show channels (None: all) of (C, side, side) activations; without activations there is nothing to see."""
        count = 0 if values is None else len(values)
        chosen = tuple(range(count)) if channels is None else tuple(c for c in channels if c < count)
        if values is not self._values or chosen != self._channels or self._waiting:
            self._waiting = False
            self._values = values
            self._name(chosen)
            self._draw()

    def await_channels(self, count: int, channels: tuple[int, ...] | None) -> None:
        """Keep the room of channels (None: all) of a layer of `count` whose pictures are on their way.

        Until then the last one stays, faint: a strip that appeared and vanished would move all that is below it.
        """
        chosen = tuple(range(count)) if channels is None else tuple(c for c in channels if c < count)
        if chosen != self._channels:
            self._values = None
        if chosen != self._channels or not self._waiting:
            self._waiting = True
            self._name(chosen)
            self.update()

    def _name(self, chosen: tuple[int, ...]) -> None:
        self._channels = chosen
        self.setVisible(bool(chosen))
        words = ", ".join(str(channel) for channel in chosen[:20])
        words += " and more" if len(chosen) > 20 else ""
        self.setToolTip(f"Channels {words}. Click: show this layer's channels")
        self.setAccessibleDescription(f"Channels {words}")

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        self._palette = palette
        self._draw()

    def _draw(self) -> None:
        if self._values is not None and self._channels:
            shown = self._values[list(self._channels[:64])]
            self._image = atlas(shown, limits(shown, shared=False), self._palette)
        self.update()

    def _side(self) -> int:
        return round(1.75 * QFontMetrics(self.font()).height())

    def sizeHint(self) -> QSize:
        return QSize(4 * self._side(), self._side())

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * self._side(), self._side())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._channels:
            return
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        painter.setFont(number_font(self.font(), 0.86))
        side, pixels = self._side(), 0 if self._values is None else self._values.shape[1]
        more = painter.fontMetrics().horizontalAdvance("+999") + 4
        fitting = max(1, (self.width() + GAP) // (side + GAP))
        if fitting < len(self._channels):
            fitting = max(1, (self.width() - more + GAP) // (side + GAP))
        for place in range(min(fitting, len(self._channels), 64)):
            square = QRect(place * (side + GAP), 0, side, side)
            if pixels:
                painter.setOpacity(FAINT if self._waiting else 1)
                paint_pixels(painter, square, self._image, place, pixels)
                painter.setOpacity(1)
            painter.setPen(QPen(QColor(self._palette.border), 1))
            painter.drawRect(square.adjusted(0, 0, -1, -1))
        left = len(self._channels) - fitting
        if left > 0:
            painter.setPen(QColor(self._palette.text_muted))
            room = QRect(fitting * (side + GAP), 0, more, side)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, f"+{left}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()
