"""Actions on the maze in front as a whole: copy, paste, turn, clear, carve, tabs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.document import maze_edits
from app.maze.maze import Maze
from app.maze.transforms import carve_path_to_corner, clear, mirror, rotate
from widgets.actions.new_maze_dialog import NewMazeDialog
from widgets.files.clipboard import copy_maze, pasted_maze
from widgets.services.action_registry import Spec
from widgets.services.context import Context

if TYPE_CHECKING:
    from widgets.main_window import MainWindow


def register_maze(context: Context, window: MainWindow) -> None:
    """Register them all."""
    document = context.document

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
        dialog = NewMazeDialog(context, window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def copy() -> None:
        copy_maze(document.state.maze)
        context.notice("Copied the maze; as text, too.")

    group = "Maze"
    specs = (
        Spec(
            "maze.new",
            "New maze…",
            new,
            ("Ctrl+Shift+N",),
            "plus-box-outline",
            group,
            "A maze of a chosen size.",
            words="random generate size seed",
        ),
        Spec(
            "maze.copy",
            "Copy maze",
            copy,
            ("Ctrl+C",),
            "content-copy",
            group,
            "Copy the maze, as text too.",
            words="ascii clipboard",
        ),
        Spec(
            "maze.paste",
            "Paste maze",
            paste,
            ("Ctrl+V",),
            "content-paste",
            group,
            "Paste a copied maze, or lines of #, ., C and M, over the maze in front.",
            words="ascii clipboard import",
        ),
        Spec(
            "maze.rotate_left",
            "Rotate left",
            change("Rotate left", lambda maze: rotate(maze, 1)),
            ("Ctrl+[",),
            "rotate-left",
            group,
        ),
        Spec(
            "maze.rotate_right",
            "Rotate right",
            change("Rotate right", lambda maze: rotate(maze, -1)),
            ("Ctrl+]",),
            "rotate-right",
            group,
        ),
        Spec(
            "maze.mirror",
            "Mirror left and right",
            change("Mirror", lambda maze: mirror(maze, "horizontal")),
            (),
            "flip-horizontal",
            group,
        ),
        Spec(
            "maze.flip",
            "Mirror top and bottom",
            change("Mirror", lambda maze: mirror(maze, "vertical")),
            (),
            "flip-vertical",
            group,
        ),
        Spec(
            "maze.clear",
            "Clear walls",
            change("Clear walls", clear),
            (),
            "eraser",
            group,
            "Open all of the maze.",
        ),
        Spec(
            "maze.carve",
            "Carve path to the corner",
            change("Carve path to the corner", carve_path_to_corner),
            (),
            "stairs-up",
            group,
            "Open a path from the top-right square to the world's corner, as the top-right vector does.",
            words="top-right open maze",
        ),
        Spec("tab.duplicate", "Duplicate in a tab", duplicate, ("Ctrl+Shift+D",), "tab-plus", group),
        Spec("tab.next", "Next tab", lambda: window.tabs.step(1), ("Ctrl+Tab",), "", group),
        Spec("tab.previous", "Previous tab", lambda: window.tabs.step(-1), ("Ctrl+Shift+Tab",), "", group),
        Spec("tab.close", "Close tab", lambda: window.tabs.close_current(), ("Ctrl+W",), "", group),
    )
    for spec in specs:
        context.actions.add(spec)

    def refresh(*_: object) -> None:
        state = document.state
        context.actions["maze.carve"].setEnabled(state.maze.margin > 0)
        for name in ("tab.next", "tab.previous", "tab.close"):
            context.actions[name].setEnabled(len(state.mazes) > 1)

    document.changed.connect(refresh)
    refresh()
