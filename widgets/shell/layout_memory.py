"""Layout of the window and its panels, saved soon after every change: a crash loses none of it."""

from __future__ import annotations

import base64

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, QTimer
from PySide6.QtWidgets import QMainWindow

from widgets.services.context import Context
from widgets.shell.docks import Docks

SETTLED = 500
"""Milliseconds without another change after which the arrangement is taken down."""

ARRANGED = frozenset(
    {
        QEvent.Type.Resize,
        QEvent.Type.Move,
        QEvent.Type.Show,
        QEvent.Type.Hide,
        QEvent.Type.WindowStateChange,
    }
)
"""Events of a window or a panel that is arranged again."""


LEAST_WIDTH = 640
"""Logical pixels of a window in which all menus and controls are in sight."""


def first_size(room: QSize) -> QSize:
    """Size of the window at the very first start.

    Args:
        room: what the screen has for windows, in logical pixels.
    """
    wide = min(max(room.width() - 40, LEAST_WIDTH), room.width())
    return QSize(min(1480, wide), min(980, room.height() - 60))


class LayoutMemory(QObject):
    """Keeps the settings "geometry", "layout", "closed_panels" and "arranged_in" as the window is.

    Attributes:
        paused: says whether the window is arranged otherwise for a while, which is not to be remembered.
    """

    def __init__(self, context: Context, window: QMainWindow, docks: Docks) -> None:
        super().__init__(window)
        self._settings, self._window, self._docks = context.settings, window, docks
        self.paused = lambda: False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLED)
        self._timer.timeout.connect(self.keep)
        self._restore()
        for part in (window, *docks.docks.values()):
            part.installEventFilter(self)

    def keep(self) -> None:
        """Remember how things are now."""
        if self.paused():
            return
        self._docks.remember()
        now = {
            "geometry": _text(self._window.saveGeometry()),
            "layout": _text(self._docks.own_state),
            "closed_panels": self._docks.closed,
            "arranged_in": self._docks.arranged_in,
        }
        for key, value in now.items():
            if self._settings.get(key) != value:
                self._settings.set(key, value)

    def close(self) -> None:
        """Remember a last time: the panels go with the window from now on."""
        for part in (self._window, *self._docks.docks.values()):
            part.removeEventFilter(self)
        self._timer.stop()
        self.keep()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Waits until everything is where it is to stay."""
        if event.type() in ARRANGED:
            self._timer.start()
        return False

    def _restore(self) -> None:
        geometry, layout, closed = (self._settings.get(key) for key in ("geometry", "layout", "closed_panels"))
        if isinstance(geometry, str):
            self._window.restoreGeometry(_bytes(geometry))
        line = self._settings.get("arranged_in")
        if isinstance(line, int) and isinstance(layout, str):
            self._docks.arranged_in = line
        if isinstance(layout, str):
            self._docks.restore(_bytes(layout), closed if isinstance(closed, list) else None)


def _text(data: QByteArray) -> str:
    return base64.b64encode(data.data()).decode()


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode())
