"""Watching the mouse: rollouts played, stepped and scrubbed over the maze."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.playback.compared_rollouts import MiceBeside
from widgets.playback.playback_bar import PlaybackBar, register
from widgets.playback.rollout_player import Player
from widgets.playback.space_key import SpaceKeeper
from widgets.services.action_registry import Spec
from widgets.services.context import Context

if TYPE_CHECKING:
    from widgets.main_window import MainWindow

__all__ = ["Playback", "Player"]


class Playback:
    """The player with its bar under the maze.

    Attributes:
        player: what moves the mice.
        beside: those of what is compared with.
        bar: its controls.
    """

    def __init__(self, context: Context, window: MainWindow) -> None:
        self._context = context
        self.player = Player(context, window.maze_view.picture, window)
        self.beside = MiceBeside(context, window.maze_view, self.player)
        register(context, self.player)
        self.bar = PlaybackBar(context, self.player, self.beside)
        window.centre.addWidget(self.bar)
        SpaceKeeper(window)
        shown = context.settings.flag("rollout.shown", True)
        self.bar.setVisible(shown)
        spec = Spec(
            "view.playback", "Rollout bar", self.show, (), "", "View", "Play, step and scrub a rollout.", checkable=True
        )
        context.actions.add(spec, checked=shown)

    def show(self, shown: bool) -> None:
        """Show or hide the bar, and remember it; hiding it takes the mouse back to its start."""
        self.bar.setVisible(shown)
        self._context.settings.set("rollout.shown", shown)
        if not shown:
            self.player.pause()
            self.player.restart()
