"""Reason for which a control has the focus: a mouse click, or the keyboard itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

MARK = "usedByMouse"
PRESSES = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.TouchBegin})
BY_KEYBOARD = frozenset(
    {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason}
)


def by_mouse(widget: QWidget | None) -> bool:
    """True if the control with the keyboard was last pressed by the mouse, and not reached by Tab since."""
    return widget is not None and widget.property(MARK) is True


class MouseUse(QObject):
    """Marks the controls of a window that the mouse uses; see `by_mouse`.

    Qt tells a control why it gets the keyboard, and nobody else. Every event of the program need not pass here: a
    control is listened to from the first time on that it has the keyboard, and that is before it is told of the press.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_changed)

    def _focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None:
            # Again and again: Qt keeps a filter only once.
            new.installEventFilter(self)
            if isinstance(new, QAbstractScrollArea):
                # It is pressed on its viewport, which never has the keyboard itself.
                new.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lets everything pass."""
        if event.type() in PRESSES:
            area = watched.parent()
            pressed = area if isinstance(area, QAbstractScrollArea) and area.viewport() is watched else watched
            pressed.setProperty(MARK, True)
        elif isinstance(event, QFocusEvent) and event.gotFocus() and event.reason() in BY_KEYBOARD:
            watched.setProperty(MARK, False)
        return False
