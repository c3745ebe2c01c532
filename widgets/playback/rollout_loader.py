"""The episodes of one document, computed again soon after each of its fields."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, cast

from PySide6.QtCore import QObject, QTimer, Signal

from app.document.document import State
from app.field.requests import FieldResult
from app.field.rollout_values import Rollouts, Rule
from app.progress import Progress
from widgets.maze_view.picture_source import PictureSource
from widgets.services.cancellable_task import Task
from widgets.services.jobs import Jobs
from widgets.services.topics import Topic

CALM: Final = 120
"""Milliseconds without another field before episodes are computed again: a drag asks once, at its end."""


class RolloutLoader(QObject):
    """Keeps the episodes of the maze in front of a document, by the rule in force.

    Args:
        jobs: where they are computed.
        source: the document, and the bridge that tells of its fields.
        rule: how moves are chosen now.

    Attributes:
        latest: the episodes of what is open, or of what was open a moment ago while new ones are computed; None at
            first and after another level was opened.

    Signals:
        loaded(): the episodes of what is open now are there.
        forgotten(): another level was opened, or nothing is: there are none.
    """

    loaded = Signal()
    forgotten = Signal()

    def __init__(self, jobs: Jobs, source: PictureSource, rule: Callable[[], Rule], parent: QObject) -> None:
        super().__init__(parent)
        self._source, self._rule = source, rule
        self.latest: Rollouts | None = None
        # Those of an earlier round are out of date, though maze, policy and stack are the same.
        self._round = self._latest_round = 0
        self._task = Task(jobs, self, about=Topic.ROLLOUT)
        self._calm = QTimer(self, singleShot=True, interval=CALM)
        self._calm.timeout.connect(self.load)
        source.bridge.result.connect(self._take_field)
        source.bridge.cleared.connect(self.forget)
        source.document.changed.connect(self._document_changed)

    @property
    def current(self) -> Rollouts | None:
        """The episodes of what is open now and by the rule in force; None while they are computed."""
        found, state = self.latest, self._source.document.state
        wanted = (state.maze, state.policy, state.stack, self._rule())
        if found is None or (found.maze, found.policy, found.stack, found.rule) != wanted:
            return None
        return found if self._latest_round == self._round else None

    def load(self) -> None:
        """Compute them now."""
        state, rule = self._source.document.state, self._rule()
        policy, maze, stack = state.policy, state.maze, state.stack
        if policy is None or self._source.bridge.engine is None:
            return

        def job(progress: Progress) -> Rollouts:
            # Loads torch: only off the GUI thread.
            from app.studies.rollouts import rollouts

            return rollouts(policy, maze, stack, rule, progress)

        self._task.start(job, partial(self._take, self._round))

    def load_soon(self) -> None:
        """Compute them once nothing has changed for a moment."""
        self._calm.start()

    def outdate(self) -> None:
        """The same stack does something else now, as a vector's file was written again."""
        self._round += 1

    def forget(self) -> None:
        """Compute nothing, and have none."""
        self._task.cancel()
        self._calm.stop()
        self.latest = None
        self.forgotten.emit()

    def close(self) -> None:
        """Stop for good."""
        self._task.cancel()
        self._calm.stop()
        self._source.document.changed.disconnect(self._document_changed)
        self._source.bridge.result.disconnect(self._take_field)
        self._source.bridge.cleared.disconnect(self.forget)

    def _take_field(self, result: FieldResult) -> None:
        # The field goes first: it is what the user is looking at.
        if result.complete and self.current is None:
            self.load_soon()

    def _document_changed(self, old: State, new: State) -> None:
        same_level = old.active == new.active and old.tab.generated == new.tab.generated
        if not same_level and (old.maze, old.policy, old.stack) != (new.maze, new.policy, new.stack):
            self.forget()

    def _take(self, number: int, found: object) -> None:
        self.latest, self._latest_round = cast(Rollouts, found), number
        # If something was edited meanwhile, they are computed again with the next field.
        if self.current is not None:
            self.loaded.emit()
