"""Items of a canvas: the maze, its arrows, and marks for pointer, keyboard and inspection."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QPropertyAnimation, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmapCache
from PySide6.QtWidgets import QApplication, QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.drawing.maze_shapes import FRAME
from app.drawing.palette import Palette
from app.drawing.shapes import Shape
from app.maze.maze import Square
from widgets.services.window_first import window_first
from widgets.style.shape_painter import paint

ARROW_KEYS = {
    Qt.Key.Key_Up: (1, 0),
    Qt.Key.Key_Down: (-1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}
"""The step, (rows, columns), of the keyboard's cursor."""

PALE = 0.35
"""Opacity of what is out of date."""

MARGIN = 0.15
"""Cells by which a square's drawing may reach out of it: half the width of a line, or the maze's frame."""

MOST_SQUARES = 48
"""With more than this, all are painted again."""

KEPT_KILOBYTES = 10 * 1024, 96 * 1024
"""Of pixels that Qt keeps: the least and the most."""

FADE = 250
"""Milliseconds in which something pales, or is back at its strength."""


Source = Callable[[Collection[Square] | None], tuple[Shape, ...]]
"""Gives shapes: all for None, else those of some squares and of all that reach into them."""


def fit_kept_pixels(window: QWidget) -> None:
    """Let Qt keep two layers of all that canvases of a window, and of the others in sight, can cover, and no more.

    It keeps layers of canvases that are gone, or had another size, as long as there is room.
    """
    windows = {window, *(top for top in QApplication.topLevelWidgets() if top.isVisible())}
    pixels = sum(top.width() * top.height() * top.devicePixelRatioF() ** 2 for top in windows)
    least, most = KEPT_KILOBYTES
    QPixmapCache.setCacheLimit(min(most, least + round(2 * 4 * pixels / 1024)))


