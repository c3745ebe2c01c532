"""Painting the shapes of `app.drawing.shapes` with Qt: the window's end of the one list that exports paint as well."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPainterPath, QPen, QPicture, QPolygonF

from app.drawing.shapes import Circle, Discs, Point, Polygon, Polygons, Polyline, Rect, Rects, Segments, Shape, Text
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


_CORNERS: Final = 24
_ROUND: Final = np.stack([np.cos(turn := np.arange(_CORNERS) * 2 * np.pi / _CORNERS), np.sin(turn)], axis=1)
"""A disc of radius 1 on the screen: less than a hundredth of its radius from a circle, and painted in half the time."""


def paint(painter: QPainter, shape: Shape, within: Sequence[QRectF] | None = None) -> None:
    """Paint one shape; the painter's y axis points upwards, its unit is a cell.

    Args:
        within: the parts that are to be painted: what is out of them is left out, where that saves time.
    """
    if within is not None and not _seen(shape, within):
        return
    smooth = not isinstance(shape, Rect | Rects)
    # Cells are filled to whole pixels: smoothed edges would look blurred, and show seams between neighbours.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
    match shape:
        case Rect():
            painter.fillRect(QRectF(shape.x, shape.y, shape.width, shape.height), _colour(shape.fill, shape.opacity))
        case Rects():
            _paint_boxes(painter, shape, within)
        case Polygon():
            painter.setBrush(_colour(shape.fill, shape.opacity))
            painter.setPen(_pen(shape.stroke, shape.stroke_width, shape.opacity if shape.stroke else 1.0))
            painter.drawPolygon(_points(shape.points))
        case Polygons():
            _paint_polygons(painter, shape.points, shape.fill, shape.opacities, within)
        case Discs():
            rounds = shape.centres[:, None] + shape.radius * _ROUND
            _paint_polygons(painter, rounds, shape.fill, shape.opacities, within)
        case Polyline():
            painter.setPen(_pen(shape.stroke, shape.width, shape.opacity, shape.cap))
            painter.drawPolyline(_points(shape.points))
        case Segments():
            painter.setPen(_pen(shape.stroke, shape.width, shape.opacity, "butt"))
            segments = shape.segments
            if within is not None:
                ends = np.array(segments).reshape(-1, 2, 2)
                some = _touching(ends.min(axis=1) - shape.width, ends.max(axis=1) + shape.width, within)
                segments = tuple(segments[at] for at in np.flatnonzero(some).tolist())
            painter.drawLines([QLineF(*segment) for segment in segments])
        case Circle():
            painter.setBrush(Qt.BrushStyle.NoBrush if shape.fill is None else _colour(shape.fill, shape.opacity))
            painter.setPen(_pen(shape.stroke, shape.stroke_width, shape.opacity))
            painter.drawEllipse(QPointF(shape.x, shape.y), shape.radius, shape.radius)
        case Text():
            _paint_text(painter, shape)


def _seen(shape: Shape, within: Sequence[QRectF]) -> bool:
    """False if a single shape is out of all of these rectangles for certain; with its stroke."""
    match shape:
        case Polygon() | Polyline():
            across, up = zip(*shape.points, strict=True)
            box = (min(across), min(up), max(across), max(up))
        case Circle():
            box = (shape.x - shape.radius, shape.y - shape.radius, shape.x + shape.radius, shape.y + shape.radius)
        case _:
            return True
    stroke = getattr(shape, "stroke_width", 0.0) or getattr(shape, "width", 0.0)
    left, bottom, right, top = box[0] - stroke, box[1] - stroke, box[2] + stroke, box[3] + stroke
    return any(
        left <= each.right() and right >= each.left() and bottom <= each.bottom() and top >= each.top()
        for each in within
    )


def _paint_boxes(painter: QPainter, shape: Rects, within: Sequence[QRectF] | None) -> None:
    boxes = np.array(shape.boxes, dtype=np.float64).reshape(-1, 4)
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    if within is not None:
        seen = _touching(low, high, within)
        low, high = low[seen], high[seen]
    if len(low):
        (left, bottom), (right, top) = low.T, high.T
        corners = ((left, bottom), (right, bottom), (right, top), (left, top))
        path = _path(np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1))
        path.setFillRule(Qt.FillRule.WindingFill)
        painter.fillPath(path, QBrush(_colour(shape.fill, shape.opacity)))


def _paint_polygons(
    painter: QPainter, points: np.ndarray, fill: str, opacities: np.ndarray, within: Sequence[QRectF] | None
) -> None:
    """Paint (N, corners, 2) polygons, as many calls of Qt as there are polygons and opacities.

    One path of them all would be one call, but Qt's rasterizer needs time with the square of what is on a line.
    """
    if within is not None:
        seen = _touching(points.min(axis=1), points.max(axis=1), within)
        points, opacities = points[seen], opacities[seen]
    steps = np.rint(opacities * 255).astype(int)
    order = np.argsort(steps, kind="stable")
    painter.setPen(Qt.PenStyle.NoPen)
    now = -1
    for polygon, step in zip(_path(points[order]).toSubpathPolygons(), steps[order].tolist(), strict=True):
        if step != now:
            now = step
            painter.setBrush(_colour(fill, step / 255))
        painter.drawPolygon(polygon)


def _touching(low: np.ndarray, high: np.ndarray, within: Sequence[QRectF]) -> np.ndarray:
    """(N,) bool: which of the boxes between these (N, 2) corners reach into one of some rectangles."""
    starts = np.array([(box.left(), box.top()) for box in within])[:, None]
    ends = np.array([(box.right(), box.bottom()) for box in within])[:, None]
    inside = ((low <= ends) & (high >= starts)).all(axis=2)
    return np.asarray(inside.any(axis=0))


_ELEMENT: Final = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])


def _path(points: np.ndarray) -> QPainterPath:
    """(N, corners, 2) polygons as one path, closed, which Qt reads from its own form in bytes: no call for each."""
    closed = np.concatenate([points, points[:, :1]], axis=1)
    elements = np.empty(closed.shape[:2], dtype=_ELEMENT)
    elements["kind"][:, 0] = QPainterPath.ElementType.MoveToElement.value
    elements["kind"][:, 1:] = QPainterPath.ElementType.LineToElement.value
    elements["x"], elements["y"] = closed[..., 0], closed[..., 1]
    # How many; them; where the last one begins; the fill rule.
    data = struct.pack(">i", elements.size) + elements.tobytes() + struct.pack(">ii", 0, 0)
    path = QPainterPath()
    stream = QDataStream(QByteArray(data))
    stream >> path
    return path


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
