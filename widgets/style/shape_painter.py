"""Painting the shapes of `app.drawing.shapes` with Qt: the window's end of the one list that exports paint as well."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from cachetools import LRUCache
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPainterPath, QPen, QPicture, QPolygonF

from app.drawing.shapes import Circle, Point, Polygon, Polyline, Rect, Rects, Segments, Shape, Text
from widgets.style import theme

_CAPS = {"round": Qt.PenCapStyle.RoundCap, "butt": Qt.PenCapStyle.FlatCap}
_TEXT_PIXELS = 100
"""Text is laid out at this size and scaled down: fonts have whole pixels, cells do not."""


def picture(shapes: Iterable[Shape]) -> QPicture:
    """The shapes as Qt's record of drawing commands: vectors, sharp at any zoom, and drawn again without Python."""
    record = QPicture()
    painter = QPainter(record)
    for shape in shapes:
        paint(painter, shape)
    painter.end()
    return record


_KEPT = 6
_recent: LRUCache[int, tuple[tuple[Shape, ...], QPicture]] = LRUCache(_KEPT)


def recorded(shapes: tuple[Shape, ...]) -> QPicture:
    """The record of these very shapes; canvases next to each other show the same maze and share it."""
    found = _recent.get(id(shapes))
    if found is not None:
        return found[1]
    made = picture(shapes)
    # The shapes are kept with it, so that their id is nobody else's.
    _recent[id(shapes)] = (shapes, made)
    return made


def paint(painter: QPainter, shape: Shape) -> None:
    """Paint one shape; the painter's y axis points upwards, its unit is a cell."""
    smooth = not isinstance(shape, Rect | Rects)
    # Cells are filled to whole pixels: smoothed edges would look blurred, and show seams between neighbours.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
    match shape:
        case Rect():
            painter.fillRect(QRectF(shape.x, shape.y, shape.width, shape.height), _colour(shape.fill, shape.opacity))
        case Rects():
            path = QPainterPath()
            for x, y, width, height in shape.boxes:
                path.addRect(x, y, width, height)
            path.setFillRule(Qt.FillRule.WindingFill)
            painter.fillPath(path, QBrush(_colour(shape.fill, shape.opacity)))
        case Polygon():
            painter.setBrush(_colour(shape.fill, shape.opacity))
            painter.setPen(_pen(shape.stroke, shape.stroke_width, shape.opacity if shape.stroke else 1.0))
            painter.drawPolygon(_points(shape.points))
        case Polyline():
            painter.setPen(_pen(shape.stroke, shape.width, shape.opacity, shape.cap))
            painter.drawPolyline(_points(shape.points))
        case Segments():
            painter.setPen(_pen(shape.stroke, shape.width, shape.opacity, "butt"))
            painter.drawLines([QLineF(*segment) for segment in shape.segments])
        case Circle():
            painter.setBrush(Qt.BrushStyle.NoBrush if shape.fill is None else _colour(shape.fill, shape.opacity))
            painter.setPen(_pen(shape.stroke, shape.stroke_width, shape.opacity))
            painter.drawEllipse(QPointF(shape.x, shape.y), shape.radius, shape.radius)
        case Text():
            _paint_text(painter, shape)


def _paint_text(painter: QPainter, shape: Text) -> None:
    font = QFont(theme.font_family())
    font.setPixelSize(_TEXT_PIXELS)
    if shape.weight == "semibold":
        font.setWeight(QFont.Weight.DemiBold)
    path = QPainterPath()
    path.addText(0, 0, font, shape.text)
    width = path.boundingRect().right()
    shift = {"start": 0.0, "middle": -width / 2, "end": -width}[shape.anchor]
    painter.save()
    painter.translate(shape.x, shape.y)
    scale = shape.size / _TEXT_PIXELS
    painter.scale(scale, -scale)
    painter.translate(shift, 0)
    painter.fillPath(path, QBrush(QColor(shape.colour)))
    painter.restore()


def _points(points: tuple[Point, ...]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points])


@lru_cache(maxsize=512)
def _pen(stroke: str | None, width: float, opacity: float, cap: str = "butt") -> QPen:
    if stroke is None or width <= 0:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(_colour(stroke, opacity), width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(_CAPS[cap])
    return pen


def _colour(colour: str, opacity: float) -> QColor:
    made = QColor(colour)
    made.setAlphaF(opacity)
    return made
