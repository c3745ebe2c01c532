"""An arrow on the mouse's own square: both are to be read, in light and in dark."""

from __future__ import annotations

import pytest

from app.drawing.colour import contrast
from app.drawing.field_shapes import field_shapes
from app.drawing.palette import DARK, LIGHT, Palette
from app.drawing.shapes import Polygon
from app.maze.moves import UP
from tests.drawing.test_figure import sure
from tests.pictures import field_of, level

READABLE = 3.0
"""Least contrast of a graphical object next to what is around it (WCAG 2.1, 1.4.11)."""


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_rim_of_the_arrow_parts_it_from_the_mouse(palette: Palette) -> None:
    halo, _ = field_shapes(field_of(level(), lambda _: sure(UP)), palette)
    assert isinstance(halo, Polygon)
    assert halo.fill is not None
    for colour in (palette.original, palette.patched, palette.mouse):
        assert contrast(colour, halo.fill) >= READABLE
