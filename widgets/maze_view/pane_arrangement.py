"""Arrangement of mazes next to each other: the part of each that is shown, and the columns that make them largest."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF

from app.maze.maze import WALL, Maze

RIM = 0.5
"""Cells of wall around a maze that shares the room with others."""


EDGE = 0.35
"""Cells of background around a maze that is alone."""


def roomy_rect(box: tuple[int, int, int, int]) -> QRectF:
    """The room for a maze that is alone: (left column, bottom row, columns, rows) with an edge around, in cells."""
    left, bottom, columns, rows = box
    return QRectF(left - EDGE, bottom - EDGE, columns + 2 * EDGE, rows + 2 * EDGE)


def close_rect(maze: Maze) -> QRectF:
    """The maze and all its open squares with half a cell around, in cells."""
    rows, cols = np.nonzero(maze.grid != WALL)
    last = maze.margin + maze.dim - 1
    left, bottom = min(int(cols.min()), maze.margin) - RIM, min(int(rows.min()), maze.margin) - RIM
    right, top = max(int(cols.max()), last) + 1 + RIM, max(int(rows.max()), last) + 1 + RIM
    return QRectF(left, bottom, right - left, top - bottom)


def columns_of_largest(panes: int, width: float, height: float, caption: float, shape: float, kept: int) -> int:
    """Columns in which mazes are drawn largest, each row under a caption.

    Args:
        panes: how many mazes.
        width: of all of them together.
        height: of all of them together.
        caption: the height of a row's captions.
        shape: a maze's width as a multiple of its height.
        kept: the columns there are: others have to be clearly better, so that nothing jumps to and fro.
    """

    def scale(columns: int) -> float:
        rows = -(-panes // columns)
        size = min(width / columns, (height / rows - caption) * shape)
        return 1.05 * size if columns == kept else size

    return max(range(panes, 0, -1), key=scale)
