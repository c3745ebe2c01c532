"""A heat map as shapes: numbers in coloured cells, with the names of rows and columns."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.drawing.colour import contrast, mix
from app.drawing.figure_parts import fitting
from app.drawing.fonts import text_width
from app.drawing.palette import Palette
from app.drawing.shapes import Polyline, Rect, Shape, Text, moved
from app.number_format import compact
from app.studies.study import Grid, Plot

_NAME: Final = 0.44
_ROW: Final = 0.9
_TOP: Final = 1.0
"""Above the uppermost cell."""

_LOWERED: Final = 0.6
_STRONGEST: Final = 0.85
"""Opacity of the largest value's colour."""


def cell_colour(grid: Grid, value: float, palette: Palette) -> str:
    """The colour of a value: from the paper's to orange upwards and, when diverging, to blue downwards."""
    finite = grid.values[np.isfinite(grid.values)]
    if not np.isfinite(value) or not len(finite):
        return palette.unreachable
    if grid.diverging:
        share = abs(value) / (float(np.abs(finite).max()) or 1.0)
    else:
        low, high = float(finite.min()), float(finite.max())
        share = (value - low) / (high - low) if high > low else 0.5
    hue = palette.original if grid.diverging and value < 0 else palette.patched
    return mix(hue, palette.open, _STRONGEST * share)


def heat_map(plot: Plot, palette: Palette, width: float) -> tuple[list[Shape], float]:
    """The grid of a plot from (0, 0) upwards; and its height.

    Raises:
        ValueError: for a plot without a grid.
    """
    grid = plot.grid
    if grid is None:
        raise ValueError(f"The plot {plot.name} has no grid; expected one.")
    left = _left(grid, width)
    cell = (width - left) / max(len(grid.columns), 1)
    height = len(grid.rows) * _ROW
    shapes: list[Shape] = []
    texts = ["–" if not np.isfinite(value) else compact(float(value)) for value in grid.values.ravel()]
    size = min((fitting(text, 0.4, cell - 0.15) for text in texts), default=0.4)
    for row, name in enumerate(grid.rows):
        y = 0.9 + height - (row + 1) * _ROW
        shapes.append(Text(left - 0.25, y + 0.3, name, fitting(name, _NAME, left - 0.3), palette.text, anchor="end"))
        for column in range(len(grid.columns)):
            value = float(grid.values[row, column])
            fill = cell_colour(grid, value, palette)
            x = left + column * cell
            shapes.append(Rect(x, y, cell * 0.98, _ROW * 0.96, fill))
            text = texts[row * len(grid.columns) + column]
            ink = max((palette.text, palette.open), key=lambda colour: contrast(colour, fill))
            shapes.append(Text(x + cell / 2, y + 0.3, text, size, ink, anchor="middle"))
            if (row, column) in grid.marked:
                right, top = x + cell * 0.98, y + _ROW * 0.96
                corners = ((x, y), (right, y), (right, top), (x, top), (x, y))
                shapes.append(Polyline(corners, palette.decision, 0.07))
    for column, name in enumerate(grid.columns):
        x = left + (column + 0.5) * cell
        size = fitting(name, _NAME, cell - 0.1)
        shapes.append(Text(x, 0.3, name, size, palette.text_muted, anchor="middle"))
    named = plot.x.name + (f" ({plot.x.unit})" if plot.x.unit else "")
    shapes.append(Text(width, -0.35, named, _NAME, palette.text_muted, anchor="end"))
    unit = f" ({grid.unit})" if grid.unit else ""
    shapes.append(Text(0, height + 1.15, f"{plot.y.name}{unit}", _NAME, palette.text_muted))
    return [moved(shape, 0, _LOWERED) for shape in shapes], height + 0.9 + _TOP + _LOWERED


def cell_of(plot: Plot, width: float, x: float, y: float) -> tuple[int, int] | None:
    """The (row, column) of the grid's cell at a place of what `heat_map` drew; None between cells.

    Args:
        x, y: from the top-left corner of the drawing, y downwards.
    """
    grid = plot.grid
    if grid is None:
        return None
    left = _left(grid, width)
    column = int((x - left) // ((width - left) / max(len(grid.columns), 1)))
    row = int((y - _TOP) // _ROW)
    inside = x >= left and 0 <= row < len(grid.rows) and 0 <= column < len(grid.columns)
    return (row, column) if inside else None


def _left(grid: Grid, width: float) -> float:
    return min(max((text_width(name, _NAME) for name in grid.rows), default=0) + 0.5, 0.45 * width)
