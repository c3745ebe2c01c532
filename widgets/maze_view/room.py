"""What room a maze leaves on its canvas for what is laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect

from app.figure import visible_box
from app.maze.maze import Maze

if TYPE_CHECKING:
    from widgets.maze_view.canvas import MazeCanvas


def maze_rect(canvas: MazeCanvas, maze: Maze) -> QRect:
    """Where a maze lies, in the canvas's pixels, less half of the wall around it."""
    left, bottom, columns, rows = visible_box(maze)
    ends = [canvas.pixel_at(end) for end in ((bottom, left), (bottom + rows - 1, left + columns - 1))]
    return QRect(ends[0], ends[1]).normalized()
