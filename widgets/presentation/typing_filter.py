"""Filter of letters typed into a field: they are not shown to the audience as keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

FIELDS = QLineEdit | QAbstractSpinBox | QTextEdit | QPlainTextEdit
EDITING = frozenset(
    {
        Qt.Key.Key_Backspace,
        Qt.Key.Key_Delete,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
    }
)


def is_typing(event: QKeyEvent, focus: QWidget) -> bool:
    """True if a key pressed there writes or corrects a text: Enter, Esc, Up, Down and those with Ctrl do not."""
    if not isinstance(focus, FIELDS) and not (isinstance(focus, QComboBox) and focus.isEditable()):
        return False
    text = event.text()
    if text and text.isprintable():
        return True
    held = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    return not held and Qt.Key(event.key()) in EDITING
