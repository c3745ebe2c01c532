"""The document at the start: a shipped maze, so that nothing has to be waited for."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.document.document import Document, OpenMaze, State
from app.document.samples import load_samples
from app.document.view_mode import Mode
from app.errors import MazescopeError
from app.interventions.patches import NO_PATCHES
from app.maze.levels import random_level

FIRST_MODE: Final = Mode.SIDE_BY_SIDE
"""The view a start without files opens in: the first sample is one whose two fields visibly differ."""


def first_document() -> Document:
    """The sample to open on, with the patches that show it, and no policy yet."""
    try:
        sample = load_samples()[0]
    except MazescopeError:
        # An installation without samples.
        maze, title, stack = random_level(15, 13, 0), "Random maze", NO_PATCHES
    else:
        maze, title, stack = sample.maze, sample.title, sample.stack
    tab = OpenMaze(1, title, maze, maze)
    return Document(State((tab,), tab.id, None, stack))


def new_state() -> State:
    """A new document's state: the same maze with no patches."""
    return replace(first_document().state, stack=NO_PATCHES)
