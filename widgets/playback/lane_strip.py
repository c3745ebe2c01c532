"""Lanes over a time axis: series of one plot as lines, on the places of the scrubber below."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.drawing.plots import colour_of
from app.number_format import compact, short
from app.studies.study import Plot, Series
from widgets.playback.lane_key import Entry
from widgets.services.context import Context
from widgets.style import theme

LINES = 4.5
"""Height in lines of text."""

LOWEST = 2.2
"""Lines of text to which it gives way in a low window: the numbers of both ends have room."""

DOT = 2.5
"""Radius of a checkpoint's dot in pixels."""


class LaneStrip(QWidget):
    """Draws a plot whose points are values of a scrubber; a click or a drag goes to the nearest of them.

    Args:
        x_of: pixels from the left of a value of the scrubber.
        value_at: the value nearest to this many pixels from the left.

    Signals:
        sought(int): a value was clicked on, or dragged over.
    """

    sought = Signal(int)

    def __init__(self, context: Context, x_of: Callable[[int], int], value_at: Callable[[float], int]) -> None:
        super().__init__()
        self._context, self._x_of, self._value_at = context, x_of, value_at
        self._plot: Plot | None = None
        self._places: tuple[float, ...] = ()
        self._other: Plot | None = None
        self._current: int | None = 0
        self._pinned: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName("Lane")
        self.setMouseTracking(True)
        context.palette_changed.connect(self._take_look)

    def show_plot(self, plot: Plot | None, places: Sequence[float], scale: Plot | None = None) -> None:
        """Draw this plot; its x are some of `places`, which are the scrubber's values in order.

        Args:
            plot: the lane.
            places: of all values.
            scale: another lane whose numbers the strip has room for too.
        """
        self._plot, self._places, self._other = plot, tuple(places), scale
        self.setAccessibleDescription("" if plot is None else f"{plot.title}. {plot.note}")
        self.update()

    def show_value(self, current: int | None, pinned: int | None) -> None:
        """Mark the value that is shown, and the pinned one."""
        self._current, self._pinned = current, pinned
        self.update()

    def said(self, value: int) -> str:
        """The lane's text at a value: "log-odds 9.65"; empty where it was not measured."""
        return " · ".join(entry.text for entry in self.entries(value))

    def entries(self, value: int) -> list[Entry]:
        """The lines that have a number at a value."""
        found: list[Entry] = []
        if self._plot is not None:
            for series in self._plot.series:
                row = self._row(series, value)
                if row is not None and math.isfinite(series.y[row]):
                    colour = colour_of(self._plot, series, self._context.palette)
                    found.append(Entry(f"{series.name} {short(float(series.y[row]))}", colour, series.control))
        return found

    @property
    def room_for_ends(self) -> int:
        """Pixels for the numbers of the strip's bottom and top, at its left."""
        return max(self._x_of(0) - 6, 0)

    def sizeHint(self) -> QSize:
        return QSize(200, round(LINES * self.fontMetrics().height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, round(LOWEST * self.fontMetrics().height()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._places:
            self.sought.emit(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._places:
            return
        value = self._value_at(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.sought.emit(value)
        self.setToolTip(self.said(value))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._places:
            return
        palette = self._context.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.number_font(self.font()))
        for value, colour, width in ((self._pinned, palette.patched, 2.0), (self._current, palette.accent, 2.0)):
            if value is not None:
                x = self._x_of(value) + 0.5
                painter.setPen(QPen(QColor(colour), width))
                painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        if self._plot is None:
            return
        low, high = self._ends()
        if not low < high:
            return
        self._draw_scale(painter, low, high)
        for series in self._plot.series:
            self._draw_series(painter, series, low, high)

    def _take_look(self, *_: object) -> None:
        self.update()

    def _draw_scale(self, painter: QPainter, low: float, high: float) -> None:
        palette = self._context.palette
        if low < 0 < high:
            painter.setPen(QPen(QColor(palette.border), 1))
            y = self._y(0, low, high)
            painter.drawLine(QPointF(self._x_of(0), y), QPointF(self._x_of(len(self._places) - 1), y))
        painter.setPen(QColor(palette.text_muted))
        room = QRectF(0, 0, self.room_for_ends, self.height())
        for place, value in ((Qt.AlignmentFlag.AlignTop, high), (Qt.AlignmentFlag.AlignBottom, low)):
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | place, compact(value))

    def _draw_series(self, painter: QPainter, series: Series, low: float, high: float) -> None:
        assert self._plot is not None
        colour = QColor(colour_of(self._plot, series, self._context.palette))
        known = [
            (self._x_of(value) + 0.5, row)
            for value in range(len(self._places))
            if (row := self._row(series, value)) is not None and math.isfinite(series.y[row])
        ]
        if series.low is not None and series.high is not None and len(known) > 1 and not series.control:
            band = [(x, row) for x, row in known if math.isfinite(series.low[row] + series.high[row])]
            edge = [QPointF(x, self._y(float(series.low[row]), low, high)) for x, row in band]
            edge += [QPointF(x, self._y(float(series.high[row]), low, high)) for x, row in reversed(band)]
            pale = QColor(colour)
            pale.setAlphaF(0.18)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(pale)
            painter.drawPolygon(QPolygonF(edge))
        points = [QPointF(x, self._y(float(series.y[row]), low, high)) for x, row in known]
        style = Qt.PenStyle.DashLine if series.control else Qt.PenStyle.SolidLine
        painter.setPen(QPen(colour, 1.6, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        for point in points:
            painter.drawEllipse(point, DOT, DOT)

    def _row(self, series: Series, value: int) -> int | None:
        """The series' point at a value, if any."""
        near = np.flatnonzero(np.isclose(series.x, self._places[value], rtol=1e-6))
        return int(near[0]) if len(near) else None

    def _ends(self) -> tuple[float, float]:
        """The values at the strip's bottom and top."""
        assert self._plot is not None
        axis = self._plot.y
        drawn = [each for plot in (self._plot, self._other) if plot is not None for each in plot.series]
        parts = [part for each in drawn for part in (each.y, each.low, each.high) if part is not None]
        values = np.concatenate([part[np.isfinite(part)] for part in parts]) if parts else np.empty(0)
        if not len(values):
            return 0.0, 0.0
        low = float(values.min()) if axis.low is None else axis.low
        high = float(values.max()) if axis.high is None else axis.high
        return (low, high) if low < high else (low - 1, high + 1)

    def _y(self, value: float, low: float, high: float) -> float:
        room = self.height() - 2 * DOT - 2
        return 1 + DOT + (high - min(max(value, low), high)) / (high - low) * room
