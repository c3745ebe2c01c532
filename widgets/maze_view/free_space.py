"""Free space on a canvas around its maze."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize

from app.drawing.figure import visible_box
from app.maze.maze import Maze

if TYPE_CHECKING:
    from widgets.maze_view.canvas import MazeCanvas

Spot = tuple[int, int]
"""Steps from the left and from the top of a canvas."""

EDGE = 6
"""Pixels between a card and the canvas's edge."""

CLEAR = 24
"""Pixels between a card and the pointer."""

STEPS = 4
"""Steps from one edge of the canvas to the other in which places for a card are tried."""


def maze_rect(canvas: MazeCanvas, maze: Maze) -> QRect:
    """The rectangle of a maze in the canvas's pixels, less half of the wall around it."""
    left, bottom, columns, rows = visible_box(maze)
    ends = [canvas.pixel_at(end) for end in ((bottom, left), (bottom + rows - 1, left + columns - 1))]
    return QRect(ends[0], ends[1]).normalized()


def places_on(room: QRect, size: QSize, near: QPoint) -> dict[Spot, QRect]:
    """Places for a card: corners of a canvas, edges and between, but not under the pointer, if that can be."""
    free = room.adjusted(EDGE, EDGE, -EDGE, -EDGE)
    right, low = (max(free.right() + 1 - size.width(), EDGE), max(free.bottom() + 1 - size.height(), EDGE))
    lefts = [round(EDGE + (right - EDGE) * step / STEPS) for step in range(STEPS + 1)]
    tops = [round(EDGE + (low - EDGE) * step / STEPS) for step in range(STEPS + 1)]
    places = {(x, y): QRect(QPoint(left, top), size) for y, top in enumerate(tops) for x, left in enumerate(lefts)}
    around = QRect(near, near).adjusted(-CLEAR, -CLEAR, CLEAR, CLEAR)
    clear = {spot: place for spot, place in places.items() if not place.intersects(around)}
    return clear or places


def squares_under(canvas: MazeCanvas, maze: Maze, places: Sequence[QRect]) -> np.ndarray:
    """(places,) int64: the open squares of which each place covers a third or more across or up."""
    origin, across = canvas.pixel_at((0, 0)), canvas.pixel_at((0, maze.world - 1))
    cell = (across.x() - origin.x()) / max(maze.world - 1, 1)
    x, y = origin.x() + maze.squares[:, 1] * cell, origin.y() - maze.squares[:, 0] * cell
    reach = cell / 6
    return np.array(
        [
            int(
                (
                    (x > place.left() - reach)
                    & (x < place.right() + reach)
                    & (y > place.top() - reach)
                    & (y < place.bottom() + reach)
                ).sum()
            )
            for place in places
        ]
    )
