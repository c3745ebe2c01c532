"""The five probabilities and the fifteen logits as bars with their numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.drawing.palette import LIGHT, Palette
from app.maze.moves import MOVES
from app.number_format import fixed
from widgets.panels.inspector.square_numbers import Outputs, action_title
from widgets.style.theme import number_font

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Line:
    """One line of a chart: its name, and one or two numbers."""

    name: str
    before: float
    after: float | None


class Bars(QWidget):
    """Lines of name, bar and number: the original in its colour, the patched below it in its own.

    Args:
        name: what the chart is, to assistive technology.
        digits: decimals of the numbers.
        signed: bars grow from 0 in the middle; otherwise from the left.
    """

    def __init__(self, name: str, digits: int, signed: bool) -> None:
        super().__init__()
        self._palette: Palette = LIGHT
        self._digits, self._signed = digits, signed
        self._lines: tuple[Line, ...] = ()
        self._limit = 1.0
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_lines(self, lines: tuple[Line, ...], limit: float) -> None:
        """Show numbers; a bar of `limit` is full."""
        changed = len(lines) != len(self._lines) or self._two != any(line.after is not None for line in lines)
        self._lines, self._limit = lines, limit
        words = "; ".join(
            f"{line.name} {fixed(line.before, self._digits)}"
            + ("" if line.after is None else f" to {fixed(line.after, self._digits)}")
            for line in lines
        )
        self.setAccessibleDescription(words)
        self.setToolTip(words.replace("; ", "\n"))
        if changed:
            self.updateGeometry()
        self.update()

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        self._palette = palette
        self.update()

    @property
    def _two(self) -> bool:
        return any(line.after is not None for line in self._lines)

    def _pitch(self) -> int:
        return round(QFontMetrics(self.font()).height() * 1.25)

    def sizeHint(self) -> QSize:
        return QSize(14 * self._pitch(), max(1, len(self._lines)) * self._pitch())

    def minimumSizeHint(self) -> QSize:
        return QSize(4 * self._pitch(), max(1, len(self._lines)) * self._pitch())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        painter.setFont(number_font(self.font()))
        metrics, palette, pitch = painter.fontMetrics(), self._palette, self._pitch()
        gap = metrics.horizontalAdvance(" ") * 2
        names = max((metrics.horizontalAdvance(line.name) for line in self._lines), default=0) + gap
        texts = [self._texts(line) for line in self._lines]
        first = max((metrics.horizontalAdvance(text[0]) for text in texts), default=0)
        second = max((metrics.horizontalAdvance(text[1]) for text in texts), default=0)
        arrow = metrics.horizontalAdvance(" → ") if self._two else 0
        end = self.width() - first - arrow - second
        for at, (line, text) in enumerate(zip(self._lines, texts, strict=True)):
            top = at * pitch
            painter.setPen(QColor(palette.text))
            painter.drawText(QRectF(0, top, names, pitch), LEFT, line.name)
            painter.drawText(QRectF(end, top, first, pitch), RIGHT, text[0])
            if line.after is not None:
                painter.setPen(QColor(palette.text_muted))
                painter.drawText(QRectF(end + first, top, arrow, pitch), Qt.AlignmentFlag.AlignCenter, "→")
                painter.setPen(QColor(palette.text))
                painter.drawText(QRectF(end + first + arrow, top, second, pitch), RIGHT, text[1])
            self._paint_bars(painter, QRectF(names, top, max(4.0, end - gap - names), pitch), line)

    def _texts(self, line: Line) -> tuple[str, str]:
        after = "" if line.after is None else fixed(line.after, self._digits)
        return fixed(line.before, self._digits), after

    def _paint_bars(self, painter: QPainter, room: QRectF, line: Line) -> None:
        palette, two = self._palette, self._two
        track = room.adjusted(0, room.height() * 0.16, 0, -room.height() * 0.16)
        painter.fillRect(track, QColor(palette.grid_line))
        height = track.height() / 2 if two else track.height()
        self._paint_bar(painter, QRectF(track.x(), track.y(), track.width(), height), line.before, palette.original)
        if line.after is not None:
            below = QRectF(track.x(), track.y() + height, track.width(), height)
            self._paint_bar(painter, below, line.after, palette.patched)
        if self._signed:
            painter.fillRect(QRectF(track.center().x() - 0.5, track.y(), 1, track.height()), QColor(palette.text_muted))

    def _paint_bar(self, painter: QPainter, track: QRectF, value: float, colour: str) -> None:
        part = float(np.clip(value / self._limit, -1, 1)) if self._limit > 0 else 0.0
        if self._signed:
            length, start = part * track.width() / 2, track.center().x()
        else:
            length, start = part * track.width(), track.x()
        painter.fillRect(QRectF(min(start, start + length), track.y(), abs(length), track.height()), QColor(colour))


def probability_lines(original: Outputs, patched: Outputs | None) -> tuple[Line, ...]:
    """The five moves."""
    return tuple(
        Line(name, float(original.probs[move]), None if patched is None else float(patched.probs[move]))
        for move, name in enumerate(MOVES)
    )


def logit_lines(original: Outputs, patched: Outputs | None) -> tuple[Line, ...]:
    """The fifteen actions."""
    return tuple(
        Line(
            action_title(action),
            float(original.logits[action]),
            None if patched is None else float(patched.logits[action]),
        )
        for action in range(15)
    )


def largest(lines: tuple[Line, ...]) -> float:
    """The largest absolute number of some lines."""
    return max((abs(value) for line in lines for value in (line.before, line.after) if value is not None), default=1.0)
