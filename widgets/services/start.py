"""Start of the program: until the first field is seen, what it does not need waits."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.field.requests import FieldResult
from widgets.services.engine_bridge import EngineBridge

LONGEST: Final = 10_000
"""Milliseconds after which it is over, whatever happened."""

SEEN: Final = 50
"""Milliseconds from the first field's answer until it is painted."""


class Start(QObject):
    """Says whether the program is still starting. It is not, unless `begin` was called.

    Attributes:
        under_way: whether it is.

    Signals:
        over(): the first field is seen, or there will be none.
    """

    over = Signal()

    def __init__(self, bridge: EngineBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.under_way = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._end)

    def begin(self) -> None:
        """The window is about to be seen."""
        self.under_way = True
        self._bridge.result.connect(self._answered)
        self._bridge.failed.connect(self._end)
        self._timer.start(LONGEST)

    def close(self) -> None:
        """The window is closed: nothing is over any more, and nothing that waited for it begins."""
        if self.under_way:
            self._stop()

    def _answered(self, result: FieldResult) -> None:
        if result.complete and self._timer.interval() != SEEN:
            self._timer.start(SEEN)

    def _end(self, *_: object) -> None:
        if self.under_way:
            self._stop()
            self.over.emit()

    def _stop(self) -> None:
        self.under_way = False
        self._timer.stop()
        self._bridge.result.disconnect(self._answered)
        self._bridge.failed.disconnect(self._end)
