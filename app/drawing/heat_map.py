"""A heat map as shapes: numbers in coloured cells, with the names of rows and columns."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from app.drawing.colour import contrast, mix
from app.drawing.figure_parts import fitting
from app.drawing.fonts import text_width
from app.drawing.palette import Palette
from app.drawing.shapes import Polyline, Rect, Shape, Text, moved
from app.number_format import MINUS, compact, fixed
from app.studies.study import Grid, Plot

NAME: Final = 0.44
"""Size of the names of rows and columns, and of the axes."""

ROW: Final = 0.9
"""Height of a row."""

_TOP: Final = 1.0
"""Above the uppermost cell."""

_LOWERED: Final = 0.6
_STRONGEST: Final = 0.85
"""Opacity of the largest value's colour."""

_DIGITS_FROM: Final = ((1, 1.0), (0, 10.0))
"""Decimals, and the largest value from which no more of them say enough."""


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


def heat_map(
    plot: Plot, palette: Palette, width: float, row_height: float = ROW, least: float = 0.0
) -> tuple[list[Shape], float]:
    """The grid of a plot from (0, 0) upwards; and its height.

    Args:
        plot: has a grid.
        palette: the colours.
        width: of the drawing.
        row_height: of each row.
        least: size of text below which numbers have fewer digits, and none are written where not even those fit; of the
            columns' names, every second is written then, or fewer.

    Raises:
        ValueError: for a plot without a grid.
    """
    grid = plot.grid
    if grid is None:
        raise ValueError(f"The plot {plot.name} has no grid; expected one.")
    left = _left(grid, width)
    cell = (width - left) / max(len(grid.columns), 1)
    height = len(grid.rows) * row_height
    shapes: list[Shape] = []
    texts, size = _numbers(grid, cell, least)
    up = row_height / 3
    for row, name in enumerate(grid.rows):
        y = 0.9 + height - (row + 1) * row_height
        shapes.append(Text(left - 0.25, y + up, name, fitting(name, NAME, left - 0.3), palette.text, anchor="end"))
        for column in range(len(grid.columns)):
            value = float(grid.values[row, column])
            fill = cell_colour(grid, value, palette)
            x = left + column * cell
            shapes.append(Rect(x, y, cell * 0.98, row_height * 0.96, fill))
            if texts:
                text = texts[row * len(grid.columns) + column]
                ink = max((palette.text, palette.open), key=lambda colour: contrast(colour, fill))
                shapes.append(Text(x + cell / 2, y + up, text, size, ink, anchor="middle"))
            if (row, column) in grid.marked:
                right, top = x + cell * 0.98, y + row_height * 0.96
                corners = ((x, y), (right, y), (right, top), (x, top), (x, y))
                shapes.append(Polyline(corners, palette.decision, 0.07))
    step = _step(grid, cell, least)
    size = min((fitting(name, NAME, step * cell - 0.1) for name in grid.columns[::step]), default=NAME)
    for column in range(0, len(grid.columns), step):
        name = re.sub(r"^-(?=[.\d])", MINUS, grid.columns[column])
        x = left + (column + 0.5) * cell
        shapes.append(Text(x, 0.3, name, size, palette.text_muted, anchor="middle"))
    named = plot.x.name + (f" ({plot.x.unit})" if plot.x.unit else "")
    shapes.append(Text(width, -0.35, named, NAME, palette.text_muted, anchor="end"))
    unit = f" ({grid.unit})" if grid.unit else ""
    shapes.append(Text(0, height + 1.15, f"{plot.y.name}{unit}", NAME, palette.text_muted))
    return [moved(shape, 0, _LOWERED) for shape in shapes], height + 0.9 + _TOP + _LOWERED


def _numbers(grid: Grid, cell: float, least: float) -> tuple[list[str], float]:
    """The numbers of all cells as they fit there, and their size; no numbers where none is at least of a size."""
    finite = np.abs(grid.values[np.isfinite(grid.values)])
    forms: list[Callable[[float], str]] = [compact]
    if least:
        largest = float(finite.max()) if len(finite) else 0.0
        forms += [partial(fixed, digits=digits) for digits, start in _DIGITS_FROM if largest >= start]
    for form in forms:
        texts = ["–" if not np.isfinite(value) else form(float(value)) for value in grid.values.ravel()]
        size = min((fitting(text, 0.4, cell - (0.08 if least else 0.15)) for text in texts), default=0.4)
        if size >= least:
            return texts, size
    return [], least


def _step(grid: Grid, cell: float, least: float) -> int:
    """Of the columns' names one in this many is written, so that none is smaller than the least size."""
    widest = max((text_width(name, max(least, 1e-9)) for name in grid.columns), default=0.0)
    return max(1, math.ceil((widest + 0.1) / cell)) if least else 1


def cell_of(plot: Plot, width: float, x: float, y: float, row_height: float = ROW) -> tuple[int, int] | None:
    """The (row, column) of the grid's cell at a place of what `heat_map` drew; None between cells.

    Args:
        plot: has a grid.
        width: of the drawing.
        x, y: from the top-left corner of the drawing, y downwards.
        row_height: of each row.
    """
    grid = plot.grid
    if grid is None:
        return None
    left = _left(grid, width)
    column = int((x - left) // ((width - left) / max(len(grid.columns), 1)))
    row = int((y - _TOP) // row_height)
    inside = x >= left and 0 <= row < len(grid.rows) and 0 <= column < len(grid.columns)
    return (row, column) if inside else None


def _left(grid: Grid, width: float) -> float:
    return min(max((text_width(name, NAME) for name in grid.rows), default=0) + 0.5, 0.45 * width)
