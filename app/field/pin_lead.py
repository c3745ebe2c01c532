"""Path probability from the mouse to a pin, before and after the patches, in a sentence."""

from __future__ import annotations

from math import isnan

from app.field.measures import path_probability
from app.field.requests import FieldResult
from app.maze.maze import Square
from app.maze.routes import shortest_path
from app.number_format import fixed


def pin_lead(result: FieldResult, square: Square) -> str:
    """Path probability to a square, without and with the stack: "Path probability to the pin 0.36 → 0.88".

    Empty while a square of the way is not computed yet.
    """
    maze = result.request.maze
    if not maze.is_open(square):
        return "The pin is on a wall: no way leads to it"
    if square == maze.mouse:
        return "The pin is on the mouse's own square"
    if shortest_path(maze, maze.mouse, square) is None:
        return "No way leads from the mouse to the pin"
    before, after = (path_probability(field, square) for field in (result.original, result.patched))
    if before is None or after is None or isnan(before) or isnan(after):
        return ""
    return f"Path probability to the pin {fixed(before)} → {fixed(after)}"
