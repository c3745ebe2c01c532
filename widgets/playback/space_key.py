"""The space bar plays and pauses, except where it already has a meaning."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from widgets.controls.mouse_focus import MouseUse, by_mouse
from widgets.maze_view.canvas import MazeCanvas

PRESSED = QAbstractButton | QComboBox
"""The button that the space bar presses."""
FILLED = QLineEdit | QAbstractSpinBox | QTextEdit | QPlainTextEdit | QAbstractItemView | QLabel
"""Controls that take it as a letter, a tick or a link."""


class SpaceKeeper(QObject):
    """Leaves the space bar to fields and lists, to buttons that Tab led to, and to a canvas with a cell cursor.

    What the mouse has just used gives it up, as it shows no focus: whoever clicks does not mean to continue by keyboard
    there. Qt asks, before it takes a key for a shortcut, whether the widget with the keyboard wants it for itself;
    buttons do not answer, so the window answers for them. Others say so in `own_keys`.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        MouseUse(window)
        # A panel that floats is a window of its own.
        for part in (window, *window.findChildren(QDockWidget)):
            part.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
            and not event.modifiers()
        ):
            wanted = _wants_space(QApplication.focusWidget())
            event.setAccepted(wanted)
            return wanted
        return super().eventFilter(watched, event)


def _wants_space(focus: QWidget | None) -> bool:
    if isinstance(focus, MazeCanvas):
        return focus.marks.cursor_square is not None
    if isinstance(focus, PRESSED):
        return not by_mouse(focus)
    return isinstance(focus, FILLED)
