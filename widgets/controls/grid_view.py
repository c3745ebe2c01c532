"""Grid of numbers in coloured cells, painted from the shapes that exports use; a cell can be clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontInfo, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.number_format import short
from widgets.controls.panel_parts import unbroken
from widgets.services.context import Context
from widgets.style.shape_painter import picture

if TYPE_CHECKING:
    from app.studies.study import Plot

ROW: Final = 0.7
"""Height of a row, in the drawing's measure."""

AROUND: Final = 2.25
"""Height of what is over and under the rows."""

CUT: Final = 0.25
"""Height that the drawing leaves free over its uppermost text; it is not shown."""

SMALLEST: Final = 0.75
"""Size of the smallest text, in that of the window's."""


class GridView(QWidget):
    """A plot's grid, as wide as there is room, with names in the window's size of text.

    A number that would be too small in its cell is left out; the tooltip says each with the names of row and column.

    Signals:
        clicked(int, int): row, from the top, and column of a cell.
    """

    clicked = Signal(int, int)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._plot: Plot | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_plot(self, plot: Plot) -> None:
        """Show a plot that has a grid."""
        self._plot = plot
        self.updateGeometry()
        self.update()

    @property
    def _scale(self) -> float:
        """Pixels of one in the drawing's measure."""
        from app.drawing.heat_map import NAME

        return QFontInfo(self.font()).pixelSize() / NAME

    def sizeHint(self) -> QSize:
        rows = 0 if self._plot is None or self._plot.grid is None else len(self._plot.grid.rows)
        return QSize(200, round((rows * ROW + AROUND) * self._scale))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        if self._plot is None:
            return
        from app.drawing.heat_map import NAME, heat_map

        scale = self._scale
        shapes, height = heat_map(self._plot, self._context.palette, self.width() / scale, ROW, SMALLEST * NAME)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._context.palette.open))
        painter.translate(0, (height - CUT) * scale)
        painter.scale(scale, -scale)
        painter.drawPicture(0, 0, picture(shapes))
        painter.end()

    def event(self, event: QEvent) -> bool:
        """A tooltip says the number under the pointer."""
        if isinstance(event, QHelpEvent):
            cell = self.cell_at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), "" if cell is None else self.words(*cell), self)
            return True
        return super().event(event)

    def words(self, row: int, column: int) -> str:
        """The number of a cell in words."""
        assert self._plot is not None
        grid = self._plot.grid
        assert grid is not None
        value = float(grid.values[row, column])
        number = short(value) + (f" {grid.unit}" if grid.unit else "") if np.isfinite(value) else "no number"
        n = "" if grid.n is None else f"; n = {grid.n[row, column]}"
        return unbroken(f"{grid.rows[row]}, {self._plot.x.name} {grid.columns[column]}: {number}{n}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().x(), event.position().y())
        if cell is not None:
            self.clicked.emit(*cell)

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """The cell at a place of the widget, in its pixels; None between cells."""
        if self._plot is None or self._plot.grid is None:
            return None
        from app.drawing.heat_map import cell_of

        scale = self._scale
        return cell_of(self._plot, self.width() / scale, x / scale, y / scale + CUT, ROW)
