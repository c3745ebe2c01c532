"""Live plot of a study's series by pyqtgraph, or of its grid, in the palette's colours."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsOpacityEffect, QLabel, QSizePolicy, QStackedWidget, QWidget

from app.drawing.palette import Palette
from app.drawing.stacked_bars import HALF_NET, Segment, segment_at
from widgets.controls.category_ticks import category_ticks
from widgets.controls.grid_view import GridView
from widgets.controls.panel_parts import column, heading, muted, unbroken
from widgets.controls.plot_canvas import add_stacks, dress_axis, own_ticks, plot_canvas, set_margins
from widgets.controls.plot_reading import legend_entry, reading
from widgets.services.context import Context

if TYPE_CHECKING:
    from app.studies.study import Plot, Series

LINES: Final = 11
"""Lines of text that the picture is high."""

MORE_LINES: Final = 6
"""More of them with stacked bars, whose pieces are small."""

LOW_LINES, LOW_MORE_LINES = 7, 0
"""The same in a low panel."""

USUAL_LINES: Final = 2
"""Lines of names below an axis that the picture has room for; with more it is higher."""

EDGE: Final = 0.3
"""Of a place's width: what is beyond its middle at an end of an axis, at least."""

TRIES: Final = 3
"""Names are broken again where what is over the ends of the axis leaves less room for them."""

ANYWHERE: Final = 10_000
"""Pixels from an axis within which its names are drawn."""

STALE: Final = 0.35
"""Opacity of a plot of what is no longer on the canvas."""

MOST_MARKS: Final = 60
"""Marks with lines of their own; more are short ticks at the foot."""


