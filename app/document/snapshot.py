"""A named snapshot as a value: a maze, a stack and how they were looked at, kept to be flipped to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from app.interventions.patches import PatchStack
from app.maze.maze import Maze


@dataclass(frozen=True)
class Snapshot:
    """A value, part of the document.

    Attributes:
        name: what it is called; no two of a document are alike.
        tab: id of the maze's tab.
        maze: the maze as it was.
        stack: the patches as they were.
        view: mode, layer, inspected square and so on, as JSON text; see `ViewState.part_to_json`.
    """

    name: str
    tab: int
    maze: Maze
    stack: PatchStack
    view: str = "{}"

    @property
    def view_values(self) -> dict[str, Any]:
        """The view as plain JSON values; empty where the text holds none."""
        try:
            found = json.loads(self.view)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}
