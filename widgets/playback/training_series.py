"""Series of checkpoints in the window: the player, its bar, and the actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.paths import asset
from widgets.files.opening import Files
from widgets.maze_view.compare import Compare
from widgets.playback.series_bar import SeriesBar
from widgets.playback.series_player import SeriesPlayer
from widgets.services.action_registry import Spec
from widgets.services.context import Context

if TYPE_CHECKING:
    from app.policy.policy import Policy
    from app.policy.series import Series

SHIPPED = "w1-easy-r5-s2-series"
"""Its folder among the policies."""

WORDS = "checkpoints training run learning development phase emergence"


class TrainingSeries(QObject):
    """The player of a series with its bar, which the window puts under the maze while a series is open.

    Attributes:
        player: the checkpoint shown, and the clock that moves it.
        bar: the controls and the lanes.
    """

    def __init__(self, context: Context, compare: Compare, files: Files) -> None:
        super().__init__(context)
        self._context, self._compare, self._files = context, compare, files
        self.player = player = SeriesPlayer(context, self)
        self._register()
        self.bar = SeriesBar(context, player, self.pinned, self.compared)
        files.series_wanted.connect(player.open)
        context.view.kept_changed.connect(self.bar.refresh)
        player.changed.connect(self._refresh)
        self.bar.next.compared.connect(compare.with_policy)
        self.bar.next.changed.connect(context.actions.refresh)
        self._refresh()

    def open_shipped(self) -> None:
        """Open the series that ships with the program."""
        self.player.open([asset("policies", SHIPPED)])

    def series(self) -> Series | None:
        """The series that is open."""
        return self.player.series

    def pinned(self) -> int | None:
        """The checkpoint that the one shown is compared with, if it is one of the series."""
        return self.player.index_of(self.compared())

    def compared(self) -> Policy | None:
        """The policy that the one in front is compared with."""
        comparison = self._compare.comparison
        return None if comparison is None else comparison.policy

    def pin(self, on: bool) -> None:
        """Keep the checkpoint shown next to those scrubbed to; or take the pinned one away."""
        policy = self.player.policy
        if on and policy is not None:
            self._compare.with_policy(policy)
        else:
            self._compare.stop()
        self._refresh()

    def close(self) -> None:
        """Leave the series, the one next to it, and what is compared of them."""
        self.close_next()
        if self.pinned() is not None:
            self._compare.stop()
        self.player.close()

    def close_next(self) -> None:
        """Leave the second series, and what is compared of it."""
        if self.bar.next.index_of(self.compared()) is not None:
            self._compare.stop()
        self.bar.next.close_series()

    def _register(self) -> None:
        context, player = self._context, self.player

        def opened() -> bool:
            return player.series is not None

        for spec in (
            Spec(
                id="series.open",
                title="Open series of checkpoints…",
                handler=lambda: self._files.ask_series(player.open),
                icon="chart-timeline-variant",
                group="Training",
                tip="Scrub through the training of a policy: choose one checkpoint for all of its folder, or several.",
                words=WORDS,
            ),
            Spec(
                id="series.shipped",
                title="Open the series that ships",
                handler=self.open_shipped,
                group="Training",
                tip="The training of a policy like the default one, by imitation, from its first weights on.",
                words=WORDS,
            ),
            Spec(
                id="series.play",
                title="Play the training",
                handler=player.toggle,
                icon="play",
                group="Training",
                tip="Show one checkpoint after the other.",
                words=WORDS,
                enabled_when=opened,
            ),
            Spec(
                id="series.forward",
                title="Next checkpoint",
                handler=lambda: player.step_by(1),
                icon="skip-next",
                group="Training",
                enabled_when=lambda: opened() and player.index < player.last,
            ),
            Spec(
                id="series.back",
                title="Previous checkpoint",
                handler=lambda: player.step_by(-1),
                icon="skip-previous",
                group="Training",
                enabled_when=lambda: opened() and player.index > 0,
            ),
            Spec(
                id="series.pin",
                title="Pin this checkpoint",
                handler=self.pin,
                icon="pin-outline",
                group="Training",
                tip="Compare it with the others: it is shown next to the one you scrub to.",
                checkable=True,
                words="compare two points",
                enabled_when=lambda: opened() and context.bridge.engine is not None,
            ),
            Spec(
                id="series.next",
                title="Show another series next to it…",
                handler=lambda: self._files.ask_series(self.bar.next.open),
                icon="chart-timeline-variant",
                group="Training",
                tip="The lane of another run under this one, such as a reward-trained one under one that learned by "
                "imitation; a click on a checkpoint compares it with the one in front.",
                words=WORDS,
                enabled_when=opened,
            ),
            Spec(
                id="series.next_close",
                title="Close the other series",
                handler=self.close_next,
                icon="close",
                group="Training",
                enabled_when=lambda: opened() and self.bar.next.series is not None,
            ),
            Spec(
                id="series.close",
                title="Close the series",
                handler=self.close,
                icon="close",
                group="Training",
                tip="The checkpoint shown stays the open policy.",
                enabled_when=opened,
            ),
        ):
            context.actions.add(spec)

    def _refresh(self) -> None:
        actions, player = self._context.actions, self.player
        actions.refresh()
        actions["series.play"].setIcon(self._context.icon("pause" if player.playing else "play"))
        actions.describe("series.play", "Pause the training" if player.playing else None, None)
        actions["series.pin"].setChecked(self.pinned() is not None)
        self.bar.refresh()
