"""Layers at which the cheese vector works, measured once per policy and world in the background."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.errors import MazescopeError
from app.number_format import general
from app.policy.layers import DEFAULT_LAYER
from app.policy.measured_retargeting import measured_retargeting
from app.progress import Progress
from widgets.services.cancellable_task import Task
from widgets.services.jobs import Jobs

if TYPE_CHECKING:
    from app.policy.policy import Policy
    from app.studies.working_layer import WorkingLayer

Key = tuple[str, int]
"""Weights, world."""


class WorkingLayers(QObject):
    """Says where a vector that a word names acts, unless the user names another layer.

    That is the default layer, on which the policies that ship were measured, until a measurement of the open policy
    says that another one works and the default does not.

    Signals:
        found(): another policy's layer is known now.
    """

    found = Signal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(jobs)
        self._jobs = jobs
        self._task = Task(jobs, self)
        self._known: dict[Key, WorkingLayer | None] = {}
        self._asked: Key | None = None

    def layer(self, policy: Policy | None, world: int) -> str:
        """The layer at which the cheese vector is subtracted."""
        known = None if policy is None else self._known.get((policy.weights_hash, world))
        return DEFAULT_LAYER if known is None else known.best

    def want(self, policy: Policy, world: int) -> None:
        """Measure, unless it is known or under way; tells the user where another layer than the default works."""
        key = policy.weights_hash, world
        # The policies that ship have facts next to them, for which the default layer was measured.
        if key in self._known or key == self._asked or measured_retargeting(policy) is not None:
            return
        self._asked = key
        self._task.start(partial(_measure, policy, world), partial(self._learn, key, policy.name), self._failed)

    def _learn(self, key: Key, name: str, result: WorkingLayer) -> None:
        self._asked = None
        self._known[key] = result
        if result.best != DEFAULT_LAYER:
            best, usual = result.best, DEFAULT_LAYER
            self._jobs.notice(
                f"In {name} the cheese vector works at {_short(best)}: subtracting it there moves the log-odds by "
                f"{general(round(result.shift(best), 1), sign=True)}, at {_short(usual)} by "
                f"{general(round(result.shift(usual), 1), sign=True)} (medians of {result.levels} levels). "
                f"The next one is added at {_short(best)}."
            )
        self.found.emit()

    def _failed(self, error: Exception) -> None:
        # Without a decision square there is nothing to measure, and the default remains.
        if self._asked is not None:
            self._known[self._asked] = None
            self._asked = None
        if not isinstance(error, MazescopeError):
            self._jobs.report_exception(error)


def _measure(policy: Policy, world: int, progress: Progress) -> WorkingLayer:
    # Studies need torch, which takes seconds to load: here that is off the GUI thread.
    from app.studies.working_layer import find_working_layer

    return find_working_layer(policy, world, progress=progress)


def _short(name: str) -> str:
    return name.removeprefix("embedder.").removesuffix(".resadd")
