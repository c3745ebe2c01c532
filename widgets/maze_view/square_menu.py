"""The context menu of a square of the maze."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.document import maze_edits
from app.maze.maze import Square
from widgets.services.context import Context


def show_square_menu(context: Context, square: Square, place: QPoint, parent: QWidget) -> None:
    """Open it at a place on the screen: inspect the square, put cheese or mouse there, add or remove its wall."""
    document, view = context.document, context.view
    maze = document.state.maze
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if maze.is_open(square) and square != maze.cheese:
        menu.addAction("Inspect this square", lambda: view.inspect(None if square == maze.mouse else square))
        menu.addSeparator()
    if square not in (maze.mouse, maze.cheese):
        if maze.is_open(square):
            menu.addAction("Put the cheese here", lambda: maze_edits.move_cheese(document, square))
            menu.addAction("Put the mouse here", lambda: maze_edits.move_mouse(document, square))
        title = "Remove wall here" if maze.is_wall(square) else "Add wall here"
        menu.addAction(title, lambda: maze_edits.paint_walls(document, (square,), not maze.is_wall(square)))
        menu.addSeparator()
    menu.addAction(context.actions["maze.toggle_cheese"])
    menu.addAction(context.actions["level.restore"])
    menu.popup(place)
