"""The bar of a series: a log axis to scrub on, play, pin, and the lane that is drawn over the axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from app.policy.policy import Policy
from app.studies.study import Plot
from widgets.controls.panel_parts import Choice, Elided, column, muted, row
from widgets.controls.scrubber import Scrub
from widgets.playback.lane_key import LaneKey
from widgets.playback.lane_strip import LaneStrip
from widgets.playback.next_series import NextSeries
from widgets.playback.series_player import SeriesPlayer
from widgets.services.context import Context
from widgets.style import theme

LANES: Final = {
    "log_odds": "Cheese against top right",
    "solved": "Solved",
    "cheese_channel": "Cheese channel",
    "vector": "Cheese vector at -1",
    "pushes": "Largest pushes",
}
"""Name of a plot of `TrainingResult` -> what the choice calls it."""

SCALE: Final = 6
"""Room for the numbers of the lane's ends, in digits."""

BUTTONS: Final = ("series.back", "series.play", "series.forward", "series.pin")


class SeriesBar(QWidget):
    """Reflects the player; hidden without a series.

    Args:
        pinned: asked which checkpoint is compared with, None for none.
        compared: asked which policy is.

    Attributes:
        next: the second series.
        scrub: the log axis.
        strip: the lane over it.
        lane: which lane.
        said: what the lane has at the step shown, and the key of its lines.
    """

    def __init__(
        self,
        context: Context,
        player: SeriesPlayer,
        pinned: Callable[[], int | None],
        compared: Callable[[], Policy | None],
    ) -> None:
        super().__init__()
        self._context, self._player, self._pinned, self._compared = context, player, pinned, compared
        self.setAccessibleName("Training")
        self.scrub = Scrub("Checkpoint", "Drag through the checkpoints; the axis is logarithmic in the training step")
        self.strip = LaneStrip(context, self._x_in_strip, self._value_in_strip)
        chosen = context.settings.get("series.lane", "log_odds")
        self._lane = chosen if chosen in LANES else "log_odds"
        self.lane = Choice("Lane", "What is drawn over the axis", dict(LANES), self._choose_lane)
        self.lane.choose(self._lane)
        self.lane.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.lane.setMinimumContentsLength(max(map(len, LANES.values())))
        self.lane.setMinimumWidth(5 * self.lane.fontMetrics().height())
        self.step = Elided(stretch=False)
        self.said, self.note = LaneKey(), Elided()
        self.note.setProperty("muted", True)
        self.name = muted()
        self.buttons: dict[str, QToolButton] = {}
        for name in (*BUTTONS, "series.close"):
            button = QToolButton()
            button.setDefaultAction(context.actions[name])
            button.setAccessibleName(context.actions.spec(name).title)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.buttons[name] = button
        self.next = NextSeries(context, self._ends, lambda: self.plot)
        self._lay_out()
        self.scrub.valueChanged.connect(self._seek)
        self.scrub.sliderReleased.connect(context.document.end)
        self.strip.sought.connect(self._seek)
        player.rows.changed.connect(self._show_lane)
        self.next.changed.connect(self._show_lane)
        context.palette_changed.connect(self._take_look)
        self._take_look()
        self.hide()

    def refresh(self) -> None:
        """Show the player as it is."""
        player, series = self._player, self._player.series
        self.setVisible(series is not None)
        if series is None:
            return
        with QSignalBlocker(self.scrub):
            self.scrub.set_places(series.positions.tolist())
            self.scrub.setValue(player.index)
        step, seen = series.steps[player.index], series.checkpoints[player.index].observations
        observations = "" if seen is None else f" · {seen:,} observations"
        other = "" if player.current else " (another policy is open)"
        self.step.setText(f"Step {step:,}{observations} · {player.index + 1} of {len(series)}{other}")
        self.name.setText(series.name)
        self.strip.show_value(player.index, self._pinned())
        self._show_lane()

    def _show_lane(self) -> None:
        player, series = self._player, self._player.series
        if series is None:
            return
        self.strip.show_plot(self.plot, (10**series.positions).tolist(), self.next.plot(self._lane))
        self.note.setText(player.rows.note(self._lane))
        self.said.show_entries(self.strip.entries(player.index))
        self.next.refresh(self._lane, self._compared())

    @property
    def plot(self) -> Plot | None:
        """The lane as numbers; None before anything is measured."""
        return self._player.rows.plot(self._lane)

    def _seek(self, index: int) -> None:
        self._player.pause()
        self._player.seek(index)

    def _choose_lane(self, name: str) -> None:
        self._lane = name
        self._context.settings.set("series.lane", name)
        self._show_lane()

    def _ends(self) -> tuple[int, int]:
        return (self.scrub.x_of(0) + self.scrub.x(), self.scrub.x_of(self._player.last) + self.scrub.x())

    def _x_in_strip(self, value: int) -> int:
        return self.scrub.x_of(value) + self.scrub.x() - self.strip.x()

    def _value_in_strip(self, x: float) -> int:
        return self.scrub.value_at(x - self.scrub.x() + self.strip.x())

    def _take_look(self, *_: object) -> None:
        self.step.setFont(theme.number_font(self.font()))
        self.refresh()

    def _lay_out(self) -> None:
        buttons = row(*(self.buttons[name] for name in BUTTONS), space=1)
        layout = column(self, 0, 0)
        layout.setContentsMargins(10, 2, 10, 2)
        layout.addWidget(self.strip)
        # Axis and lane have the whole width; the numbers of the lane's ends are in the room at its left.
        room = QWidget()
        room.setFixedWidth(round(SCALE * self.fontMetrics().horizontalAdvance("0")))
        layout.addLayout(row(room, self.scrub, space=0))
        layout.addLayout(row(buttons, self.step, self.said, self.lane, self.buttons["series.close"], space=8))
        layout.addLayout(row(self.name, self.note, space=8))
        layout.addWidget(self.next)
