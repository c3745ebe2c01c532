"""Scatter of two columns with means and a brush: a range across it chooses rows, and chosen rows are marked."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QWidget

from widgets.controls.panel_parts import column, muted
from widgets.controls.plot_canvas import dress_axis, plot_canvas, set_margins
from widgets.services.context import Context

LINES: Final = 9
FAINT, STRONG, STALE = 50, 190, 25
"""Opacity of points that are not chosen, that are, and of all while others are on their way; of 255."""

FAINT_SIZE, RING_SIZE, STRONG_SIZE = 4.0, 11.0, 5.0
"""Widths of points that are not chosen, of the discs under selected ones, and of points that are; in pixels."""


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
        # Once for all that changes at the same time, and after the event in which it did: a table of thousands of rows
        # takes its time there already.
        self._points_soon = QTimer(self, singleShot=True, interval=0)
        self._points_soon.timeout.connect(self._draw_points)
        self.setAccessibleName("Levels as points")
        self.setToolTip("Drag the ends of the band to choose the levels between them")
        self.layout_ = column(self)
        self.note = muted(wrap=True)
        self.layout_.addWidget(self.note)
        context.palette_changed.connect(self._draw)

    def show_points(self, x: str, y: str, xs: Any, ys: Any) -> None:
        """Show other columns; a brush over another column is dropped."""
        other = (x, y) != self._names
        if self._names[0] != x:
            self._range = None
        self._names = (x, y)
        self._x, self._y = (np.ma.filled(np.ma.asarray(values).astype(np.float64), np.nan) for values in (xs, ys))
        self._chosen = np.arange(len(self._x))
        self._marked = self._marked[self._marked < len(self._x)]
        if other or self._canvas is None:
            self._draw()
        else:
            # More rows of the same: the axes are as they were.
            self._place_band()
            self._points()

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
        if self._canvas is None:
            self._make_canvas()
        palette = self._context.palette
        self._canvas.setFixedHeight(LINES * QFontMetrics(self.font()).height())
        self._canvas.setBackground(palette.panel_raised)
        for side, name in zip(("bottom", "left"), self._names, strict=True):
            dress_axis(self._canvas, side, palette, self.font(), name.replace("_", " "))
        set_margins(self._canvas, self.font())
        self._place_band()
        self._points()

    def _make_canvas(self) -> None:
        import pyqtgraph as pg

        from widgets.studies.point_cloud import PointCloud

        self._canvas = plot_canvas()
        self.layout_.insertWidget(0, self._canvas)
        self._faint, self._rings, self._strong = (PointCloud(size) for size in (FAINT_SIZE, RING_SIZE, STRONG_SIZE))
        self._whiskers, self._squares = pg.PlotDataItem(connect="finite"), pg.PlotDataItem(pen=None)
        for item in (self._faint, self._rings, self._strong, self._whiskers, self._squares):
            self._canvas.addItem(item)

    def _place_band(self) -> None:
        """Put the axes around the points, and the band over the range that is chosen."""
        import pyqtgraph as pg

        there = np.isfinite(self._x) & np.isfinite(self._y)
        if not there.any():
            if self._region is not None:
                self._region.hide()
            return
        x, y = self._x[there], self._y[there]
        self._canvas.setRange(xRange=(x.min(), x.max()), yRange=(y.min(), y.max()), padding=0.05)
        low, high = _ends(self._x)
        fill = QColor(self._context.palette.accent)
        fill.setAlpha(30)
        if self._region is None:
            self._region = pg.LinearRegionItem()
            self._region.sigRegionChangeFinished.connect(self._moved)
            self._canvas.addItem(self._region)
        # The place of the band is told nobody: it is what is chosen already.
        self._region.blockSignals(True)
        self._region.setBrush(fill)
        if not self._region.moving:
            self._region.setBounds((low, high))
            self._region.setRegion(self._range or (low, high))
        self._region.blockSignals(False)
        self._region.show()

    def _points(self) -> None:
        if self._canvas is not None:
            self._points_soon.start()

    def _draw_points(self) -> None:
        palette = self._context.palette
        faint, strong, rings = QColor(palette.text_muted), QColor(palette.original), QColor(palette.patched)
        faint.setAlpha(STALE if self._stale else FAINT)
        strong.setAlpha(STALE if self._stale else STRONG)
        others = np.setdiff1d(np.arange(len(self._x)), self._chosen, assume_unique=True)
        for cloud, rows, colour in (
            (self._faint, others, faint),
            (self._rings, self._marked, rings),
            (self._strong, self._chosen, strong),
        ):
            cloud.show_points(self._x[rows], self._y[rows], colour)
        self._means()

    def _means(self) -> None:
        """Means of the chosen rows in groups of nearly equal size across, with their intervals."""
        import pyqtgraph as pg

        from app.studies.intervals import MEAN_INTERVAL
        from app.studies.levels_result import binned_means

        x, y = self._x[self._chosen], self._y[self._chosen]
        there = np.isfinite(x) & np.isfinite(y)
        count = int(there.sum())
        self.note.setText(f"Squares: means of groups with their {MEAN_INTERVAL}; n = {count:,}.")
        self._whiskers.setVisible(count > 0)
        self._squares.setVisible(count > 0)
        if not count:
            return
        centres, means, low, high = binned_means(x[there], y[there])
        colour = QColor(self._context.palette.text)
        colour.setAlpha(STALE if self._stale else 255)
        xs = np.column_stack([centres, centres, np.full(len(centres), np.nan)]).ravel()
        ys = np.column_stack([low, high, np.full(len(centres), np.nan)]).ravel()
        self._whiskers.setData(xs, ys, pen=pg.mkPen(colour, width=2), connect="finite")
        self._squares.setData(
            centres, means, pen=None, symbol="s", symbolSize=8, symbolBrush=colour, symbolPen=None, connect="finite"
        )

    def _moved(self) -> None:
        low, high = self._region.getRegion()
        first, last = _ends(self._x)
        self._range = None if low <= first and high >= last else (float(low), float(high))
        self.brushed.emit()


def _ends(values: np.ndarray) -> tuple[float, float]:
    """The smallest and the largest number there is."""
    finite = values[np.isfinite(values)]
    return float(finite.min()), float(finite.max())
