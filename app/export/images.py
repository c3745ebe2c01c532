"""A figure as the bytes of a PNG, SVG or PDF file, with its recipe in the file's metadata."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.document.recipe import PROGRAM, Recipe, recipe_text
from app.drawing.figure import Figure
from app.export.pdf import pdf_bytes
from app.export.raster import paint
from app.export.svg import svg_bytes

BASE_SCALE: Final = 32
"""Pixels per cell, at scale 1, of a maze 15 cells wide."""

LARGEST: Final = 100_000_000
"""Pixels of the largest picture worth painting."""


def pixels_per_cell(figure: Figure, scale: float = 1.0) -> int:
    """Pixels per cell, a multiple of 4, so that all cells are alike and crisp; a smaller maze's cells are larger."""
    wanted = BASE_SCALE * scale / figure.unit
    allowed = (LARGEST / (figure.width * figure.height)) ** 0.5
    return max(4, 4 * min(round(wanted / 4), int(allowed / 4)))


def picture(figure: Figure, scale: float = 1.0) -> Image.Image:
    """The figure in pixels, 1x, 2x, 3x ... the usual size."""
    return paint(figure.shapes, figure.width, figure.height, pixels_per_cell(figure, scale), figure.background)


def png_bytes(figure: Figure, recipe: Recipe, scale: float = 1.0) -> bytes:
    """A PNG; its recipe is the text chunk "Mazescope"."""
    info = PngInfo()
    info.add_text("Software", PROGRAM)
    info.add_text("Mazescope", recipe_text(recipe))
    buffer = io.BytesIO()
    picture(figure, scale).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


__all__ = ["BASE_SCALE", "pdf_bytes", "picture", "pixels_per_cell", "png_bytes", "svg_bytes"]
