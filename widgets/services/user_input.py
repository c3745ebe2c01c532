"""Whether the user does something: presses a button or a key, or drops a file."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

_ACTS = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.KeyPress,
        # A key that is a shortcut is no key press any more.
        QEvent.Type.Shortcut,
        QEvent.Type.Drop,
        QEvent.Type.TouchBegin,
    }
)
_MODIFIERS = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr})


class Acts(QObject):
    """Tells of what is done anywhere in the program, while it is asked to watch.

    Args:
        besides: what is done on this widget does not count.

    Signals:
        acted(): something was done.
    """

    acted = Signal()

    def __init__(self, besides: QWidget) -> None:
        super().__init__(besides)
        self._besides = besides
        self._watching = self._heard = False

    def watch(self, on: bool) -> None:
        """Begin, or end. Every event of the program passes here meanwhile, so end it when there is no need."""
        app = QApplication.instance()
        if on == self._watching or app is None:
            return
        self._watching = on
        if on:
            app.installEventFilter(self)
        else:
            app.removeEventFilter(self)

    def from_now(self) -> None:
        """What is being done just now does not count: a key goes on from widget to widget, up to the window."""
        self._heard = False
        QTimer.singleShot(0, self, self._hear)

    def _hear(self) -> None:
        self._heard = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lets everything pass."""
        if self._heard and event.type() in _ACTS and isinstance(watched, QWidget) and not self._apart(watched, event):
            self.acted.emit()
        return False

    def _apart(self, watched: QWidget, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() in _MODIFIERS:
            return True
        if isinstance(event, QMouseEvent) and watched.window() is self._besides.window():
            # By its place: a press that nobody wants goes on from widget to widget, up to the window.
            place = self._besides.mapFromGlobal(event.globalPosition().toPoint())
            return self._besides.isVisible() and self._besides.rect().contains(place)
        return watched is self._besides or self._besides.isAncestorOf(watched)
