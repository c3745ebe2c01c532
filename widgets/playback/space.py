"""The space bar plays and pauses, except where it already means something."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from widgets.maze_view.canvas import MazeCanvas


class SpaceKeeper(QObject):
    """Leaves the space bar to buttons, fields and lists that have the keyboard, and to a canvas with a cell cursor.

    Qt asks, before it takes a key for a shortcut, whether the widget with the keyboard wants it for itself; buttons do
    not answer, so the window answers for them.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
            and not event.modifiers()
        ):
            focus = QApplication.focusWidget()
            if isinstance(focus, MazeCanvas):
                wanted = focus.marks.cursor_square is not None
            else:
                wanted = focus is not None and focus is not self._window
            event.setAccepted(wanted)
            return wanted
        return super().eventFilter(watched, event)
