"""Channels that mark the cheese: measured once per policy and layer, shared by all panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.policy.layers import canonical, layer
from app.progress import Progress
from widgets.services.cancellable_task import Task
from widgets.services.jobs import Jobs
from widgets.services.topics import Topic

if TYPE_CHECKING:
    from app.policy.policy import Policy
    from app.studies.cheese_channels import CheeseChannel

LEVELS: Final = 100
"""Levels a measurement takes."""

Key = tuple[str, str, int]
"""Weights, layer, world."""


class CheeseChannels(QObject):
    """Measures, one at a time in the order asked and off the GUI thread, and remembers what was found.

    Signals:
        found(): another policy's or layer's channels are known now.
    """

    found = Signal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(jobs)
        self._jobs = jobs
        self.task = Task(jobs, self, about=Topic.CHEESE_CHANNELS)
        self._known: dict[Key, tuple[CheeseChannel, ...]] = {}
        self._queue: list[_Wanted] = []

    def channels(self, policy: Policy, layer_name: str, world: int) -> tuple[CheeseChannel, ...] | None:
        """All channels, those that mark the cheese best first; None while they have not been measured."""
        return self._known.get((policy.weights_hash, canonical(layer_name), world))

    def defaults(self, policy: Policy, layer_name: str, world: int) -> tuple[int, ...]:
        """Channels that mark the cheese, best first: or the best one where none does."""
        ranked = self.channels(policy, layer_name, world) or ()
        good = tuple(each.channel for each in ranked if each.marks)
        return good or tuple(each.channel for each in ranked[:1])

    def scores(self, policy: Policy, layer_name: str, world: int) -> np.ndarray | None:
        """(C,) float64 fraction of levels in which each channel peaks next to the cheese; None while not measured."""
        ranked = self.channels(policy, layer_name, world)
        if ranked is None:
            return None
        scores = np.empty(len(ranked))
        for each in ranked:
            scores[each.channel] = each.score
        return scores

    def want(
        self,
        policy: Policy,
        layer_name: str,
        world: int,
        then: Callable[[], object] | None = None,
        asker: object = None,
    ) -> bool:
        """Measure unless it is known or under way, and call `then` once it is known (at once when it is).

        An `asker` may withdraw what it asked for. False for a layer without pixels, which cannot mark a place; nothing
        is measured or called then.
        """
        key = (policy.weights_hash, canonical(layer_name), world)
        if layer(layer_name, policy.width).side is None:
            return False
        if key in self._known:
            if then is not None:
                then()
            return True
        wanted = next((each for each in self._queue if each.key == key), None)
        if wanted is None:
            wanted = _Wanted(key, partial(_measure, policy, layer_name, world))
            self._queue.append(wanted)
        wanted.askers.append((asker, then))
        if len(self._queue) == 1 and not self.task.busy:
            self._begin()
        return True

    def withdraw(self, asker: object) -> None:
        """An asker needs nothing any more; what nobody else waits for is not measured."""
        first = self._queue[0] if self._queue else None
        for wanted in self._queue:
            wanted.askers = [each for each in wanted.askers if each[0] is not asker]
        self._queue = [wanted for wanted in self._queue if wanted.askers]
        if first is not None and first not in self._queue:
            self.task.cancel()
            self._begin()

    def cancel(self) -> None:
        """Measure nothing of what was asked for."""
        self._queue.clear()
        self.task.cancel()

    def _begin(self) -> None:
        if self._queue:
            self.task.start(self._queue[0].measure, self._learn, self._failed)

    def _learn(self, result: tuple[CheeseChannel, ...]) -> None:
        wanted = self._queue.pop(0)
        self._known[wanted.key] = result
        self._begin()
        self.found.emit()
        for _, then in wanted.askers:
            if then is not None:
                then()

    def _failed(self, error: Exception) -> None:
        del self._queue[0]
        self._begin()
        self._jobs.report_exception(error, Topic.CHEESE_CHANNELS)


@dataclass(eq=False)
class _Wanted:
    """A measurement that is asked for: who asked, and what each wants done once it is there."""

    key: Key
    measure: Callable[[Progress], Any]
    askers: list[tuple[object, Callable[[], object] | None]] = field(default_factory=list)


def _measure(policy: Policy, layer_name: str, world: int, progress: Progress) -> tuple[CheeseChannel, ...]:
    # Studies need torch, which takes seconds to load: here that is off the GUI thread.
    from app.studies.cheese_channels import find_cheese_channels

    return find_cheese_channels(policy, layer_name=layer_name, world=world, count=LEVELS, progress=progress)
