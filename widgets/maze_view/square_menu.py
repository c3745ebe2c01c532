"""The context menu of a square of the maze."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from app.document import maze_edits, patch_edits
from app.document.view_mode import Mode
from app.field.square_text import square_text
from app.maze.maze import Square
from widgets.actions.pin_actions import add_cheese_pin
from widgets.maze_view.pins import pins
from widgets.services.context import Context


def show_square_menu(context: Context, square: Square, place: QPoint, parent: QWidget) -> None:
    """Open it at a place on the screen: inspect the square, put cheese, mouse or pin there, and so on."""
    document, view = context.document, context.view
    maze = document.state.maze
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if maze.is_open(square) and square != maze.cheese:
        menu.addAction("Inspect this square", lambda: view.inspect(None if square == maze.mouse else square))
        result = context.bridge.latest
        text = None if result is None or result.request.maze != maze else square_text(result, square)
        copy = menu.addAction("Copy numbers of this square", lambda: _copy(context, text))
        copy.setEnabled(text is not None)
        menu.addSeparator()
    if square not in (maze.mouse, maze.cheese):
        if maze.is_open(square):
            menu.addAction("Put the cheese here", lambda: maze_edits.move_cheese(document, square))
            menu.addAction("Put the mouse here", lambda: maze_edits.move_mouse(document, square))
            pin = menu.addAction(_pin_title(context), lambda: put_pin(context, square))
            pin.setEnabled(document.state.policy is not None)
        title = "Remove wall here" if maze.is_wall(square) else "Add wall here"
        menu.addAction(title, lambda: maze_edits.paint_walls(document, (square,), not maze.is_wall(square)))
        menu.addSeparator()
    menu.addAction(context.actions["maze.toggle_cheese"])
    menu.addAction(context.actions["level.restore"])
    menu.popup(place)


def _pin_title(context: Context) -> str:
    return "Move the pin here" if pins(context.document.state.stack) else "Pin the cheese channels here"


def put_pin(context: Context, square: Square) -> None:
    """Put the last pin of the stack on a square, or a new one; the patched field shows it."""
    document = context.document
    found = pins(document.state.stack)
    if context.view.mode is Mode.ORIGINAL:
        context.view.set_mode(Mode.PATCHED)
    if found:
        patch_edits.move_pin(document, found[-1][0], square)
    else:
        add_cheese_pin(context, lambda: square)


def _copy(context: Context, text: str | None) -> None:
    if text is not None:
        QGuiApplication.clipboard().setText(text)
        context.notice("Copied the numbers of the square, as a table.")
