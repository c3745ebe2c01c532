"""Progress row of a measurement of cheese channels."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

from widgets.controls.panel_parts import Elided, IconButton, column, row
from widgets.services.cheese_channel_cache import LEVELS
from widgets.services.context import Context


class CheeseProgress(QWidget):
    """A row that is there only while a measurement runs: what it does, how far it is, and a way to end it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        cheese = context.cheese
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of finding cheese channels")
        self._words = Elided("Finding cheese channels…")
        self.cancel = IconButton(context, "close", "Stop finding cheese channels", cheese.cancel)
        layout = column(self, 0, 2)
        layout.addLayout(row(self._words, self.cancel))
        layout.addWidget(self._bar)
        cheese.task.busy_changed.connect(self._busy_changed)
        cheese.task.progressed.connect(self._show)
        self._busy_changed(cheese.task.busy)

    def _busy_changed(self, busy: bool) -> None:
        if busy:
            self._show(0, LEVELS)
        self.setVisible(busy)

    def _show(self, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._words.setText(f"Finding cheese channels: {done} of {total} levels")
