"""Place of the message bar: at the foot of a room over a view, from which it takes nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, QTimer
from PySide6.QtWidgets import QWidget

from widgets.shell.message_bar import MessageBar

EDGE = 6
"""Pixels left free around the bar."""

MOVES = frozenset({QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest})
"""Events of a part after which the room may be another."""


class MessagePlace(QObject):
    """Keeps a bar at the foot of a room: a maze does not move for a message.

    Args:
        bar: becomes a child of the view's parent.
        view: the view that it is over.
        parts: parts of the view on whose places the room depends.
        room: the room, in the pixels of the view's parent.
    """

    def __init__(self, bar: MessageBar, view: QWidget, parts: list[QWidget], room: Callable[[], QRect]) -> None:
        super().__init__(bar)
        self._bar, self._room = bar, room
        bar.setParent(view.parentWidget())
        for part in (bar, view, *parts):
            part.installEventFilter(self)
        self._soon = QTimer(self, singleShot=True, interval=0)
        # Once all parts have their places, too.
        self._soon.timeout.connect(self.place)

    def place(self) -> None:
        """As wide as the longest line, as far as there is room, at the middle of the room's foot."""
        bar, room = self._bar, self._room()
        layout, label = bar.layout(), bar.label
        assert layout is not None
        longest = max(label.fontMetrics().horizontalAdvance(line) for line in label.text().splitlines() or [""])
        around = layout.sizeHint().width() - label.sizeHint().width()
        # A little more than the letters take: rounded down, a line would be wrapped.
        width = max(1, min(room.width() - 2 * EDGE, longest + around + 4))
        height = layout.totalHeightForWidth(width)
        left = room.left() + (room.width() - width) // 2
        bar.setGeometry(left, max(room.top(), room.bottom() + 1 - EDGE - height), width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the room and the bar's own words; lets everything pass."""
        if watched is self._bar:
            if event.type() in (QEvent.Type.Show, QEvent.Type.LayoutRequest):
                self.place()
                self._bar.raise_()
        elif event.type() in MOVES and self._bar.isVisible():
            self._soon.start()
        return False
