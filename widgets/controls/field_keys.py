"""Keys of fields in the main window: Enter and Esc give the keyboard back to the maze, commands work everywhere."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDockWidget, QWidget

from widgets.controls.key_overrides import UndoOnceTaken
from widgets.controls.tab_order import ReadingOrder

MODIFIERS: Final = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)

EDITING: Final = tuple(
    QKeySequence.StandardKey[name]
    for name in (
        "Copy",
        "Cut",
        "Paste",
        "SelectAll",
        "Undo",
        "Redo",
        "MoveToNextWord",
        "MoveToPreviousWord",
        "SelectNextWord",
        "SelectPreviousWord",
        "DeleteStartOfWord",
        "DeleteEndOfWord",
    )
)
"""Keys with a modifier that a field keeps. Qt's fields keep more, such as Ctrl+E for the end of a line."""


class FieldKeys(UndoOnceTaken):
    """Mixed into a field, before its Qt class.

    After Enter, which takes what was typed, and after Esc, which drops it, a plain key is a command of the window
    again: a "4" typed then shows another view and does not change the field. In dialogs, which have no maze, both keys
    are the dialog's.
    """

    def drop_typed(self) -> None:
        """Show what was last taken in place of what is being typed."""
        raise NotImplementedError

    def event(self, event: QEvent) -> bool:
        """Qt's."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.modifiers() & MODIFIERS
            and not any(event.matches(each) for each in EDITING)
            # AltGr types characters.
            and not (event.text().isprintable() and event.text())
        ):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's."""
        home = keyboard_home(self)
        key = Qt.Key(event.key())
        if home is not None and key == Qt.Key.Key_Escape:
            self.drop_typed()
            home.setFocus(Qt.FocusReason.OtherFocusReason)
            event.accept()
            return
        super().keyPressEvent(event)  # type: ignore[misc]
        if home is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            home.setFocus(Qt.FocusReason.OtherFocusReason)
            event.accept()


def keyboard_home(widget: object) -> QWidget | None:
    """The maze of the main window that a widget is in, also in a floating panel; None in dialogs."""
    window = widget.window() if isinstance(widget, QWidget) else None
    parent = window.parentWidget() if isinstance(window, QDockWidget) else None
    window = window if parent is None else parent.window()
    return window.keyboard_home if isinstance(window, ReadingOrder) else None
