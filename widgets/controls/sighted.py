"""A panel that is told whether it is in sight."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget


class Sighted(QWidget):
    """A panel that does for who looks at it what it need not do before.

    Qt calls a dock behind another's tab visible; the docks say when it is in front (`set_in_front`). On its own, not
    docked, it counts as in front.
    """

    def __init__(self) -> None:
        super().__init__()
        self._in_front = True

    @property
    def in_sight(self) -> bool:
        """Shown, and not behind another panel of its place."""
        return self._in_front and self.isVisible()

    def set_in_front(self, on: bool) -> None:
        """Say whether it is in front of the panels that it shares its place with."""
        self._in_front = on
        self.sight_changed()

    def showEvent(self, event: QShowEvent) -> None:
        self.sight_changed()
        super().showEvent(event)

    def sight_changed(self) -> None:
        """Called when `in_sight` may have changed."""
