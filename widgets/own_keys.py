"""Keys that mean something else in one widget than in the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

PAGES = frozenset({Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
DIGITS = frozenset(Qt.Key(Qt.Key.Key_0 + digit) for digit in range(10))


class OwnKeys:
    """Mixed into a widget, before its Qt class: `own_keys`, pressed there or in what it holds, are no shortcuts.

    Qt offers every key to the widget with the keyboard, and to those around it, before it looks for a shortcut.
    """

    own_keys: frozenset[Qt.Key] = frozenset()

    def event(self, event: QEvent) -> bool:
        """Qt's."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and Qt.Key(event.key()) in self.own_keys
            and not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        ):
            event.accept()
            return True
        return bool(super().event(event))  # type: ignore[misc]
