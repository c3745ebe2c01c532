"""Placement of overlays on the canvases: next to the mazes, clear of cards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QWidget

from app.drawing.figure import visible_box
from widgets.maze_view.free_space import maze_rect
from widgets.maze_view.maze_view import MazeView
from widgets.shell.message_bar import MessageBar

EDGE = 10
"""Pixels left free around what is there."""

LEAST_WIDTH = 16
"""Heights of a line that a message's words need next to the maze; else it is at the foot of the canvases."""

CARD = 1_000
"""Cost of covering a card, as a multiple of that of the same piece of a maze."""


def canvas_room(view: MazeView, over: QWidget) -> QRect:
    """The canvases together, in the pixels of the widget they are seen under: no numbers, legend or outcome there."""
    room = QRect()
    for canvas in view.canvases:
        room = room.united(QRect(canvas.mapTo(over.window(), QPoint()), canvas.size()))
    return room.translated(-over.mapTo(over.window(), QPoint()))


def mazes_in(view: MazeView, over: QWidget) -> list[QRect]:
    """The part of each canvas that its maze takes."""
    found = []
    sides = [(pane, view.picture) for pane in view.panes.values()]
    if view.companion is not None:
        sides += [(pane, view.companion.picture) for pane in view.other_panes.values()]
    for canvas, picture in ((pane.canvas, picture) for pane, picture in sides if not pane.isHidden()):
        inner = maze_rect(canvas, picture.maze)
        half = inner.width() // max(2 * (visible_box(picture.maze)[2] - 1), 1) + 1
        box = inner.adjusted(-half, -half, half, half).intersected(canvas.rect())
        found.append(box.translated(canvas.mapTo(over.window(), QPoint()) - over.mapTo(over.window(), QPoint())))
    return found


def clearest(
    size: QSize, room: QRect, mazes: Sequence[QRect], cards: Iterable[QRect], kept: int | None = None
) -> tuple[int, QRect]:
    """The corner of a room, or the middle of its foot or top, where a rectangle covers least, by number and place.

    Of equally good ones the one `kept` from before is taken, or the left one at the foot. A rectangle that is larger
    than the room is made as large as that.
    """
    inner = room.adjusted(EDGE, EDGE, -EDGE, -EDGE)
    size = size.boundedTo(inner.size())
    lefts = (inner.left(), inner.right() + 1 - size.width(), inner.center().x() - size.width() // 2)
    tops = (inner.bottom() + 1 - size.height(), inner.top())
    places = list(enumerate(QRect(QPoint(left, top), size) for top in tops for left in lefts))
    cards = list(cards)

    def cost(numbered: tuple[int, QRect]) -> tuple[int, bool]:
        number, place = numbered
        covered = sum(_area(place.intersected(maze)) for maze in mazes)
        return covered + CARD * sum(_area(place.intersected(card)) for card in cards), number != kept

    return min(places, key=cost)


def message_room(view: MazeView, over: QWidget, bar: MessageBar) -> QRect:
    """The room for messages that cover no numbers and no legend, in the pixels of the widget they are seen under.

    It is at the left of all mazes where that is wide enough for words and buttons; else all over the canvases.
    """
    room = canvas_room(view, over)
    free = min((maze.left() for maze in mazes_in(view, over)), default=room.left()) - room.left()
    if free >= LEAST_WIDTH * bar.label.fontMetrics().height() + bar.buttons_width:
        room.setWidth(free)
    return room


def _area(box: QRect) -> int:
    return max(box.width(), 0) * max(box.height(), 0) if box.isValid() else 0
