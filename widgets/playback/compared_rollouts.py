"""The mice of what the maze in front is compared with: they walk in step with those in front."""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import QObject, QTimer

from app.drawing.rollout_shapes import rollout_overlays
from app.field.requests import FieldResult
from app.field.rollout_values import Rollouts
from app.progress import Progress
from widgets.maze_view.compared_picture import Companion
from widgets.maze_view.maze_view import MazeView
from widgets.playback.rollout_player import CALM, Player
from widgets.services.cancellable_task import Task
from widgets.services.context import Context


class MiceBeside(QObject):
    """Keeps the rollouts of the other side while there is one, and shows the player's step of them."""

    def __init__(self, context: Context, view: MazeView, player: Player) -> None:
        super().__init__(player)
        self._context, self._player = context, player
        self._companion: Companion | None = None
        self._rollouts: Rollouts | None = None
        self._task = Task(context, self, about="rollout")
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(CALM)
        self._calm.timeout.connect(self._ask)
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
        return self._rollouts

    @property
    def rollouts(self) -> Rollouts | None:
        """The episodes of the other side as it is now and by the player's rule; None while they are not there."""
        found, companion = self._rollouts, self._companion
        if found is None or companion is None:
            return None
        state = companion.document.state
        wanted = (state.maze, state.policy, state.stack, self._player.rule)
        return found if (found.maze, found.policy, found.stack, found.rule) == wanted else None

    def outdate(self) -> None:
        """The same stack does something else now: the next field of the other side sends its mice anew."""
        self._rollouts = None
        self._player.set_beside(None)

    def _take_companion(self, companion: Companion | None) -> None:
        self._task.cancel()
        self._calm.stop()
        self._companion, self._rollouts = companion, None
        if companion is not None:
            companion.bridge.result.connect(self._take_field)
        self._player.set_beside(None)

    def _take_field(self, result: FieldResult) -> None:
        if result.complete and self.rollouts is None:
            self._calm.start()

    def _ask(self) -> None:
        companion = self._companion
        if companion is None or companion.document.state.policy is None:
            return
        state, rule = companion.document.state, self._player.rule
        policy, maze, stack = companion.document.state.policy, state.maze, state.stack

        def job(progress: Progress) -> Rollouts:
            # Loads torch: only off the screen's thread.
            from app.studies.rollouts import rollouts

            return rollouts(policy, maze, stack, rule, progress)

        self._task.start(job, self._take)

    def _take(self, found: Any) -> None:
        self._rollouts = cast(Rollouts, found)
        if self.rollouts is not None:
            self._player.set_beside(self._rollouts)

    def _follow(self) -> None:
        if self._companion is not None and self._rollouts is not None and self._rollouts.rule != self._player.rule:
            self._calm.start()
        self._draw()

    def _draw(self, *_: object) -> None:
        companion, found, step = self._companion, self._rollouts, self._player.step
        if companion is None:
            return
        if found is None or step == 0 or found.maze != companion.document.state.maze:
            companion.picture.set_overlays({})
            return
        side_by_side = self._context.view.mode == "side_by_side"
        companion.picture.set_overlays(rollout_overlays(found, step, self._context.palette, side_by_side=side_by_side))