class ShapesItem(pg.GraphicsObject):
    """A list of shapes, asked for when the screen is about to be painted: what changes faster costs nothing.

    Args:
        source: gives the shapes: all of them, or at least those of some squares and around them.
        kept: whether their pixels are kept, so that only the squares that change are painted again; for what changes
            all at once that would take longer.
    """

    def __init__(self, z: float, source: Source = lambda _: (), *, kept: bool = False) -> None:
        super().__init__()
        self.setZValue(z)
        self._side = 1.0
        self._source = source
        self._waiting: dict[Square, QRectF] = {}
        if kept:
            self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
            self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._fade = QPropertyAnimation(self, b"opacity", self)
        self._fade.setDuration(FADE)
        self._fade.setEndValue(1.0)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes painted."""
        return self._source(None)

    def refresh(self, side: float, squares: Collection[Square] | None = None) -> None:
        """The source gives other shapes, in a world of this side.

        Args:
            squares: those that look different; None for all.
        """
        if side != self._side:
            self.prepareGeometryChange()
            self._side = side
            squares = None
        if squares is None or len(squares) + len(self._waiting) > MOST_SQUARES:
            self._waiting = {}
            self.update()
            return
        for row, col in squares:
            box = QRectF(col - MARGIN, row - MARGIN, 1 + 2 * MARGIN, 1 + 2 * MARGIN)
            self._waiting[row, col] = box
            self.update(box)

    def set_shapes(self, shapes: tuple[Shape, ...], side: float) -> None:
        """Paint these shapes from now on, in a world of this side."""
        self._source = lambda _: shapes
        self.refresh(side)

    def set_pale(self, pale: bool, *, at_once: bool = False) -> None:
        """Pale smoothly or at once, or come back."""
        opacity = PALE if pale else 1.0
        if at_once:
            self._fade.stop()
            self._fade.setEndValue(opacity)
            self.setOpacity(opacity)
        elif opacity != self._fade.endValue():
            self._fade.stop()
            self._fade.setEndValue(opacity)
            self._fade.start()

    def boundingRect(self) -> QRectF:
        return QRectF(-FRAME, -FRAME, self._side + 2 * FRAME, self._side + 2 * FRAME)

    @window_first
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        # Of a square that is painted again, the pixels on its edge are cleared whole: more than the square is in them.
        pixel = 2 / max(abs(painter.worldTransform().m11()), 1.0)
        exposed = option.exposedRect.adjusted(-pixel, -pixel, pixel, pixel)
        within = [box.adjusted(-pixel, -pixel, pixel, pixel) for box in self._waiting.values()]
        squares, self._waiting = tuple(self._waiting), {}
        around = QRectF()
        for box in within:
            around = around.united(box)
        # Qt tells one rectangle around all that is exposed, 1 larger at each side: if it is around these squares alone,
        # they are all.
        if not within or not around.contains(option.exposedRect.adjusted(1, 1, -1, -1)):
            within, squares = [exposed], ()
        for shape in self._source(squares or None):
            paint(painter, shape, within)


class MarksItem(pg.GraphicsObject):
    """Outlines of squares: under the pointer, chosen for inspection, at the keyboard's cursor, seen by a pixel."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.setZValue(30)
        self._palette = palette
        self._side = 1.0
        self._hover: Square | None = None
        self._inspected: Square | None = None
        self._cursor: Square | None = None
        self._pixel: frozenset[Square] = frozenset()
        self._chosen: frozenset[Square] = frozenset()

    def set_palette(self, palette: Palette) -> None:
        """Paint in other colours."""
        self._palette = palette
        self.update()

    def set_side(self, side: float) -> None:
        """The world has another side."""
        self.prepareGeometryChange()
        self._side = side

    def set_hover(self, square: Square | None) -> None:
        """Mark the square under the pointer."""
        self._hover = square
        self.update()

    def set_inspected(self, square: Square | None) -> None:
        """Mark the square chosen for inspection."""
        self._inspected = square
        self.update()

    def set_cursor_square(self, square: Square | None) -> None:
        """Mark the keyboard's square."""
        self._cursor = square
        self.update()

    def set_pixel(self, squares: Collection[Square]) -> None:
        """Mark the squares that one activation pixel sees."""
        self._pixel = frozenset(squares)
        self.update()

    def set_chosen(self, squares: Collection[Square]) -> None:
        """Mark the squares at which a patch acts."""
        if frozenset(squares) != self._chosen:
            self._chosen = frozenset(squares)
            self.update()

    @property
    def chosen(self) -> frozenset[Square]:
        """The squares at which a patch acts, while they are chosen."""
        return self._chosen

    @property
    def cursor_square(self) -> Square | None:
        """The keyboard's square."""
        return self._cursor

    def boundingRect(self) -> QRectF:
        return QRectF(-1, -1, self._side + 2, self._side + 2)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for square in self._pixel:
            self._outline(painter, square, self._palette.accent, 1.5, fill=0.22)
        for square in self._chosen:
            self._outline(painter, square, self._palette.patched, 2.0, fill=0.25)
        if self._hover is not None:
            self._outline(painter, self._hover, self._palette.text, 1.2, fill=0.06)
        if self._inspected is not None:
            self._outline(painter, self._inspected, self._palette.accent, 2.0)
        if self._cursor is not None:
            self._corners(painter, self._cursor, self._palette.focus, 3.0)

    def _outline(self, painter: QPainter, square: Square, colour: str, width: float, fill: float = 0.0) -> None:
        row, col = square
        self._box(painter, QRectF(col + 0.03, row + 0.03, 0.94, 0.94), colour, width, fill)

    @staticmethod
    def _corners(painter: QPainter, square: Square, colour: str, width: float) -> None:
        """The keyboard's cursor: the four corners of a square, which no other mark has."""
        pen = QPen(QColor(colour), width)
        pen.setCosmetic(True)
        painter.setPen(pen)
        row, col = square
        for y, up in ((row, 1), (row + 1, -1)):
            for x, right in ((col, 1), (col + 1, -1)):
                painter.drawPolyline([QPointF(x + 0.3 * right, y), QPointF(x, y), QPointF(x, y + 0.3 * up)])

    @staticmethod
    def _box(painter: QPainter, box: QRectF, colour: str, width: float, fill: float) -> None:
        pen = QPen(QColor(colour), width)
        # The line's width is in pixels of the screen, whatever the zoom.
        pen.setCosmetic(True)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        inside = QColor(colour)
        inside.setAlphaF(fill)
        painter.setBrush(inside)
        painter.drawRect(box)
