"""The colour scale of the thumbnails, with the numbers at its ends."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.drawing.palette import LIGHT, Palette
from app.number_format import compact
from widgets.controls.activation_colours import STEPS, scale
from widgets.style.theme import number_font


class ColourScale(QWidget):
    """From the most negative colour over 0 to the most positive."""

    def __init__(self, palette: Palette = LIGHT) -> None:
        super().__init__()
        self._palette = palette
        self._limit: float | None = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_limit(0.0)

    def set_limit(self, limit: float | None) -> None:
        """The absolute value at both ends; None when every channel has its own."""
        self._limit = limit
        ends = "each channel's own largest value" if limit is None else compact(limit)
        self.setAccessibleName("Colour scale")
        self.setAccessibleDescription(f"symmetric about 0; the ends are {ends}")
        self.setToolTip(f"Blue is negative, red is positive; the ends are {ends}")
        self.update()

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        self._palette = palette
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(12 * metrics.height(), metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(5 * metrics.height(), metrics.height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        painter.setFont(number_font(self.font(), 0.86))
        low, high = ("−max", "max") if self._limit is None else (compact(-self._limit), compact(self._limit))
        metrics = painter.fontMetrics()
        end = max(metrics.horizontalAdvance(low), metrics.horizontalAdvance(high)) + 6
        painter.setPen(QColor(self._palette.text_muted))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), middle | Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(self.rect(), middle | Qt.AlignmentFlag.AlignRight, high)
        height = max(6, metrics.height() // 2)
        bar = QRectF(end, (self.height() - height) / 2, max(8, self.width() - 2 * end), height)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        colours = scale(self._palette)
        for place in range(0, STEPS, STEPS // 6):
            gradient.setColorAt(place / (STEPS - 1), QColor(*(int(part) for part in colours[place])))
        painter.fillRect(bar, gradient)
        painter.setPen(QPen(QColor(self._palette.border), 1))
        painter.drawRect(bar)
