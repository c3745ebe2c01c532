"""Small picture of a level with its field: the maze and its arrows alone, for lists and tables of levels."""

from __future__ import annotations

from typing import Final

from app.document.view_mode import Mode
from app.drawing.field_shapes import difference_shapes, field_shapes
from app.drawing.figure import Figure, visible_box, within
from app.drawing.maze_shapes import maze_shapes
from app.drawing.palette import Palette
from app.drawing.shapes import moved
from app.field.requests import FieldResult
from app.maze.routes import decision_square

THICKNESS: Final = 1.7
"""Of the arrows: cells are a few pixels wide."""


def small_field(result: FieldResult, mode: Mode, palette: Palette) -> Figure:
    """The field of a level, without words. All three side by side would be too small: the patched one is shown then.

    Args:
        result: the level's field.
        mode: which field.
        palette: the colours.

    Returns:
        As wide and as high as the cells that are shown.
    """
    maze = result.request.maze
    left, bottom, columns, rows = visible_box(maze)
    role = shown_mode(result, mode)
    arrows = (
        difference_shapes(result.original, result.patched, palette, thickness=THICKNESS, halo=False)
        if role is Mode.DIFFERENCE
        else field_shapes(
            result.original if role is Mode.ORIGINAL else result.patched,
            palette,
            "original" if role is Mode.ORIGINAL else "patched",
            thickness=THICKNESS,
            halo=False,
        )
    )
    drawn = within([*maze_shapes(maze, palette, decision_square(maze).square), *arrows], (left, bottom, columns, rows))
    return Figure(tuple(moved(shape, -left, -bottom) for shape in drawn), columns, rows, palette.open)


def shown_mode(result: FieldResult, mode: Mode) -> Mode:
    """The field that a small picture shows: the original one where no patch acts."""
    if mode is Mode.DIFFERENCE:
        return mode
    return Mode.ORIGINAL if mode is Mode.ORIGINAL or result.patched is result.original else Mode.PATCHED