class PlotView(QWidget):
    """Title, legend, picture and note of one plot. pyqtgraph is loaded with the first plot that is shown.

    Signals:
        picked(float): a place on the x axis was clicked, or the handle was dragged there; not where it has names.
        cell_clicked(int, int): row and column of a cell of a grid.
        piece_clicked(str): the name of the series whose piece of a stacked bar was clicked.
    """

    picked = Signal(float)
    cell_clicked = Signal(int, int)
    piece_clicked = Signal(str)

    def __init__(self, context: Context, lines: int = LINES) -> None:
        super().__init__()
        self._context, self._lines, self._more, self._titled = context, lines, MORE_LINES, True
        self._plot: Plot | None = None
        self._handle_at: float | None = None
        self._canvas: Any = None
        self._handle: Any = None
        self._cursor: Any = None
        self.title = heading("")
        self.title.setWordWrap(True)
        self.legend = QLabel()
        self.legend.setWordWrap(True)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.note = muted(wrap=True)
        self.reading = muted(wrap=True)
        self.grid = GridView(context)
        self.grid.clicked.connect(self.cell_clicked)
        self._picture = QStackedWidget()
        self._picture.addWidget(self.grid)
        self._picture.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.words = QWidget()
        """Values under the pointer or the handle, and the note; whoever shows the plot may put them elsewhere."""
        words = column(self.words, 0, 2)
        for label in (self.reading, self.note):
            words.addWidget(label)
        self._column = column(self, 0, 2)
        for part in (self.title, self.legend, self._picture, self.words):
            self._column.addWidget(part)
        self._fade = QGraphicsOpacityEffect(self, opacity=STALE)
        self._fade.setEnabled(False)
        self.setGraphicsEffect(self._fade)
        context.palette_changed.connect(self._draw)
        self.hide()

    @property
    def plot(self) -> Plot | None:
        """The plot shown."""
        return self._plot

    @property
    def stale(self) -> bool:
        """True if it is faded."""
        return self._fade.isEnabled()

    def show_plot(self, plot: Plot | None, handle: float | None = None) -> None:
        """Show a plot, or nothing.

        Args:
            plot: the plot.
            handle: a place on its x axis that can be dragged, unless that has names; None for none.
        """
        self._plot, self._handle_at = plot, handle
        self.setVisible(plot is not None)
        self.words.setVisible(plot is not None)
        self._draw()

    @property
    def _low(self) -> bool:
        return self._lines == LOW_LINES

    def take_words(self) -> None:
        """Show the words under the picture; they may have been elsewhere."""
        self._column.addWidget(self.words)

    def set_handle(self, x: float) -> None:
        """Move the handle, where there is one; emits no signal."""
        self._handle_at = x
        if self._handle is not None:
            self._handle.blockSignals(True)
            self._handle.setValue(x)
            self._handle.blockSignals(False)
            self._read(x)

    def set_low(self, low: bool) -> None:
        """Draw the plot lower, for a panel in which it would not be in sight whole; or as high as usual."""
        lines, more = (LOW_LINES, LOW_MORE_LINES) if low else (LINES, MORE_LINES)
        if (lines, more) != (self._lines, self._more):
            self._lines, self._more = lines, more
            self._draw()

    def set_titled(self, titled: bool) -> None:
        """Show the plot's title over it, or not, where it is elsewhere."""
        self._titled = titled
        self.title.setVisible(titled)

    def set_stale(self, stale: bool) -> None:
        """Fade the plot, or show it at full strength."""
        self._fade.setEnabled(stale)
        self.words.setEnabled(not stale)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A wheel over the plot scrolls the panel, not the plot."""
        if isinstance(event, QWheelEvent):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _draw(self, *_: object) -> None:
        plot = self._plot
        if plot is None:
            return
        self.title.setText(unbroken(plot.title))
        self.title.setVisible(self._titled)
        self.note.setText(unbroken(plot.note))
        self.note.setVisible(bool(plot.note))
        self.setAccessibleName(plot.title)
        if plot.grid is not None:
            self.legend.hide()
            self.reading.hide()
            self.grid.show_plot(plot)
            self._picture.setFixedHeight(self.grid.sizeHint().height())
            self._picture.setCurrentWidget(self.grid)
            return
        if self._canvas is None:
            self._make_canvas()
        self._picture.setCurrentWidget(self._canvas)
        self._fill(plot, self._context.palette)
        self._read(self._handle_place)

    def _make_canvas(self) -> None:
        self._canvas = plot_canvas()
        self._canvas.viewport().installEventFilter(self)
        self._canvas.scene().sigMouseMoved.connect(self._hover)
        self._canvas.scene().sigMouseClicked.connect(self._click)
        self._picture.addWidget(self._canvas)

    def _fill(self, plot: Plot, palette: Palette) -> None:
        import pyqtgraph as pg

        from app.drawing.plot_axes import axis_text, plot_limits
        from app.drawing.plots import colour_of

        canvas = self._canvas
        canvas.clear()
        canvas.setBackground(palette.panel_raised)
        font = self.font()
        (low, high), (bottom, top) = plot_limits(plot)
        for side, axis, ends in (("bottom", plot.x, (low, high)), ("left", plot.y, (bottom, top))):
            # What runs upwards is named over the plot: there its name would be cut off in a low panel.
            named = side == "bottom" and not (self._low and axis.categories)
            item = dress_axis(canvas, side, palette, font, axis_text(axis) if named else "")
            item.setTicks(own_ticks(axis, ends))
        self._name_places(plot)
        canvas.setLogMode(plot.x.log, plot.y.log)
        canvas.showGrid(x=not plot.x.categories, y=True, alpha=0.15)
        entries: dict[str, str] = {}
        canvas.setRange(xRange=(low, high), yRange=(bottom, top), padding=0)
        add_stacks(canvas, plot, palette, font, 0.75 * self._picture.height() / (top - bottom))
        for series in plot.series:
            colour = colour_of(plot, series, palette)
            if series.kind != "stack":
                self._add(series, colour, plot)
            if series.name:
                entries.setdefault(series.name, legend_entry(series, colour))
        self._mark(plot, palette)
        # What runs upwards is named over the plot: next to it, its name would be cut off in a low panel.
        words = [escape(axis_text(plot.y)) + (":" if entries else ""), *entries.values()]
        self.legend.setText("&ensp; ".join(words))
        self.legend.show()
        self._handle = None
        if self._handle_at is not None and not plot.x.categories:
            pen, strong = pg.mkPen(palette.accent, width=3), pg.mkPen(palette.focus, width=5)
            self._handle = pg.InfiniteLine(self._handle_at, movable=True, pen=pen, hoverPen=strong, bounds=(low, high))
            self._handle.sigPositionChanged.connect(lambda line: self.picked.emit(float(line.value())))
            canvas.addItem(self._handle)
        self._cursor = pg.InfiniteLine(0, pen=pg.mkPen(palette.text_muted, width=1, style=Qt.PenStyle.DotLine))
        self._cursor.hide()
        canvas.addItem(self._cursor, ignoreBounds=True)

    def _name_places(self, plot: Plot) -> None:
        """Write the names below the axis in the room that there is now, and make the picture as high as it takes."""
        metrics, item, names = QFontMetrics(self.font()), self._canvas.getAxis("bottom"), plot.x.categories
        lines = self._lines + (self._more if any(series.kind == "stack" for series in plot.series) else 0)
        item.setHeight(None)
        before = over = 0
        # Names are apart already; what is over the ends of the axis is to be seen all the same.
        item.setStyle(hideOverlappingLabels=ANYWHERE if names else True)
        if names:
            left = self._canvas.getAxis("left").width()
            for _ in range(TRIES):
                room = (self.width() - left - before - over) / len(names)
                ticks, high = category_ticks(names, room, metrics)
                first, last = (max(map(metrics.horizontalAdvance, ticks[at][1].split("\n"))) / 2 for at in (0, -1))
                before = max(before, round(first - left - EDGE * room))
                over = max(over, round(last - EDGE * room))
            item.setTicks([ticks])
            # Pyqtgraph leaves room for one line of ticks over the axis' name, which is left out in a low panel.
            around = 0.5 if self._low else 1.5
            item.setHeight((around + high) * metrics.height() if high > 1 else None)
            lines += max(0, high - USUAL_LINES)
        set_margins(self._canvas, self.font(), before, over)
        self._picture.setFixedHeight(lines * metrics.height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        plot = self._plot
        if plot is not None and plot.grid is None and self._canvas is not None and plot.x.categories:
            self._name_places(plot)

    def _add(self, series: Series, colour: str, plot: Plot) -> None:
        import pyqtgraph as pg

        canvas, x = self._canvas, series.x
        style = Qt.PenStyle.DashLine if series.control else Qt.PenStyle.SolidLine
        if series.y.ndim == 2:
            # All thin lines as one: a gap between each two.
            gap = np.full((len(series.y), 1), np.nan)
            ys = np.hstack([series.y, gap]).ravel()
            xs = np.tile(np.append(x, np.nan), len(series.y))
            canvas.plot(xs, ys, pen=pg.mkPen(_clear(colour, 0.25), width=1), connect="finite")
            return
        pen = QPen(pg.mkPen(colour, width=2, style=style))
        if series.kind == "level":
            ends = np.repeat(x, 2) + np.tile([-HALF_NET, HALF_NET], len(x))
            for thick, ink in ((6, self._context.palette.panel_raised), (3, colour)):
                canvas.plot(ends, np.repeat(series.y, 2), pen=pg.mkPen(ink, width=thick), connect="pairs")
            return
        if series.kind == "bars":
            bars = [each for each in plot.series if each.kind == "bars"]
            width = 0.8 / len(bars)
            place = next(number for number, each in enumerate(bars) if each is series)
            centres = x + (place - (len(bars) - 1) / 2) * width
            fill = None if series.control else QColor(colour)
            item = pg.BarGraphItem(x=centres, height=np.nan_to_num(series.y), width=0.9 * width, brush=fill, pen=pen)
            canvas.addItem(item)
            self._whiskers(series, centres, colour)
            return
        if series.low is not None and series.high is not None and series.kind != "points":
            ends = [pg.PlotDataItem(x, end, pen=None) for end in (series.low, series.high)]
            for end in ends:
                canvas.addItem(end)
            canvas.addItem(pg.FillBetweenItem(*ends, brush=_clear(colour, 0.18)))
        if series.kind == "points":
            self._whiskers(series, x, colour)
            brush = None if series.control else QColor(colour)
            canvas.plot(x, series.y, pen=None, symbol="o", symbolSize=7, symbolBrush=brush, symbolPen=colour)
        elif series.kind == "steps":
            edges = np.append(x - 0.5, x[-1:] + 0.5)
            canvas.plot(edges, series.y, pen=pen, stepMode="center")
        else:
            canvas.plot(x, series.y, pen=pen, connect="finite")

    def _whiskers(self, series: Series, x: np.ndarray, colour: str) -> None:
        if series.low is None or series.high is None:
            return
        xs = np.column_stack([x, x, np.full(len(x), np.nan)]).ravel()
        ys = np.column_stack([series.low, series.high, np.full(len(x), np.nan)]).ravel()
        import pyqtgraph as pg

        self._canvas.plot(xs, ys, pen=pg.mkPen(colour, width=1), connect="finite")

    def _mark(self, plot: Plot, palette: Palette) -> None:
        import pyqtgraph as pg

        many = len(plot.marks) > MOST_MARKS
        for mark in plot.marks:
            colour = getattr(palette, mark.role)
            pen = pg.mkPen(_clear(colour, 0.35 if many else 0.8), width=1, style=Qt.PenStyle.DotLine)
            label = mark.label or None
            item = pg.InfiniteLine(mark.x, pen=pen, label=label, labelOpts={"color": colour, "position": 0.92})
            if not mark.label:
                item.setSpan(0, 0.06)
            self._canvas.addItem(item, ignoreBounds=True)

    def _place(self, position: Any) -> float | None:
        box = self._canvas.getPlotItem().vb
        if not box.sceneBoundingRect().contains(position):
            return None
        x = float(box.mapSceneToView(position).x())
        return 10**x if self._plot is not None and self._plot.x.log else x

    @property
    def _handle_place(self) -> float | None:
        return None if self._handle is None else self._handle_at

    def _piece(self, position: Any) -> Segment | None:
        """The piece of a stacked bar at a place of the scene."""
        if self._plot is None or self._place(position) is None:
            return None
        at = self._canvas.getPlotItem().vb.mapSceneToView(position)
        return segment_at(self._plot, at.x(), at.y())

    def _hover(self, position: Any) -> None:
        x = self._place(position)
        piece = self._piece(position)
        self._canvas.viewport().setCursor(
            Qt.CursorShape.ArrowCursor if piece is None else Qt.CursorShape.PointingHandCursor
        )
        if x is None or self._plot is None:
            self._cursor.hide()
            self._read(self._handle_place)
            return
        self._cursor.setValue(np.log10(x) if self._plot.x.log else x)
        self._cursor.setVisible(not self._plot.x.categories)
        self._read(x, piece)

    def _click(self, event: Any) -> None:
        x = self._place(event.scenePos())
        if x is None or event.button() != Qt.MouseButton.LeftButton:
            return
        piece = self._piece(event.scenePos())
        if piece is not None:
            self.piece_clicked.emit(piece.series.name)
        if self._plot is not None and not self._plot.x.categories:
            self.picked.emit(x)

    def _read(self, x: float | None, piece: Segment | None = None) -> None:
        """Say the series' numbers at the nearest point, or that of one piece of a stacked bar."""
        if self._plot is None or self._plot.grid is not None:
            return
        self.reading.setText("" if x is None else reading(self._plot, x, piece))
        # The line keeps its place: a plot must not jump under the pointer.
        self.reading.setMinimumHeight(QFontMetrics(self.reading.font()).height())
        self.reading.show()

    def sizeHint(self) -> QSize:
        return QSize(12 * QFontMetrics(self.font()).height(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(6 * QFontMetrics(self.font()).height(), super().minimumSizeHint().height())


def _clear(colour: str, opacity: float) -> QColor:
    found = QColor(colour)
    found.setAlphaF(opacity)
    return found
