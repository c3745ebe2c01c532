"""The key of a lane: for each of its lines a stroke in its colour, its name and its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QLineF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen

from widgets.controls.panel_parts import Elided

STROKE: Final = 14
"""Pixels of a line's stroke."""

GAP: Final = 5
"""Pixels between a stroke and its text; two of them are between a text and the next stroke."""


@dataclass(frozen=True)
class Entry:
    """One line of a lane.

    Attributes:
        text: its name and number: "cheese inside 0.99".
        colour: its colour.
        dashed: whether the line is.
    """

    text: str
    colour: str
    dashed: bool = False


class LaneKey(Elided):
    """Shows the entries one after the other; a single one needs no stroke. What does not fit ends in an ellipsis."""

    def __init__(self, stretch: bool = True) -> None:
        super().__init__(stretch=stretch)
        self._entries: tuple[Entry, ...] = ()

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these; text and tooltip are all of them."""
        self._entries = tuple(entries)
        self.setText(" · ".join(entry.text for entry in entries))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        if len(self._entries) < 2:
            return QSize(metrics.horizontalAdvance(self.text()), metrics.height())
        wide = sum(STROKE + 3 * GAP + metrics.horizontalAdvance(entry.text) for entry in self._entries)
        return QSize(wide, metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics, middle, x = self.fontMetrics(), self.height() / 2, 0
        least = metrics.horizontalAdvance("MM…")
        if len(self._entries) < 2 or self.width() - STROKE - GAP < least:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for entry in self._entries:
            room = self.width() - x - STROKE - GAP
            if room < least:
                break
            style = Qt.PenStyle.DashLine if entry.dashed else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(entry.colour), 2, style))
            painter.drawLine(QLineF(x, middle, x + STROKE, middle))
            painter.setPen(self.palette().color(self.foregroundRole()))
            text = metrics.elidedText(entry.text, Qt.TextElideMode.ElideRight, room)
            place = QRect(x + STROKE + GAP, 0, room, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            x += STROKE + 3 * GAP + metrics.horizontalAdvance(entry.text)
