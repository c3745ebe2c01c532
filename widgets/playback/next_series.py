"""A second series next to the one that is open: its lane on an axis of its own, its checkpoints to compare with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from app.policy.policy import Policy
from app.progress import Progress
from widgets.controls.panel_parts import Elided, column, row
from widgets.playback.lane_key import LaneKey
from widgets.playback.lane_strip import LaneStrip
from widgets.playback.series_rows import SeriesRows
from widgets.services.cancellable_task import Task
from widgets.services.context import Context

if TYPE_CHECKING:
    from app.policy.series import Series
    from app.studies.study import Plot


class NextSeries(QWidget):
    """The lane of another run, drawn to the scale of the first; hidden without one.

    Its steps need not be of the kind of the first run's: the axis goes from its own first checkpoint to its last.

    Args:
        ends: asked for the pixels of the axis's ends in the parent, so that both axes have one length.
        scale: asked for the first run's lane, to whose scale this one is drawn.

    Signals:
        compared(Policy): one of its checkpoints was clicked on.
        changed(): another series, other rows, or none.
    """

    compared = Signal(object)
    changed = Signal()

    def __init__(self, context: Context, ends: Callable[[], tuple[int, int]], scale: Callable[[], Plot | None]) -> None:
        super().__init__()
        self._context, self._ends, self._scale = context, ends, scale
        self.series: Series | None = None
        self.rows = SeriesRows(context, self)
        self._lane, self._shown = "", 0
        self._opening = Task(context, self, about="file")
        self.setAccessibleName("Second series")
        self.strip = LaneStrip(context, self._x, self._value)
        self.strip.sought.connect(self._compare)
        self.name, self.said, self.note = Elided(stretch=False), LaneKey(stretch=False), Elided()
        self.note.setProperty("muted", True)
        close = QToolButton()
        close.setDefaultAction(context.actions["series.next_close"])
        close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        layout = column(self, 0, 0)
        layout.addWidget(self.strip)
        layout.addLayout(row(self.name, self.said, self.note, close, space=8))
        self.rows.changed.connect(self.changed)
        self.hide()

    def open(self, paths: Sequence[Path]) -> None:
        """Read a folder or several files as the second series."""

        def read(progress: Progress) -> Series:
            from app.policy.series import open_series

            return open_series(paths, progress)

        self._opening.start(read, self.show_series)

    def show_series(self, series: Series) -> None:
        """Show this series, and measure it."""
        self.series, self._shown = series, len(series) - 1
        self.rows.start(series, self._context.document.state.maze.world)
        self.show()
        self.changed.emit()

    def close_series(self) -> None:
        """Show none."""
        self._opening.cancel()
        self.rows.clear()
        self.series = None
        self.hide()
        self.changed.emit()

    def index_of(self, policy: Policy | None) -> int | None:
        """The checkpoint of a policy, None for another policy."""
        if self.series is None or policy not in self.series.policies:
            return None
        return self.series.policies.index(policy)

    def plot(self, lane: str) -> Plot | None:
        """Its lane of this name; None without a series or before it is measured."""
        return None if self.series is None else self.rows.plot(lane)

    def refresh(self, lane: str, compared: Policy | None) -> None:
        """Show a lane, and mark the checkpoint that is compared with the one in front."""
        if self.series is None:
            return
        self._lane = lane
        found = self.index_of(compared)
        self._shown = self._shown if found is None else found
        checkpoint = self.series.checkpoints[self._shown]
        self.strip.show_plot(self.plot(lane), (10**self.series.positions).tolist(), self._scale())
        self.strip.show_value(None, found)
        self.name.setText(f"{self.series.name} · step {checkpoint.step:,} · {self._shown + 1} of {len(self.series)}")
        self.said.show_entries(self.strip.entries(self._shown))
        self.note.setText(self.rows.note(lane))

    def _compare(self, value: int) -> None:
        if self.series is not None:
            self._shown = value
            self.compared.emit(self.series.checkpoints[value].policy)

    def _x(self, value: int) -> int:
        assert self.series is not None
        first, last = self._ends()
        places = self.series.positions
        share = (places[value] - places[0]) / (places[-1] - places[0])
        return round(first + share * (last - first)) - self.x() - self.strip.x()

    def _value(self, x: float) -> int:
        assert self.series is not None
        return min(range(len(self.series)), key=lambda value: abs(self._x(value) - x))
