"""Keycaps: keys drawn in the command palette, the list of shortcuts, and in presentation mode."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.drawing.palette import Palette
from widgets.services.context import Context

GAP = 0.3
"""Between two caps, in heights of a letter."""


def keys_of(sequence: QKeySequence) -> tuple[str, ...]:
    """The keys of a shortcut, as people call them: ("Ctrl", "Shift", "P")."""
    text = sequence.toString(QKeySequence.SequenceFormat.NativeText)
    return split_keys(text)


def split_keys(text: str) -> tuple[str, ...]:
    """The keys in "Ctrl+Shift+P"; the plus key itself survives."""
    if not text:
        return ()
    if text.endswith("++"):
        return (*split_keys(text[:-2]), "+")
    return (text,) if text == "+" else tuple(text.split("+"))


def caps_size(keys: tuple[str, ...], font: QFont) -> QSize:
    """Room that the caps of these keys take."""
    metrics = QFontMetricsF(font)
    width = sum(_cap_width(key, metrics) for key in keys) + max(len(keys) - 1, 0) * GAP * metrics.height()
    return QSize(round(width + 2), round(metrics.height() * 1.36 + 2))


def paint_caps(painter: QPainter, box: QRectF, keys: tuple[str, ...], font: QFont, palette: Palette) -> None:
    """Paint the caps of keys at the right of a box, in the middle of its height."""
    metrics = QFontMetricsF(font)
    size = caps_size(keys, font)
    x, height = box.right() - size.width() + 1, metrics.height() * 1.36
    y = box.center().y() - height / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    radius = metrics.height() * 0.26
    for key in keys:
        cap = QRectF(x, y, _cap_width(key, metrics), height)
        painter.setPen(QPen(QColor(palette.border), max(1.0, metrics.height() / 18)))
        painter.setBrush(QColor(palette.panel))
        painter.drawRoundedRect(cap, radius, radius)
        painter.setPen(QColor(palette.text))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
        x += cap.width() + GAP * metrics.height()
    painter.restore()


def _cap_width(key: str, metrics: QFontMetricsF) -> float:
    return max(metrics.horizontalAdvance(key) + metrics.height() * 0.75, metrics.height() * 1.36)


class KeyCaps(QWidget):
    """The caps of one shortcut."""

    def __init__(self, context: Context, keys: tuple[str, ...]) -> None:
        super().__init__()
        self._context, self.keys = context, keys
        self.setAccessibleName(" plus ".join(keys))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        context.palette_changed.connect(self.update)

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        return font

    def sizeHint(self) -> QSize:
        return caps_size(self.keys, self._small())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_caps(painter, QRectF(self.rect()).adjusted(0, 0, -1, 0), self.keys, self._small(), self._context.palette)
