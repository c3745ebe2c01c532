"""Vector shapes as values, the parts of every picture, painted alike by the canvas and every export.

All lengths are in cells: x runs rightwards by columns, y upwards by rows, and the square (row, col) is the unit square
whose bottom-left corner is (col, row). Colours are "#rrggbb"; opacity is 0..1. Later shapes are over earlier ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""x and y of the bottom-left corner, width, height."""
Segment = tuple[float, float, float, float]
"""x and y of one end, x and y of the other."""


def one_line(text: str) -> str:
    """A text as pictures can show it: on one line, without what no file of text may hold (titles come from files)."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else " " if each.isspace() else "\ufffd" for each in text)


@dataclass(frozen=True, slots=True)
class Rect:
    """A filled rectangle; (x, y) is its bottom-left corner."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Rects:
    """The union of disjoint rectangles, filled as one path, so that no seam shows where two of them touch."""

    boxes: tuple[Box, ...]
    fill: str
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed polygon. Its stroke, if any, is centred on its edge, with round joins."""

    points: tuple[Point, ...]
    fill: str
    opacity: float = 1.0
    stroke: str | None = None
    stroke_width: float = 0.0


@dataclass(frozen=True, slots=True)
class Polyline:
    """An open line with round joins."""

    points: tuple[Point, ...]
    stroke: str
    width: float
    opacity: float = 1.0
    cap: Literal["round", "butt"] = "round"


@dataclass(frozen=True, slots=True)
class Segments:
    """Straight lines with flat ends that do not cross, drawn as one: a hatching may have a thousand."""

    segments: tuple[Segment, ...]
    stroke: str
    width: float
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Circle:
    """A disc (fill), a ring (stroke, centred on the radius), or both."""

    x: float
    y: float
    radius: float
    fill: str | None = None
    opacity: float = 1.0
    stroke: str | None = None
    stroke_width: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Polygons:
    """Closed polygons of one colour and as many corners each, which do not touch: the arrows of a field.

    Attributes:
        points: (N, corners, 2) float64 x and y; read-only.
        opacities: (N,) float64.
    """

    points: np.ndarray
    fill: str
    opacities: np.ndarray

    def __post_init__(self) -> None:
        _keep(self, "points", "opacities")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polygons) and _parts(self) == _parts(other)

    def __hash__(self) -> int:
        return hash(_parts(self))


@dataclass(frozen=True, slots=True, eq=False)
class Discs:
    """Filled circles of one colour and size, which do not touch: the dots of a field.

    Attributes:
        centres: (N, 2) float64 x and y; read-only.
        opacities: (N,) float64.
    """

    centres: np.ndarray
    radius: float
    fill: str
    opacities: np.ndarray

    def __post_init__(self) -> None:
        _keep(self, "centres", "opacities")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Discs) and _parts(self) == _parts(other)

    def __hash__(self) -> int:
        return hash(_parts(self))


def _keep(shape: object, *names: str) -> None:
    """Make arrays the shape's own: nobody else can write to them."""
    for name in names:
        array = np.array(getattr(shape, name), dtype=np.float64)
        array.setflags(write=False)
        object.__setattr__(shape, name, array)


def _parts(shape: Polygons | Discs) -> tuple[object, ...]:
    """The fields that two equal shapes have in common."""
    if isinstance(shape, Polygons):
        return shape.points.shape, shape.points.tobytes(), shape.fill, shape.opacities.tobytes()
    return shape.centres.tobytes(), shape.radius, shape.fill, shape.opacities.tobytes()


@dataclass(frozen=True, slots=True)
class Text:
    """One line of Inter; (x, y) is the anchor on the baseline, `size` the font's em. The text is kept as `one_line`."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: Literal["start", "middle", "end"] = "start"
    weight: Literal["regular", "semibold"] = "regular"

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_line(self.text))


Shape = Rect | Rects | Polygon | Polygons | Polyline | Segments | Circle | Discs | Text


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    """The shape shifted by (dx, dy) cells."""
    match shape:
        case Rects(boxes=boxes):
            return replace(shape, boxes=tuple((x + dx, y + dy, w, h) for x, y, w, h in boxes))
        case Polygon(points=points) | Polyline(points=points):
            return replace(shape, points=tuple((x + dx, y + dy) for x, y in points))
        case Segments(segments=segments):
            return replace(shape, segments=tuple((a + dx, b + dy, c + dx, d + dy) for a, b, c, d in segments))
        case Polygons(points=corners):
            return replace(shape, points=corners + np.array([dx, dy]))
        case Discs(centres=centres):
            return replace(shape, centres=centres + np.array([dx, dy]))
        case Rect() | Circle() | Text():
            return replace(shape, x=shape.x + dx, y=shape.y + dy)


def scaled(shape: Shape, factor: float) -> Shape:
    """The shape with every length and position times a factor."""
    match shape:
        case Rects(boxes=boxes):
            return replace(shape, boxes=tuple((x * factor, y * factor, w * factor, h * factor) for x, y, w, h in boxes))
        case Polygon(points=points):
            at = tuple((x * factor, y * factor) for x, y in points)
            return replace(shape, points=at, stroke_width=shape.stroke_width * factor)
        case Polyline(points=points):
            return replace(shape, points=tuple((x * factor, y * factor) for x, y in points), width=shape.width * factor)
        case Segments(segments=segments):
            longer = tuple((a * factor, b * factor, c * factor, d * factor) for a, b, c, d in segments)
            return replace(shape, segments=longer, width=shape.width * factor)
        case Polygons(points=corners):
            return replace(shape, points=corners * factor)
        case Discs(centres=centres):
            return replace(shape, centres=centres * factor, radius=shape.radius * factor)
        case Circle():
            return replace(
                shape,
                x=shape.x * factor,
                y=shape.y * factor,
                radius=shape.radius * factor,
                stroke_width=shape.stroke_width * factor,
            )
        case Rect():
            return replace(
                shape,
                x=shape.x * factor,
                y=shape.y * factor,
                width=shape.width * factor,
                height=shape.height * factor,
            )
        case Text():
            return replace(shape, x=shape.x * factor, y=shape.y * factor, size=shape.size * factor)
