"""Keys that mean something else in one widget than in the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from widgets.controls.mouse_focus import by_mouse

PAGES = frozenset({Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
NOT_FOR_SLIDERS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)
DIGITS = frozenset(Qt.Key(Qt.Key.Key_0 + digit) for digit in range(10))


class OwnKeys:
    """Mixed into a widget, before its Qt class: `own_keys`, pressed there or in what it holds, are no shortcuts.

    Qt offers every key to the widget with the keyboard, and to those around it, before it looks for a shortcut. The
    space bar is the widget's only where Tab has led, and the focus shows: after a click it plays, as everywhere.
    """

    own_keys: frozenset[Qt.Key] = frozenset()

    def event(self, event: QEvent) -> bool:
        """Qt's."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and Qt.Key(event.key()) in self.own_keys
            and not (event.key() == Qt.Key.Key_Space and isinstance(self, QWidget) and by_mouse(self))
            and not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        ):
            event.accept()
            return True
        return bool(super().event(event))  # type: ignore[misc]


class SliderKeys(OwnKeys):
    """Mixed into a slider, before its Qt class: which keys are the window's while it has the keyboard.

    Keys with Ctrl, Alt or Meta always are: Qt's sliders take Ctrl+Home for Home wherever the window has just no use for
    it. Pages are once the mouse has used the slider; where Tab has led, they step it.
    """

    def event(self, event: QEvent) -> bool:
        """Qt's."""
        assert isinstance(self, QWidget)
        if isinstance(event, QKeyEvent):
            elsewhere = event.modifiers() & NOT_FOR_SLIDERS or (Qt.Key(event.key()) in PAGES and by_mouse(self))
            if elsewhere:
                event.ignore()
                return False
        return super().event(event)


class UndoOnceTaken:
    """Mixed into a field, before its Qt class: Undo and Redo are the window's once what was typed has been taken.

    Qt's fields keep these keys for themselves as long as they have the keyboard, which they still have after Enter.
    """

    def is_taken(self) -> bool:
        """True if the field shows nothing but what has been taken."""
        raise NotImplementedError

    def event(self, event: QEvent) -> bool:
        """Qt's."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo))
            and self.is_taken()
        ):
            event.ignore()
            return False
        return bool(super().event(event))  # type: ignore[misc]
