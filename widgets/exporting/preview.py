"""Preview of an export: the page as it will be, drawn from the same shapes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPicture
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.drawing.figure import Figure
from widgets.services.context import Context
from widgets.style.shape_painter import picture

CHECK = 8
"""Pixels of a square of the pattern that shows through a transparent page."""


class Preview(QWidget):
    """A figure as large as there is room, over the page's colour; a chequered ground where the page has none."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._figure: Figure | None = None
        self._record: QPicture | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Preview")

    @property
    def figure(self) -> Figure | None:
        """The figure shown."""
        return self._figure

    def show_figure(self, figure: Figure | None, about: str = "") -> None:
        """Show a page, or nothing.

        Args:
            about: what it is, for the tooltip and for screen readers.
        """
        self._figure = figure
        self._record = None
        self.setToolTip(about)
        self.setAccessibleDescription(about)
        self.update()

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(19 * line, 17 * line)

    def minimumSizeHint(self) -> QSize:
        # On a small screen it gives way: the fields come first.
        return QSize(1, 1)

    def page_rect(self) -> QRectF:
        """The rectangle of the page, in the widget's pixels."""
        if self._figure is None:
            return QRectF()
        unit = min(self.width() / self._figure.width, self.height() / self._figure.height)
        width, height = unit * self._figure.width, unit * self._figure.height
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._figure is None:
            return
        painter = QPainter(self)
        page, palette = self.page_rect(), self._context.palette
        if self._figure.background is None:
            painter.save()
            painter.setClipRect(page)
            for row in range(int(page.height() // CHECK) + 1):
                for column in range(int(page.width() // CHECK) + 1):
                    colour = palette.panel if (row + column) % 2 else palette.border
                    at = QRectF(page.x() + column * CHECK, page.y() + row * CHECK, CHECK, CHECK)
                    painter.fillRect(at, QColor(colour))
            painter.restore()
        else:
            painter.fillRect(page, QColor(self._figure.background))
        painter.save()
        # The page's origin is its bottom left.
        painter.translate(page.bottomLeft())
        painter.scale(page.width() / self._figure.width, -page.height() / self._figure.height)
        if self._record is None:
            self._record = picture(self._figure.shapes)
        painter.drawPicture(0, 0, self._record)
        painter.restore()
        painter.setPen(QColor(palette.border))
        painter.drawRect(page.adjusted(0, 0, -1, -1))
