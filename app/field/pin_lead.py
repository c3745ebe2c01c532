"""Path probability from the mouse to a pin, before and after the patches, in a sentence."""

from __future__ import annotations

from math import isnan
from typing import Final

from app.field.measures import path_probability
from app.field.requests import FieldResult
from app.maze.maze import Square
from app.maze.routes import shortest_path
from app.number_format import fixed

ON_A_WALL: Final = "The pin is on a wall: no way leads to it"
ON_THE_MOUSE: Final = "The pin is on the mouse's own square"
NO_WAY: Final = "No way leads from the mouse to the pin"
SHORTER: Final = {
    ON_A_WALL: "The pin is on a wall",
    ON_THE_MOUSE: "The pin is on the mouse",
    NO_WAY: "No way to the pin",
}
"""The same in fewer words, where there is little room."""


def shorter_lead(text: str) -> str:
    """The sentence of `pin_lead` in fewer words: "Path to the pin 0.36 → 0.88"."""
    return SHORTER.get(text, text.replace("Path probability to", "Path to"))


def pin_lead(result: FieldResult, square: Square) -> str:
    """Path probability to a square, without and with the stack: "Path probability to the pin 0.36 → 0.88".

    Empty while a square of the way is not computed yet.
    """
    maze = result.request.maze
    if not maze.is_open(square):
        return ON_A_WALL
    if square == maze.mouse:
        return ON_THE_MOUSE
    if shortest_path(maze, maze.mouse, square) is None:
        return NO_WAY
    before, after = (path_probability(field, square) for field in (result.original, result.patched))
    if before is None or after is None or isnan(before) or isnan(after):
        return ""
    return f"Path probability to the pin {fixed(before)} → {fixed(after)}"
