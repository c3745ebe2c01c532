"""What is open before anything was opened: a shipped level, so that nothing has to be waited for."""

from __future__ import annotations

from app.document import Document, OpenMaze, State
from app.errors import MazescopeError
from app.maze import files
from app.maze.levels import random_level
from app.paths import asset

FIRST_SEED = 23


def first_document() -> Document:
    """A document with one maze and no policy yet."""
    try:
        maze = files.load(asset("samples", f"easy-{FIRST_SEED}.json"))
        tab = OpenMaze(1, f"easy {FIRST_SEED}", maze, maze, FIRST_SEED)
    except MazescopeError:
        maze = random_level(15, 13, 0)
        tab = OpenMaze(1, "Random maze", maze, maze)
    return Document(State((tab,), tab.id))
