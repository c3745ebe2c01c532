"""Grid of numbers in coloured cells, painted from the shapes that exports use; a cell can be clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.services.context import Context
from widgets.style.shape_painter import picture

if TYPE_CHECKING:
    from app.studies.study import Plot

_ROW: Final = 0.9


class GridView(QWidget):
    """A plot's grid, as wide as there is room.

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
    def _units(self) -> tuple[float, float]:
        """Width and height of the picture in cells of the drawing."""
        from app.drawing.plots import WIDTH

        rows = 0 if self._plot is None or self._plot.grid is None else len(self._plot.grid.rows)
        return WIDTH, rows * _ROW + 2.8

    def sizeHint(self) -> QSize:
        width, height = self._units
        return QSize(200, round(max(self.width(), 200) / width * height))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        if self._plot is None:
            return
        from app.drawing.heat_map import heat_map
        from app.drawing.plots import WIDTH

        shapes, height = heat_map(self._plot, self._context.palette, WIDTH)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._context.palette.open))
        scale = self.width() / WIDTH
        painter.translate(0, (height + 0.3) * scale)
        painter.scale(scale, -scale)
        painter.drawPicture(0, 0, picture(shapes))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().x(), event.position().y())
        if cell is not None:
            self.clicked.emit(*cell)

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """The cell at a place of the widget, in its pixels; None between cells."""
        if self._plot is None or self._plot.grid is None:
            return None
        from app.drawing.heat_map import cell_of
        from app.drawing.plots import WIDTH

        scale = self.width() / WIDTH
        return cell_of(self._plot, WIDTH, x / scale, y / scale - 0.3)
