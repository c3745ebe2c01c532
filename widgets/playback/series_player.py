"""The player of a series: which checkpoint of a training run is the open policy, and the clock that moves it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.document import maze_edits
from app.document.document import State
from app.policy.policy import Policy
from app.progress import Progress
from widgets.playback.series_rows import SeriesRows
from widgets.services.cancellable_task import Task
from widgets.services.context import Context

if TYPE_CHECKING:
    from app.policy.series import Series

SPEED: Final = 3
"""Checkpoints a second while it plays, at most: the clock waits for each field."""


class SeriesPlayer(QObject):
    """Keeps the series that is open, and makes one of its checkpoints the document's policy.

    All scrubbing in one go is one undo.

    Attributes:
        series: what is open.
        rows: its lanes.

    Signals:
        changed(): the series, the checkpoint shown, or whether it plays.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.series: Series | None = None
        self.rows = SeriesRows(context, self)
        self._index = 0
        self._opening = Task(context, self, about="file")
        self._clock = QTimer(self)
        self._clock.setInterval(round(1000 / SPEED))
        self._clock.timeout.connect(self._tick)
        context.document.changed.connect(self._document_changed)

    # -- what it shows

    @property
    def index(self) -> int:
        """The checkpoint shown last."""
        return self._index

    @property
    def last(self) -> int:
        """The index of the last checkpoint; 0 without a series."""
        return 0 if self.series is None else len(self.series) - 1

    @property
    def policy(self) -> Policy | None:
        """The checkpoint at `index`."""
        return None if self.series is None else self.series.checkpoints[self._index].policy

    @property
    def current(self) -> bool:
        """True if the policy that is open is the checkpoint at `index`."""
        return self.series is not None and self._context.document.state.policy == self.policy

    def index_of(self, policy: Policy | None) -> int | None:
        """The checkpoint of a policy; None for one of another origin."""
        if self.series is None or policy not in self.series.policies:
            return None
        return self.series.policies.index(policy)

    @property
    def playing(self) -> bool:
        """True while the clock moves it."""
        return self._clock.isActive()

    # -- what users do

    def open(self, paths: Sequence[Path]) -> None:
        """Read a folder or several files as a series, and show its last checkpoint."""

        def read(progress: Progress) -> Series:
            from app.policy.series import open_series

            return open_series(paths, progress)

        self._opening.start(read, self.show_series)

    def show_series(self, series: Series) -> None:
        """Show a series, and begin to measure it."""
        self._clear()
        self.series = series
        self._context.document.end()
        self.seek(self.last)
        self.rows.start(series, self._context.document.state.maze.world)

    def close(self) -> None:
        """Leave the series; its checkpoint stays the open policy."""
        self._clear()
        self.changed.emit()

    def seek(self, index: int) -> None:
        """Make a checkpoint the open policy."""
        if self.series is None:
            return
        self._index = max(0, min(index, self.last))
        maze_edits.show_checkpoint(self._context.document, self.series.checkpoints[self._index].policy)
        self.changed.emit()

    def step_by(self, count: int) -> None:
        """Stop, and go this many checkpoints on or back."""
        self._clock.stop()
        self.seek(self._index + count)

    def toggle(self) -> None:
        """Play from the checkpoint shown, or from the first when it is the last; or pause."""
        if self.playing or self.series is None:
            self._clock.stop()
        else:
            if self._index == self.last:
                self.seek(0)
            self._clock.start()
        self.changed.emit()

    def pause(self) -> None:
        """Stop where it is."""
        self._clock.stop()
        self.changed.emit()

    # -- inside

    def _clear(self) -> None:
        self._clock.stop()
        self.rows.clear()
        self.series = None
        self._index = 0

    def _tick(self) -> None:
        # A field that is still being computed is waited for.
        if self._context.bridge.busy:
            return
        if self._index >= self.last:
            self.pause()
        else:
            self.seek(self._index + 1)

    def _document_changed(self, old: State, new: State) -> None:
        if self.series is None or old.policy == new.policy:
            return
        # Undo and redo lead to other checkpoints too.
        found = self.index_of(new.policy)
        if found is not None and not self.current:
            self._index = found
        self.changed.emit()
