"""Rollouts of the maze or policy that the one in front is compared with, in step with those in front."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.document.view_mode import Mode
from app.drawing.rollout_shapes import rollout_overlays
from app.field.rollout_values import Rollouts
from widgets.maze_view.compared_picture import Companion
from widgets.maze_view.maze_view import MazeView
from widgets.playback.rollout_loader import RolloutLoader
from widgets.playback.rollout_player import Player
from widgets.services.context import Context


class ComparedRollouts(QObject):
    """Keeps the rollouts of the other side while there is one, and shows the player's step of them."""

    def __init__(self, context: Context, view: MazeView, player: Player) -> None:
        super().__init__(player)
        self._context, self._player = context, player
        self._companion: Companion | None = None
        self._loader: RolloutLoader | None = None
        view.compared.connect(self._take_companion)
        player.changed.connect(self._follow)
        context.view.mode_changed.connect(self._draw)
        context.palette_changed.connect(self._draw)

    @property
    def companion(self) -> Companion | None:
        """The other side; None while nothing is compared."""
        return self._companion

    @property
    def latest(self) -> Rollouts | None:
        """The episodes of the other side as it is, or as it was a moment ago."""
        return None if self._loader is None else self._loader.latest

    @property
    def rollouts(self) -> Rollouts | None:
        """The episodes of the other side as it is now and by the player's rule; None while they are not there."""
        return None if self._loader is None else self._loader.current

    def outdate(self) -> None:
        """The same stack does something else now: the next field of the other side brings other rollouts."""
        if self._loader is not None:
            self._loader.outdate()
            self._player.changed.emit()

    def _take_companion(self, companion: Companion | None) -> None:
        if self._loader is not None:
            self._loader.close()
            self._loader.deleteLater()
        self._companion, self._loader = companion, None
        if companion is not None:
            self._loader = RolloutLoader(self._context, companion, lambda: self._player.rule, self)
            self._loader.loaded.connect(self._give_player)
            self._loader.forgotten.connect(self._give_player)
        self._give_player()

    def _give_player(self) -> None:
        self._player.set_compared(self.latest)

    def _follow(self) -> None:
        latest = self.latest
        if self._loader is not None and latest is not None and latest.rule != self._player.rule:
            self._loader.load_soon()
        self._draw()

    def _draw(self, *_: object) -> None:
        companion, found, step = self._companion, self.latest, self._player.step
        if companion is None:
            return
        if found is None or step == 0 or found.maze != companion.document.state.maze:
            companion.picture.set_overlays({})
            return
        side_by_side = self._context.view.mode is Mode.SIDE_BY_SIDE
        overlays = rollout_overlays(found, step, self._context.palette, side_by_side=side_by_side)
        companion.picture.set_overlays(overlays, stale=self.rollouts is None)
