"""Guard against wheel turns on a control that the pointer only passes over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QSpinBox, QWidget

if TYPE_CHECKING:
    Base = QWidget
else:
    Base = object


class WheelWhenFocused(Base):
    """Turns only while it has the keyboard: a wheel that merely passes over scrolls what is around it.

    Named before the Qt class. Qt's combo boxes and fields take the keyboard by the wheel itself; `by_click` ends that.
    """

    def by_click(self) -> None:
        """Take the keyboard by Tab or a click, and not by the wheel."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn, or leave it to what is around."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class QuietCombo(WheelWhenFocused, QComboBox):
    """A combo box that a passing wheel does not turn."""

    def __init__(self) -> None:
        super().__init__()
        self.by_click()


class PicturedCombo(QuietCombo):
    """A combo box with a picture before each text; the style forgets the room between the two, and cuts the text."""

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(self.iconSize().width(), 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class QuietSpin(WheelWhenFocused, QSpinBox):
    """A field for a whole number that a passing wheel does not turn."""

    def __init__(self) -> None:
        super().__init__()
        self.by_click()
