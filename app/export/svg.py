"""A figure as an SVG file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from app.document.recipe import PROGRAM, Recipe, recipe_text
from app.drawing.figure import Figure
from app.drawing.fonts import FAMILY, text_width
from app.drawing.shapes import (
    Box,
    Circle,
    Discs,
    Point,
    Polygon,
    Polygons,
    Polyline,
    Rect,
    Rects,
    Segments,
    Shape,
    Text,
)
from app.number_format import plain

CELL: Final = 32
"""User units per cell of a maze 15 cells wide."""

NAMESPACE: Final = "urn:mazescope:recipe"
"""Names the recipe element."""

_WEIGHTS: Final = {"regular": "400", "semibold": "600"}


def svg_bytes(figure: Figure, recipe: Recipe) -> bytes:
    """An SVG 1.1 file in UTF-8; its recipe is JSON inside `<metadata>`.

    Text stays text, in Inter where it is installed. Each line carries the width it has in Inter, so that another font
    is fitted into the same place.
    """
    writer = _Writer(figure)
    width, height = plain(figure.width * writer.scale), plain(figure.height * writer.scale)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="{FAMILY}, Arial, sans-serif">',
        f"<desc>{escape(PROGRAM)}</desc>",
        f'<metadata><recipe xmlns="{NAMESPACE}">{escape(recipe_text(recipe))}</recipe></metadata>',
        *([f'<rect width="{width}" height="{height}" fill="{figure.background}"/>'] if figure.background else []),
        *(writer.element(shape) for shape in figure.shapes),
        "</svg>",
    ]
    return ("\n".join(lines) + "\n").encode()


class _Writer:
    def __init__(self, figure: Figure) -> None:
        self.scale = CELL / figure.unit
        self._height = figure.height

    def element(self, shape: Shape) -> str:
        match shape:
            case Rect():
                return self._boxes([(shape.x, shape.y, shape.width, shape.height)], shape.fill, shape.opacity)
            case Rects():
                return self._boxes(shape.boxes, shape.fill, shape.opacity)
            case Polygon():
                stroke = self._stroke(shape.stroke, shape.stroke_width)
                return (
                    f'<polygon points="{self._points(shape.points)}" fill="{shape.fill}"'
                    f"{stroke}{_opacity(shape.opacity)}/>"
                )
            case Polygons():
                each = [
                    f'<polygon points="{self._points(points)}"{_opacity(opacity)}/>'
                    for points, opacity in zip(shape.points.tolist(), shape.opacities.tolist(), strict=True)
                ]
                return "\n".join((f'<g fill="{shape.fill}">', *each, "</g>"))
            case Discs():
                each = [
                    '<circle cx="{}" cy="{}" r="{}"{}/>'.format(
                        *map(plain, (*self._at(centre), shape.radius * self.scale)), _opacity(opacity)
                    )
                    for centre, opacity in zip(shape.centres.tolist(), shape.opacities.tolist(), strict=True)
                ]
                return "\n".join((f'<g fill="{shape.fill}">', *each, "</g>"))
            case Polyline():
                return (
                    f'<polyline points="{self._points(shape.points)}" fill="none" stroke-linecap="{shape.cap}"'
                    f"{self._stroke(shape.stroke, shape.width)}{_opacity(shape.opacity)}/>"
                )
            case Segments():
                path = "".join(
                    "M{} {}L{} {}".format(*map(plain, (*self._at((a, b)), *self._at((c, d)))))
                    for a, b, c, d in shape.segments
                )
                return (
                    f'<path d="{path}" fill="none"{self._stroke(shape.stroke, shape.width)}{_opacity(shape.opacity)}/>'
                )
            case Circle():
                x, y = self._at((shape.x, shape.y))
                return (
                    f'<circle cx="{plain(x)}" cy="{plain(y)}" r="{plain(shape.radius * self.scale)}" '
                    f'fill="{shape.fill or "none"}"{self._stroke(shape.stroke, shape.stroke_width)}'
                    f"{_opacity(shape.opacity)}/>"
                )
            case Text():
                return self._text(shape)

    def _at(self, point: Point) -> Point:
        return point[0] * self.scale, (self._height - point[1]) * self.scale

    def _points(self, points: Iterable[Point]) -> str:
        return " ".join(",".join(map(plain, self._at(point))) for point in points)

    def _stroke(self, colour: str | None, width: float) -> str:
        if not colour:
            return ""
        return f' stroke="{colour}" stroke-width="{plain(width * self.scale)}" stroke-linejoin="round"'

    def _boxes(self, boxes: Iterable[Box], fill: str, opacity: float) -> str:
        path = []
        for x, y, width, height in boxes:
            left, top = self._at((x, y + height))
            path.append(
                f"M{plain(left)} {plain(top)}h{plain(width * self.scale)}"
                f"v{plain(height * self.scale)}h{plain(-width * self.scale)}z"
            )
        return f'<path d="{"".join(path)}" fill="{fill}" shape-rendering="crispEdges"{_opacity(opacity)}/>'

    def _text(self, text: Text) -> str:
        x, y = self._at((text.x, text.y))
        size = text.size * self.scale
        width = text_width(text.text, size, text.weight)
        return (
            f'<text x="{plain(x)}" y="{plain(y)}" font-size="{plain(size)}" '
            f'font-weight="{_WEIGHTS[text.weight]}" text-anchor="{text.anchor}" fill={quoteattr(text.colour)} '
            f'textLength="{plain(width)}" lengthAdjust="spacingAndGlyphs">{escape(text.text)}</text>'
        )


def _opacity(value: float) -> str:
    return "" if value == 1 else f' opacity="{plain(value)}"'
