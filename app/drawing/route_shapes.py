"""Shapes of a way through the maze: a line from square to square, and a ring where it is weakest."""

from __future__ import annotations

from collections.abc import Sequence

from app.drawing.palette import Palette
from app.drawing.shapes import Circle, Polyline, Shape
from app.maze.maze import Square

_WIDTH, _CASING = 0.1, 0.05
_RING = 0.36


def route_shapes(squares: Sequence[Square], weakest: Square | None, palette: Palette) -> tuple[Shape, ...]:
    """A way in cells of the world grid, origin bottom-left.

    Args:
        squares: (row, col) from its start to its end; no shapes for fewer than two.
        weakest: the square that is ringed; None for none.
        palette: its colours.
    """
    if len(squares) < 2:
        return ()
    line = tuple((col + 0.5, row + 0.5) for row, col in squares)
    found: list[Shape] = [
        Polyline(line, palette.open, _WIDTH + 2 * _CASING),
        Polyline(line, palette.text, _WIDTH),
        Circle(*line[-1], 0.16, fill=palette.text),
    ]
    if weakest is not None:
        row, col = weakest
        for colour, width in ((palette.open, _WIDTH + 2 * _CASING), (palette.error, _WIDTH)):
            found.append(Circle(col + 0.5, row + 0.5, _RING, stroke=colour, stroke_width=width))
    return tuple(found)
