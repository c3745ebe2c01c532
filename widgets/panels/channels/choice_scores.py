"""Scores of channels by what they do to the choice, measured off the GUI thread when a sort order needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.maze.maze import Maze
from app.policy.layers import canonical
from app.policy.policy import Policy
from app.progress import Progress
from widgets.services.cancellable_task import Task
from widgets.services.context import Context

if TYPE_CHECKING:
    from app.studies.channel_choice import ChannelChoice

ORDERS: Final = ("push", "effect")
_KEPT: Final = 16

Key = tuple[str, Maze, str]


class ChoiceScores(QObject):
    """Remembers the last measurements by policy, maze and layer.

    Signals:
        found(): scores that were asked for are there.
    """

    found = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._task = Task(context, self, about="channel scores")
        self._known: dict[Key, ChannelChoice | None] = {}
        self._asked: Key | None = None

    def scores(self, order: str, policy: Policy, maze: Maze, layer_name: str) -> np.ndarray | None:
        """(C,) the larger the further in front; None for another order, without a decision square, and until they are
        measured, which begins with this call."""
        if order not in ORDERS:
            return None
        key = (policy.weights_hash, maze, canonical(layer_name))
        if key not in self._known:
            self._ask(key, policy)
            return None
        choice = self._known[key]
        return None if choice is None else choice.push if order == "push" else choice.effect

    def _ask(self, key: Key, policy: Policy) -> None:
        # While somebody drags, what is measured would be out of date before it is there.
        if key == self._asked or self._context.bridge.answer is None:
            return
        self._asked = key
        _, maze, name = key

        def work(_: Progress) -> tuple[Key, ChannelChoice | None]:
            from app.studies.channel_choice import channel_choice

            return key, channel_choice(policy, maze, name)

        self._task.start(work, self._came)

    def _came(self, measured: tuple[Key, ChannelChoice | None]) -> None:
        key, choice = measured
        self._asked = None
        self._known[key] = choice
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        self.found.emit()
