"""A figure as a PDF file, on a page of its own size."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from app.document.recipe import PROGRAM, Recipe, recipe_text
from app.drawing.figure import Figure
from app.drawing.fonts import FILES, font_path
from app.drawing.shapes import (
    Box,
    Circle,
    Discs,
    Polygon,
    Polygons,
    Polyline,
    Rect,
    Rects,
    Segments,
    Shape,
    Text,
    one_line,
)

CELL: Final = 16
"""Points per cell of a maze 15 cells wide."""

TITLE: Final = "Vector field of a maze-solving policy"
"""Of a document whose figure has none."""

_FONTS: Final = {weight: f"Inter-{weight}" for weight in FILES}
_ROUND_JOIN: Final = 1
_CAPS: Final = {"butt": 0, "round": 1}


def pdf_bytes(figure: Figure, recipe: Recipe, title: str = "") -> bytes:
    """A PDF of one page with Inter embedded; its recipe is JSON in the document's subject.

    Equal figures give equal bytes: the file carries no time.

    Args:
        title: of the document; empty for what such figures are.
    """
    for weight, name in _FONTS.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(font_path(weight))))
    scale = CELL / figure.unit
    buffer = io.BytesIO()
    canvas = Canvas(
        buffer,
        pagesize=(figure.width * scale, figure.height * scale),
        invariant=1,
        pageCompression=1,
        # Every page names the font it begins with; reportlab's own, Helvetica, is not embedded.
        initialFontName=_FONTS["regular"],
    )
    canvas.setTitle(one_line(title) or TITLE)
    canvas.setCreator(PROGRAM)
    canvas.setAuthor(PROGRAM)
    canvas.setSubject(recipe_text(recipe))
    canvas.scale(scale, scale)
    canvas.setLineJoin(_ROUND_JOIN)
    if figure.background is not None:
        _boxes(canvas, ((0, 0, figure.width, figure.height),), figure.background, 1)
    for shape in figure.shapes:
        _paint(canvas, shape)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _paint(canvas: Any, shape: Shape) -> None:
    match shape:
        case Rect():
            _boxes(canvas, ((shape.x, shape.y, shape.width, shape.height),), shape.fill, shape.opacity)
        case Rects():
            _boxes(canvas, shape.boxes, shape.fill, shape.opacity)
        case Polygon():
            _inks(canvas, shape.fill, shape.stroke, shape.stroke_width, shape.opacity)
            _polygon(canvas, shape.points, stroke=bool(shape.stroke))
        case Polygons():
            for points, opacity in zip(shape.points.tolist(), shape.opacities.tolist(), strict=True):
                _inks(canvas, shape.fill, None, 0, opacity)
                _polygon(canvas, points, stroke=False)
        case Polyline():
            _inks(canvas, None, shape.stroke, shape.width, shape.opacity)
            canvas.setLineCap(_CAPS[shape.cap])
            path = canvas.beginPath()
            path.moveTo(*shape.points[0])
            for point in shape.points[1:]:
                path.lineTo(*point)
            canvas.drawPath(path, stroke=1, fill=0)
        case Segments():
            _inks(canvas, None, shape.stroke, shape.width, shape.opacity)
            canvas.setLineCap(_CAPS["butt"])
            path = canvas.beginPath()
            for x0, y0, x1, y1 in shape.segments:
                path.moveTo(x0, y0)
                path.lineTo(x1, y1)
            canvas.drawPath(path, stroke=1, fill=0)
        case Circle():
            _inks(canvas, shape.fill, shape.stroke, shape.stroke_width, shape.opacity)
            canvas.circle(shape.x, shape.y, shape.radius, stroke=bool(shape.stroke), fill=bool(shape.fill))
        case Discs():
            for (x, y), opacity in zip(shape.centres.tolist(), shape.opacities.tolist(), strict=True):
                _inks(canvas, shape.fill, None, 0, opacity)
                canvas.circle(x, y, shape.radius, stroke=False, fill=True)
        case Text():
            _inks(canvas, shape.colour, None, 0, 1)
            canvas.setFont(_FONTS[shape.weight], shape.size)
            draw = {
                "start": canvas.drawString,
                "middle": canvas.drawCentredString,
                "end": canvas.drawRightString,
            }[shape.anchor]
            draw(shape.x, shape.y, shape.text)


def _inks(canvas: Any, fill: str | None, stroke: str | None, width: float, opacity: float) -> None:
    if fill:
        canvas.setFillColor(HexColor(fill))
        canvas.setFillAlpha(opacity)
    if stroke:
        canvas.setStrokeColor(HexColor(stroke))
        canvas.setStrokeAlpha(opacity)
        canvas.setLineWidth(width)


def _polygon(canvas: Any, points: Sequence[Sequence[float]], *, stroke: bool) -> None:
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()
    canvas.drawPath(path, stroke=stroke, fill=1)


def _boxes(canvas: Any, boxes: tuple[Box, ...], fill: str, opacity: float) -> None:
    _inks(canvas, fill, None, 0, opacity)
    path = canvas.beginPath()
    for box in boxes:
        path.rect(*box)
    canvas.drawPath(path, stroke=0, fill=1)
