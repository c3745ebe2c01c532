"""Inter, the typeface of the application and of its exports, and the widths of lines set in it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.drawing.shapes import one_line
from app.paths import asset

if TYPE_CHECKING:
    from PIL import ImageFont

FAMILY: Final = "Inter"
FILES: Final = {"regular": "Inter-Regular.ttf", "semibold": "Inter-SemiBold.ttf"}
_MEASURED_AT: Final = 64


def font_path(weight: str = "regular") -> Path:
    """The TrueType file of a weight, "regular" or "semibold"."""
    return asset("fonts", FILES[weight])


@lru_cache(maxsize=64)
def pillow_font(weight: str, pixels: float) -> ImageFont.FreeTypeFont:
    """Inter for Pillow, at an em of that many pixels."""
    from PIL import ImageFont

    return ImageFont.truetype(str(font_path(weight)), pixels, layout_engine=ImageFont.Layout.BASIC)


def text_width(text: str, size: float, weight: str = "regular") -> float:
    """Width of a line, in the unit of `size` (the em)."""
    return pillow_font(weight, _MEASURED_AT).getlength(one_line(text)) * size / _MEASURED_AT
