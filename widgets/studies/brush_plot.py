"""Scatter of two columns with means and a brush: a range across it chooses rows, and chosen rows are marked."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QWidget

from widgets.controls.panel_parts import column, muted
from widgets.controls.plot_canvas import dress_axis, plot_canvas
from widgets.services.context import Context

LINES: Final = 9
FAINT, STRONG, STALE = 50, 190, 25
"""Opacity of points that are not chosen, that are, and of all while others are on their way; of 255."""

MOST: Final = 3000
"""Points of a kind that are drawn; of more, evenly spaced ones are."""


class BrushPlot(QWidget):
    """Points of two columns, with the mean of the chosen ones in groups across. Drag across to choose a range.

    Signals:
        brushed(): another range was chosen, or none.
    """

    brushed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._canvas: Any = None
        self._x = self._y = np.zeros(0)
        self._chosen = self._marked = np.zeros(0, dtype=np.int64)
        self._range: tuple[float, float] | None = None
        self._names = ("", "")
        self._stale = False
        self._region: Any = None
        self.setAccessibleName("Levels as points")
        self.setToolTip("Drag the ends of the band to choose the levels between them")
        self.layout_ = column(self)
        self.note = muted(wrap=True)
        self.layout_.addWidget(self.note)
        context.palette_changed.connect(self._draw)

    def show_points(self, x: str, y: str, xs: Any, ys: Any) -> None:
        """Show other columns; a brush over another column is dropped."""
        if self._names[0] != x:
            self._range = None
        self._names = (x, y)
        self._x, self._y = (np.ma.filled(np.ma.asarray(values).astype(np.float64), np.nan) for values in (xs, ys))
        self._chosen = np.arange(len(self._x))
        self._draw()

    def inside(self) -> np.ndarray | None:
        """(rows,) bool: which rows the brush holds; None without a brush."""
        if self._range is None:
            return None
        low, high = self._range
        return np.asarray((self._x >= low) & (self._x <= high))

    def clear_brush(self) -> None:
        """Choose all; emits no signal."""
        self._range = None
        self._draw()

    def dim_others(self, chosen: np.ndarray) -> None:
        """Show the rows that are not chosen (bool, by row) faintly."""
        self._chosen = np.flatnonzero(chosen)
        self._points()

    def mark(self, rows: np.ndarray) -> None:
        """Ring these rows."""
        self._marked = rows
        self._points()

    def set_stale(self, stale: bool) -> None:
        """Fade the points."""
        if stale != self._stale:
            self._stale = stale
            self._points()

    def brush(self, low: float, high: float) -> None:
        """Choose the rows between two places of the x axis."""
        self._range = (low, high)
        self._draw()
        self.brushed.emit()

    def _draw(self, *_: object) -> None:
        if not len(self._x):
            return
        import pyqtgraph as pg

        if self._canvas is None:
            self._canvas = plot_canvas()
            self.layout_.insertWidget(0, self._canvas)
        palette = self._context.palette
        self._canvas.setFixedHeight(LINES * QFontMetrics(self.font()).height())
        self._canvas.setBackground(palette.panel_raised)
        for side, name in zip(("bottom", "left"), self._names, strict=True):
            dress_axis(self._canvas, side, palette, self.font(), name.replace("_", " "))
        # Another band takes the old one's place.
        self._region = None
        self._points()
        finite = self._x[np.isfinite(self._x)]
        if not len(finite):
            return
        low, high = float(finite.min()), float(finite.max())
        fill = QColor(palette.accent)
        fill.setAlpha(30)
        self._region = pg.LinearRegionItem(self._range or (low, high), brush=fill, bounds=(low, high))
        self._region.sigRegionChangeFinished.connect(self._moved)
        self._canvas.addItem(self._region)

    def _points(self) -> None:
        if self._canvas is None:
            return
        palette = self._context.palette
        kept = self._region
        self._canvas.clear()
        if kept is not None:
            self._canvas.addItem(kept)
        faint, strong = QColor(palette.text_muted), QColor(palette.original)
        faint.setAlpha(STALE if self._stale else FAINT)
        strong.setAlpha(STALE if self._stale else STRONG)
        rows = _thinned(np.arange(len(self._x)))
        x, y = self._x[rows], self._y[rows]
        self._canvas.plot(x, y, pen=None, symbol="o", symbolSize=4, symbolBrush=faint, symbolPen=None)
        for rows, size, brush, pen in (
            (_thinned(self._chosen), 5, strong, None),
            (_thinned(self._marked), 12, None, palette.patched),
        ):
            if len(rows):
                x, y = self._x[rows], self._y[rows]
                self._canvas.plot(x, y, pen=None, symbol="o", symbolSize=size, symbolBrush=brush, symbolPen=pen)
        self._means()

    def _means(self) -> None:
        """Means of the chosen rows in groups of nearly equal size across, with their intervals."""
        import pyqtgraph as pg

        from app.studies.intervals import MEAN_INTERVAL
        from app.studies.levels_result import binned_means

        x, y = self._x[self._chosen], self._y[self._chosen]
        there = np.isfinite(x) & np.isfinite(y)
        count = int(there.sum())
        drawn = "" if len(self._x) <= MOST else f"; {MOST:,} points of them are drawn"
        self.note.setText(f"Squares: means of groups with their {MEAN_INTERVAL}; n = {count:,}{drawn}.")
        if not count:
            return
        centres, means, low, high = binned_means(x[there], y[there])
        colour = QColor(self._context.palette.text)
        colour.setAlpha(STALE if self._stale else 255)
        xs = np.column_stack([centres, centres, np.full(len(centres), np.nan)]).ravel()
        ys = np.column_stack([low, high, np.full(len(centres), np.nan)]).ravel()
        pen = pg.mkPen(colour, width=2)
        self._canvas.plot(xs, ys, pen=pen, connect="finite")
        self._canvas.plot(centres, means, pen=None, symbol="s", symbolSize=8, symbolBrush=colour, symbolPen=None)

    def _moved(self) -> None:
        low, high = self._region.getRegion()
        finite = self._x[np.isfinite(self._x)]
        whole = low <= finite.min() and high >= finite.max()
        self._range = None if whole else (float(low), float(high))
        self.brushed.emit()


def _thinned(rows: np.ndarray) -> np.ndarray:
    """At most `MOST` of the rows, evenly spaced."""
    return rows if len(rows) <= MOST else rows[np.linspace(0, len(rows) - 1, MOST).astype(np.int64)]
