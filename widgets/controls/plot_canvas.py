"""Canvas of pyqtgraph in the window's colours, which neither menus nor the wheel move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics

from app.drawing.palette import Palette
from app.drawing.stacked_bars import HALF, ink_on, number_in, segments
from app.number_format import MINUS

if TYPE_CHECKING:
    from app.studies.study import Axis, Plot


def plot_canvas() -> Any:
    """A new, empty canvas (`pyqtgraph.PlotWidget`). Loads pyqtgraph."""
    import pyqtgraph as pg

    pg.setConfigOptions(antialias=True)
    canvas = pg.PlotWidget(axisItems={side: _axis(side) for side in ("bottom", "left")})
    canvas.setMenuEnabled(False)
    canvas.hideButtons()
    canvas.setMouseEnabled(False, False)
    canvas.setFrameShape(canvas.Shape.NoFrame)
    canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    # Qt paints nothing under an opaque widget, not even one that is faded: the picture from before would show through.
    canvas.viewport().setAutoFillBackground(False)
    canvas.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)
    return canvas


def _axis(side: str) -> Any:
    import pyqtgraph as pg

    class Axis(pg.AxisItem):
        """Axis with true minus signs; what runs upwards has the numbers at its ends as well."""

        def tickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
            return [text.replace("-", MINUS) for text in super().tickStrings(values, scale, spacing)]

        def boundingRect(self) -> QRectF:
            found = super().boundingRect()
            font = self.style["tickFont"]
            # A number that is not inside is not drawn; over the upper end, `set_margins` leaves room.
            beyond = _half_line(font) if side == "left" and font is not None else 0
            return QRectF(found.adjusted(0, -beyond, 0, beyond))

    return Axis(orientation=side)


def dress_axis(canvas: Any, side: str, palette: Palette, font: QFont, label: str = "") -> Any:
    """Give the axis at a side ("bottom" or "left") the colours, the font and a label; returns it."""
    import pyqtgraph as pg

    axis = canvas.getAxis(side)
    axis.setPen(pg.mkPen(palette.border))
    axis.setTextPen(pg.mkPen(palette.text))
    axis.setStyle(tickFont=font, hideOverlappingLabels=True)
    axis.enableAutoSIPrefix(False)
    axis.showLabel(bool(label))
    if label:
        axis.setLabel(label, color=palette.text_muted, **{"font-size": f"{font.pointSizeF():g}pt"})
    return axis


def set_margins(canvas: Any, font: QFont, left: int = 0, right: int = 0) -> None:
    """Leave room around the plot: over it half a line for the uppermost number, and pixels left and right of it."""
    canvas.getPlotItem().layout.setContentsMargins(1 + left, _half_line(font), 1 + right, 1)


def _half_line(font: QFont) -> int:
    return QFontMetrics(font).height() // 2 + 1


def own_ticks(axis: Axis, ends: tuple[float, float]) -> list[list[tuple[float, str]]] | None:
    """Ticks of an axis of names or powers, in its own places; None for those that pyqtgraph makes."""
    if axis.categories:
        return [list(enumerate(axis.categories))]
    if not axis.log:
        return None
    from app.drawing.plot_axes import axis_ticks

    return [[(float(np.log10(value)), text) for value, text in axis_ticks(axis, ends)]]


def add_stacks(canvas: Any, plot: Plot, palette: Palette, font: QFont, scale: float) -> None:
    """Draw a plot's stacked bars on a canvas, with the number of each piece in it where it has room.

    Args:
        scale: about how many pixels a unit of the y axis is high.
    """
    import pyqtgraph as pg

    from app.drawing.plots import colour_of

    room = QFontMetrics(font).height() / scale
    for piece in segments(plot):
        colour = colour_of(plot, piece.series, palette)
        hollow = piece.series.control
        edge = pg.mkPen(colour if hollow else palette.panel_raised, width=1)
        bar = pg.BarGraphItem(
            x=[piece.x],
            y0=[piece.low],
            y1=[piece.high],
            width=2 * HALF,
            brush=None if hollow else colour,
            pen=edge,
        )
        canvas.addItem(bar)
        number = number_in(plot, piece, room)
        if number and not hollow:
            text = pg.TextItem(number, color=ink_on(colour, palette), anchor=(0.5, 0.5))
            text.setFont(font)
            text.setPos(piece.x, (piece.low + piece.high) / 2)
            canvas.addItem(text, ignoreBounds=True)
