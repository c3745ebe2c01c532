"""Rollouts in the window: the player, its bar, and the actions that show and hide the bar."""

from __future__ import annotations

from PySide6.QtCore import QObject

from widgets.maze_view.maze_view import MazeView
from widgets.playback.compared_rollouts import ComparedRollouts
from widgets.playback.playback_bar import PlaybackBar, register
from widgets.playback.rollout_player import Player
from widgets.services.action_registry import Spec
from widgets.services.context import Context
from widgets.services.shown_rollout import ShownRollout


class Playback(QObject):
    """The player with its bar, which the window puts under the maze.

    Attributes:
        player: the step shown, and the clock that moves it.
        compared: the rollouts of what the maze in front is compared with.
        bar: the controls, and the outcome of the rollouts.
    """

    def __init__(self, context: Context, maze_view: MazeView) -> None:
        super().__init__(maze_view)
        self._context = context
        self.player = Player(context, maze_view.picture, self)
        self.compared = ComparedRollouts(context, maze_view, self.player)
        register(context, self.player)
        self.bar = PlaybackBar(context, self.player, self.compared)
        shown = context.settings.flag("rollout.shown", True)
        # Without a parent it would be shown as a window of its own.
        if not shown:
            self.bar.hide()
        spec = Spec(
            id="view.playback",
            title="Rollout bar",
            handler=self.show,
            group="View",
            tip="Play, step and scrub a rollout.",
            checkable=True,
        )
        context.actions.add(spec, checked=shown)

    def show(self, shown: bool) -> None:
        """Show or hide the bar, and remember it; hiding it takes the mouse back to its start."""
        self.bar.setVisible(shown)
        self._context.settings.set("rollout.shown", shown)
        if not shown:
            self.player.pause()
            self.player.restart()

    def shown(self) -> ShownRollout:
        """The step shown now, and of which episodes."""
        player = self.player
        front = player.rollouts if player.fresh else None
        return ShownRollout(front, self.compared.rollouts, player.step, player.rule, player.speed)

    def outdate(self) -> None:
        """The same stack does something else now, as a vector's file was written again."""
        self.player.outdate()
        self.compared.outdate()
