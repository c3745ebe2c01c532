"""Painting shapes into pixels with Pillow: cells crisp, everything round antialiased."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import ceil, floor
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from app.drawing.colour import rgb
from app.drawing.fonts import pillow_font
from app.drawing.shapes import Circle, Discs, Point, Polygon, Polygons, Polyline, Rect, Rects, Segments, Shape, Text

SUPERSAMPLING: Final = 4
ROWS_OF_A_MASK: Final = 3
"""Cells that a mask of many polygons is high."""

SMALLEST_TEXT: Final = 0.25
"""Pixels of the em of the smallest line that is drawn."""
_ANCHORS: Final = {"start": "ls", "middle": "ms", "end": "rs"}

Pen = Callable[[ImageDraw.ImageDraw, Callable[[Point], Point], float], None]
"""Draws one shape into a mask: gets the drawing, the map from cells to its pixels, and pixels per cell."""


def paint(shapes: Iterable[Shape], width: float, height: float, scale: float, background: str | None) -> Image.Image:
    """A picture of shapes on a page of width x height cells: RGB, or RGBA on a transparent page.

    Rectangles end on whole pixels, so walls have no blended edge at any scale; other shapes are drawn enlarged
    `SUPERSAMPLING` times and averaged.

    Args:
        scale: pixels per cell.
        background: the page's colour; None for a transparent page.
    """
    if background is None:
        shapes = tuple(shapes)
        return _unblended(*(paint(shapes, width, height, scale, page) for page in ("#000000", "#ffffff")))
    picture = Image.new("RGB", (round(width * scale), round(height * scale)), background)
    painter = _Painter(picture, scale)
    for shape in shapes:
        painter.paint(shape)
    return picture


class Repainter:
    """Paints one picture after another, on pages with a background; the shapes they begin with are painted once."""

    def __init__(self) -> None:
        self._page: tuple[float, float, float, str] | None = None
        self._last: tuple[Shape, ...] = ()
        self._shared: tuple[Shape, ...] = ()
        self._painted: Image.Image | None = None

    def paint(self, shapes: Sequence[Shape], width: float, height: float, scale: float, background: str) -> Image.Image:
        """As the function of this name does."""
        page, shapes = (width, height, scale, background), tuple(shapes)
        if page != self._page:
            self._page, self._last, self._painted = page, (), None
        alike = next((at for at, pair in enumerate(zip(shapes, self._last, strict=False)) if pair[0] != pair[1]), None)
        count = min(len(shapes), len(self._last)) if alike is None else alike
        if self._painted is None or count < len(self._shared):
            self._shared = shapes[:count]
            self._painted = paint(self._shared, width, height, scale, background)
        self._last = shapes
        picture = self._painted.copy()
        painter = _Painter(picture, scale)
        for shape in shapes[len(self._shared) :]:
            painter.paint(shape)
        return picture


def _unblended(on_black: Image.Image, on_white: Image.Image) -> Image.Image:
    """A picture with opacity, from the same picture painted on black and on white.

    A pixel of colour c and opacity a is a c on black and a c + 255 (1 - a) on white.
    """
    black, white = (np.asarray(picture, dtype=np.float32) for picture in (on_black, on_white))
    opacity = 1 - (white - black).mean(axis=2, keepdims=True) / 255
    colour = np.divide(black, opacity, out=np.zeros_like(black), where=opacity > 0)
    both = np.concatenate([colour, 255 * opacity], axis=2)
    return Image.fromarray(both.round().clip(0, 255).astype(np.uint8), "RGBA")


class _Painter:
    def __init__(self, picture: Image.Image, scale: float) -> None:
        self._picture = picture
        self._draw = ImageDraw.Draw(picture)
        self._scale = scale

    def paint(self, shape: Shape) -> None:
        match shape:
            case Rect():
                self._rectangle(shape.x, shape.y, shape.width, shape.height, shape.fill, shape.opacity)
            case Rects():
                for box in shape.boxes:
                    self._rectangle(*box, shape.fill, shape.opacity)
            case Text():
                self._text(shape)
            case Polygon():
                self._polygon(shape)
            case Polygons():
                self._polygons(shape)
            case Discs():
                self._discs(shape)
            case Polyline():
                line = shape
                self._masked(line.points, line.width, line.stroke, line.opacity, _line_pen(line))
            case Segments():
                for x0, y0, x1, y1 in shape.segments:
                    line = Polyline(((x0, y0), (x1, y1)), shape.stroke, shape.width, shape.opacity, "butt")
                    self._masked(line.points, line.width, line.stroke, line.opacity, _line_pen(line))
            case Circle():
                self._circle(shape)

    def _pixel(self, point: Point) -> Point:
        return point[0] * self._scale, self._picture.height - point[1] * self._scale

    def _rectangle(self, x: float, y: float, width: float, height: float, fill: str, opacity: float) -> None:
        left, bottom = (round(value) for value in self._pixel((x, y)))
        right, top = (round(value) for value in self._pixel((x + width, y + height)))
        # A thin line keeps at least one pixel, or it would come and go with its position.
        right, top = max(right, left + 1), min(top, bottom - 1)
        if opacity == 1:
            self._draw.rectangle((left, top, right - 1, bottom - 1), fill=fill)
        else:
            mask = Image.new("L", (right - left, bottom - top), round(255 * opacity))
            self._picture.paste(rgb(fill), (left, top), mask)

    def _text(self, text: Text) -> None:
        size = text.size * self._scale
        # A line of any length is fitted into its place; below a fraction of a pixel nothing can be drawn of it.
        if size < SMALLEST_TEXT:
            return
        font = pillow_font(text.weight, size)
        self._draw.text(
            self._pixel((text.x, text.y)), text.text, fill=text.colour, font=font, anchor=_ANCHORS[text.anchor]
        )

    def _polygon(self, polygon: Polygon) -> None:
        def fill(draw: ImageDraw.ImageDraw, at: Callable[[Point], Point], _: float) -> None:
            draw.polygon([at(point) for point in polygon.points], fill=255)

        self._masked(polygon.points, 0, polygon.fill, polygon.opacity, fill)
        if polygon.stroke:
            closed = Polyline((*polygon.points, *polygon.points[:2]), polygon.stroke, polygon.stroke_width)
            self._masked(polygon.points, closed.width, polygon.stroke, polygon.opacity, _line_pen(closed))

    def _polygons(self, shape: Polygons) -> None:
        low, high = shape.points.min(axis=1), shape.points.max(axis=1)
        polygons = shape.points.tolist()

        def draw_one(draw: ImageDraw.ImageDraw, at: Callable[[Point], Point], number: int, value: int) -> None:
            draw.polygon([at(point) for point in polygons[number]], fill=value)

        self._many(low, high, shape.fill, shape.opacities, draw_one)

    def _discs(self, shape: Discs) -> None:
        low, high = shape.centres - shape.radius, shape.centres + shape.radius
        boxes = np.concatenate([low, high], axis=1).tolist()

        def draw_one(draw: ImageDraw.ImageDraw, at: Callable[[Point], Point], number: int, value: int) -> None:
            x0, y0, x1, y1 = boxes[number]
            (left, bottom), (right, top) = at((x0, y0)), at((x1, y1))
            draw.ellipse((left, top, right - 1, bottom - 1), fill=value)

        self._many(low, high, shape.fill, shape.opacities, draw_one)

    def _many(
        self, low: np.ndarray, high: np.ndarray, colour: str, opacities: np.ndarray, draw_one: Callable[..., None]
    ) -> None:
        """Draw shapes that do not touch through one mask for a few rows of cells: a mask costs mostly its being made.

        Args:
            low, high: (N, 2) corners of the boxes around each.
            opacities: (N,).
            draw_one: draws the one of a number with a value: gets the drawing, the map to its pixels, and both.
        """
        rows = (low[:, 1] + high[:, 1]) // (2 * ROWS_OF_A_MASK)
        values = np.rint(255 * opacities).astype(int).tolist()
        for row in np.unique(rows):
            some = np.flatnonzero(rows == row)

            def fill(
                draw: ImageDraw.ImageDraw, at: Callable[[Point], Point], _: float, some: np.ndarray = some
            ) -> None:
                for number in some.tolist():
                    draw_one(draw, at, number, values[number])

            (x0, y0), (x1, y1) = low[some].min(axis=0).tolist(), high[some].max(axis=0).tolist()
            self._masked(((x0, y0), (x1, y1)), 0, colour, 1, fill)

    def _circle(self, circle: Circle) -> None:
        corners = (
            (circle.x - circle.radius, circle.y - circle.radius),
            (circle.x + circle.radius, circle.y + circle.radius),
        )

        def disc(draw: ImageDraw.ImageDraw, at: Callable[[Point], Point], grown: float, value: int) -> None:
            (left, bottom), (right, top) = at(corners[0]), at(corners[1])
            draw.ellipse((left - grown, top - grown, right + grown - 1, bottom + grown - 1), fill=value)

        def ring(draw: ImageDraw.ImageDraw, at: Callable[[Point], Point], unit: float) -> None:
            disc(draw, at, circle.stroke_width / 2 * unit, 255)
            disc(draw, at, -circle.stroke_width / 2 * unit, 0)

        if circle.fill:
            self._masked(corners, 0, circle.fill, circle.opacity, lambda draw, at, _: disc(draw, at, 0, 255))
        if circle.stroke:
            self._masked(corners, circle.stroke_width, circle.stroke, circle.opacity, ring)

    def _masked(self, points: Sequence[Point], margin: float, colour: str, opacity: float, pen: Pen) -> None:
        """Draw into an enlarged mask that covers the points and a margin, average it, and lay the colour through it."""
        pixels = [self._pixel(point) for point in points]
        grow = margin * self._scale / 2 + 1
        left, right = floor(min(x for x, _ in pixels) - grow), ceil(max(x for x, _ in pixels) + grow)
        top, bottom = floor(min(y for _, y in pixels) - grow), ceil(max(y for _, y in pixels) + grow)
        size = (right - left, bottom - top)
        mask = Image.new("L", (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING), 0)

        def at(point: Point) -> Point:
            x, y = self._pixel(point)
            return (x - left) * SUPERSAMPLING, (y - top) * SUPERSAMPLING

        pen(ImageDraw.Draw(mask), at, self._scale * SUPERSAMPLING)
        mask = mask.reduce(SUPERSAMPLING)
        if opacity != 1:
            mask = mask.point([round(value * opacity) for value in range(256)])
        self._picture.paste(rgb(colour), (left, top), mask)


def _line_pen(line: Polyline) -> Pen:
    def pen(draw: ImageDraw.ImageDraw, at: Callable[[Point], Point], unit: float) -> None:
        width = line.width * unit
        pixels = [at(point) for point in line.points]
        draw.line(pixels, fill=255, width=max(1, round(width)), joint="curve")
        joints = pixels if line.cap == "round" else pixels[1:-1]
        for x, y in joints:
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)

    return pen
