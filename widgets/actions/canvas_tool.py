"""A canvas tool as data, and the gesture that a press of it begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt

from app.maze.maze import Square
from widgets.services.context import Context


class Gesture(Protocol):
    """Gesture that a press begins."""

    def over(self, squares: Sequence[Square]) -> None:
        """The pointer ran over these squares, in order."""

    def finish(self) -> None:
        """The pointer was released."""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool as data.

    Attributes:
        id: "wall".
        title, icon, key: for the tool bar and the menus.
        cursor: the pointer's shape over the canvas.
        status: what it does, in the status bar and the tooltip.
        words: what else people call it, for the command palette.
        press: (context, square) -> what begins there, or None. None in place of a function pans.
    """

    id: str
    title: str
    icon: str
    key: str
    cursor: Qt.CursorShape
    status: str
    words: str = ""
    press: Callable[[Context, Square], Gesture | None] | None
