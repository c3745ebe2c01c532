"""Which channels mark the cheese: measured once per policy and layer, shared by all panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from app.policy.layers import canonical, layer
from app.progress import Progress
from widgets.controls.panel_parts import Elided, IconButton, column, row
from widgets.services.cancellable_task import Task
from widgets.services.context import Context

if TYPE_CHECKING:
    from app.policy.policy import Policy
    from app.studies.cheese_channels import CheeseChannel

LEVELS: Final = 100
"""Levels a measurement takes."""

MARKS: Final = 0.5
"""Fraction of levels in which a channel must peak at the cheese to be offered as a default."""

Key = tuple[str, str, int]
"""Weights, layer, world."""


class CheeseChannels(QObject):
    """Measures, one at a time in the order asked and off the screen's thread, and remembers what was found.

    Signals:
        found(): another policy's or layer's channels are known now.
    """

    found = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._context = context
        self.task = Task(context, self, about="cheese channels")
        self._known: dict[Key, tuple[CheeseChannel, ...]] = {}
        self._queue: list[_Wanted] = []

    @staticmethod
    def of(context: Context) -> CheeseChannels:
        """The one of this window."""
        existing = context.findChild(CheeseChannels)
        return existing if isinstance(existing, CheeseChannels) else CheeseChannels(context)

    def channels(self, policy: Policy, layer_name: str, world: int) -> tuple[CheeseChannel, ...] | None:
        """All channels, those that mark the cheese best first; None while they have not been measured."""
        return self._known.get((policy.weights_hash, canonical(layer_name), world))

    def defaults(self, policy: Policy, layer_name: str, world: int) -> tuple[int, ...]:
        """Channels that mark the cheese, best first: at least `MARKS` of the levels hit, or the best one."""
        ranked = self.channels(policy, layer_name, world) or ()
        good = tuple(each.channel for each in ranked if each.score >= MARKS)
        return good or tuple(each.channel for each in ranked[:1])

    def scores(self, policy: Policy, layer_name: str, world: int) -> np.ndarray | None:
        """(C,) float64 fraction of levels in which each channel peaks beside the cheese; None while not measured."""
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
        self._context.report_exception(error, "cheese channels")


@dataclass(eq=False)
class _Wanted:
    """A measurement that is asked for: who asked, and what each wants done once it is there."""

    key: Key
    measure: Callable[[Progress], Any]
    askers: list[tuple[object, Callable[[], object] | None]] = field(default_factory=list)


def _measure(policy: Policy, layer_name: str, world: int, progress: Progress) -> tuple[CheeseChannel, ...]:
    # Studies need torch, which takes seconds to load: here that is off the screen's thread.
    from app.studies.cheese_channels import find_cheese_channels

    return find_cheese_channels(policy, layer_name=layer_name, world=world, count=LEVELS, progress=progress)


class CheeseProgress(QWidget):
    """A row that is there only while a measurement runs: what it does, how far it is, and a way to end it."""

    def __init__(self, context: Context, cheese: CheeseChannels) -> None:
        super().__init__()
        self._cheese = cheese
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of finding cheese channels")
        self._words = Elided("Finding cheese channels…")
        self.cancel = IconButton(context, "close", "Stop finding cheese channels", cheese.cancel)
        layout = column(self, 0, 2)
        layout.addLayout(row(self._words, self.cancel))
        layout.addWidget(self._bar)
        cheese.task.busy_changed.connect(self._busy_changed)
        cheese.task.progressed.connect(self._show)
        self._busy_changed(cheese.task.busy)

    def _busy_changed(self, busy: bool) -> None:
        if busy:
            self._show(0, LEVELS)
        self.setVisible(busy)

    def _show(self, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._words.setText(f"Finding cheese channels: {done} of {total} levels")
