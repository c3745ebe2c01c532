"""States of the last minute of work, each with its time: the source of a movie of edits."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.document.document import Document, State

SPAN: Final = 60.0
"""Seconds that are kept, counted back from the last change."""


@dataclass(frozen=True)
class Moment:
    """A state, and the second of some clock at which it was first shown."""

    time: float
    state: State


class Timeline:
    """Listens to a document and keeps its states, those within a drag and those of undo and redo as well.

    States are values that share their parts, so keeping them costs little.

    Args:
        document: what to listen to.
        clock: gives seconds that only grow.
    """

    def __init__(self, document: Document, clock: Callable[[], float] = time.monotonic) -> None:
        self._document, self._clock = document, clock
        self._moments: deque[Moment] = deque([Moment(clock(), document.state)])
        document.changed.connect(self._changed)

    @property
    def moments(self) -> tuple[Moment, ...]:
        """From the state in which the last minute of work began to the state now, oldest first."""
        return tuple(self._moments)

    def close(self) -> None:
        """Listen no more."""
        self._document.changed.disconnect(self._changed)

    def _changed(self, old: State, new: State) -> None:
        now = self._clock()
        if old is not self._moments[-1].state:
            # Another document was opened in place of this one, unheard.
            self._moments.clear()
            self._moments.append(Moment(now, old))
        self._moments.append(Moment(now, new))
        # The first one kept is the state in which the minute began.
        while len(self._moments) > 1 and self._moments[1].time <= now - SPAN:
            self._moments.popleft()
