"""Actions on the maze in front as a whole: copy, paste, turn, clear, carve, cheese, tabs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.document import maze_edits
from app.document.document import State
from app.maze.maze import Maze
from app.maze.transforms import carve_path_to_corner, clear, mirror, rotate
from widgets.actions.new_maze_dialog import NewMazeDialog
from widgets.services.action_registry import Spec
from widgets.services.clipboard import copy_maze, pasted_maze
from widgets.services.context import Context


class Tabs(Protocol):
    """The open mazes as tabs, as the Maze menu asks for them."""

    def step(self, by: int) -> None: ...
    def close_current(self) -> None: ...


class CheeseToggle:
    """Takes the cheese away, and puts it back where it last was, or on the nearest square it can be on."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._last = context.document.state.maze.cheese
        context.document.changed.connect(self._document_changed)

    @property
    def title(self) -> str:
        """The title now: that of the work a call would do."""
        return "Put back cheese" if self._context.document.state.maze.cheese is None else "Remove cheese"

    def __call__(self) -> None:
        document = self._context.document
        maze = document.state.maze
        if maze.cheese is not None:
            maze_edits.remove_cheese(document)
            return
        places = [(int(row), int(col)) for row, col in maze.squares if (int(row), int(col)) != maze.mouse]
        wanted = self._last or document.state.tab.generated.cheese or maze.top_right
        if places:
            nearest = min(places, key=lambda at: abs(at[0] - wanted[0]) + abs(at[1] - wanted[1]))
            maze_edits.move_cheese(document, nearest)
        else:
            self._context.notice("There is no open square for the cheese.")

    def _document_changed(self, _old: State, new: State) -> None:
        self._last = new.maze.cheese or self._last


def register_maze(context: Context, tabs: Tabs, parent: QWidget) -> None:
    """Register them all.

    Args:
        parent: the window over which the dialog for a new maze opens.
    """
    document = context.document
    toggle_cheese = CheeseToggle(context)

    def change(verb: str, make: Callable[[Maze], Maze]) -> Callable[[], None]:
        def act() -> None:
            document.end()
            maze_edits.edit_maze(document, verb, make)

        return act

    def paste() -> None:
        maze = pasted_maze(document.state.maze)
        document.end()
        maze_edits.edit_maze(document, "Paste maze", lambda _: maze)

    def duplicate() -> None:
        document.end()
        maze_edits.duplicate_maze(document)

    def new() -> None:
        dialog = NewMazeDialog(context, parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def copy() -> None:
        copy_maze(document.state.maze)
        context.notice("Copied the maze; as text, too.")

    def several_tabs() -> bool:
        return len(document.state.mazes) > 1

    group = "Maze"
    specs = (
        Spec(
            id="maze.new",
            title="New maze…",
            handler=new,
            keys=("Ctrl+Shift+N",),
            icon="plus-box-outline",
            group=group,
            tip="A maze of a chosen size.",
            words="random generate size seed",
        ),
        Spec(
            id="maze.copy",
            title="Copy maze",
            handler=copy,
            keys=("Ctrl+C",),
            icon="content-copy",
            group=group,
            tip="Copy the maze, as text too.",
            words="ascii clipboard",
        ),
        Spec(
            id="maze.paste",
            title="Paste maze",
            handler=paste,
            keys=("Ctrl+V",),
            icon="content-paste",
            group=group,
            tip="Paste a copied maze, or lines of #, ., C and M, over the maze in front.",
            words="ascii clipboard import",
        ),
        Spec(
            id="maze.rotate_left",
            title="Rotate left",
            handler=change("Rotate left", lambda maze: rotate(maze, 1)),
            keys=("Ctrl+[",),
            icon="rotate-left",
            group=group,
        ),
        Spec(
            id="maze.rotate_right",
            title="Rotate right",
            handler=change("Rotate right", lambda maze: rotate(maze, -1)),
            keys=("Ctrl+]",),
            icon="rotate-right",
            group=group,
        ),
        Spec(
            id="maze.mirror",
            title="Mirror left and right",
            handler=change("Mirror", lambda maze: mirror(maze, "horizontal")),
            icon="flip-horizontal",
            group=group,
        ),
        Spec(
            id="maze.flip",
            title="Mirror top and bottom",
            handler=change("Mirror", lambda maze: mirror(maze, "vertical")),
            icon="flip-vertical",
            group=group,
        ),
        Spec(
            id="maze.clear",
            title="Clear walls",
            handler=change("Clear walls", clear),
            icon="eraser",
            group=group,
            tip="Remove all walls of the maze.",
        ),
        Spec(
            id="maze.carve",
            title="Carve path to the corner",
            handler=change("Carve path to the corner", carve_path_to_corner),
            icon="stairs-up",
            group=group,
            tip="Open a path from the top-right square to the world's corner, as the top-right vector does.",
            words="top-right open maze",
            enabled_when=lambda: document.state.maze.margin > 0,
        ),
        Spec(
            id="maze.toggle_cheese",
            title="Remove cheese",
            title_now=lambda: toggle_cheese.title,
            handler=toggle_cheese,
            keys=("Del",),
            icon="cheese-off",
            group=group,
            words="delete goal reward",
        ),
        Spec(
            id="tab.duplicate",
            title="Duplicate in a tab",
            handler=duplicate,
            keys=("Ctrl+Shift+D",),
            icon="tab-plus",
            group=group,
        ),
        Spec(
            id="tab.next",
            title="Next tab",
            handler=lambda: tabs.step(1),
            keys=("Ctrl+Tab",),
            group=group,
            enabled_when=several_tabs,
        ),
        Spec(
            id="tab.previous",
            title="Previous tab",
            handler=lambda: tabs.step(-1),
            keys=("Ctrl+Shift+Tab",),
            group=group,
            enabled_when=several_tabs,
        ),
        Spec(
            id="tab.close",
            title="Close tab",
            handler=lambda: tabs.close_current(),
            keys=("Ctrl+W",),
            group=group,
            enabled_when=several_tabs,
        ),
    )
    for spec in specs:
        context.actions.add(spec)
