"""Python's garbage collector, run on the GUI thread and, when it takes long, only while the user is idle.

Left alone it runs in whichever thread happens to allocate, and about once a second, while somebody paints, goes through
everything that lives: with torch and the window loaded, a tenth of a second without an answer. Here young objects are
looked through in small steps, and everything in a pause in which no job runs either: whoever watches a long study sees
its rows and its progress move. It also means that no other thread ever destroys a widget.
"""

from __future__ import annotations

import gc
import itertools
import time
from typing import Final

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QCursor, QGuiApplication

from app.document.document import Document
from app.field.memory_release import give_memory_back
from widgets.services.jobs import Jobs
from widgets.services.start import Start

STEP: Final = 100
"""Milliseconds between two looks."""
PAUSE: Final = 2.0
"""Seconds without a change, a held button or a moved pointer that count as nobody at work."""
APART: Final = 30.0
"""Seconds, at least, between two looks at everything."""
YOUNG: Final = 700
"""New objects that are worth a look; Python's own threshold."""
OLDER: Final = 10
"""Looks at the young for each at those that outlived one; Python's own threshold."""
OVERDUE: Final = 100
"""Looks at the older ones, without a pause, after which the oldest have to be looked at anyway."""


class Collector(QObject):
    """Takes over from Python's automatic collection until `stop`, or until its parent is destroyed.

    What is alive at the start, and after each look at the oldest, is set aside (`gc.freeze`) until everything is looked
    through: a look at the oldest costs only what is new since.

    Args:
        document: whose changes are somebody's work.
        jobs: while some run, not everything is looked through.
        parent: the owner.
        pause: seconds; see `PAUSE`.
        start: the start of the program, before whose end nothing is looked through: modules that are imported leave
            little to collect, and take long enough.
    """

    def __init__(
        self, document: Document, jobs: Jobs, parent: QObject, *, pause: float = PAUSE, start: Start | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._pause = pause
        self._looks = 0
        self._complete = -APART
        self._pointer = QPoint()
        self._worked = time.monotonic()
        self._returned = 0.0
        document.changed.connect(self._at_work)
        self._timer = QTimer(self)
        self._timer.setInterval(STEP)
        self._timer.timeout.connect(self._step)
        gc.disable()
        gc.freeze()
        if start is None or not start.under_way:
            self._timer.start()
        else:
            start.over.connect(self._timer.start)
        number = next(_numbers)
        _at_work.add(number)
        self._number = number
        self.destroyed.connect(lambda *_: _gone(number))

    def stop(self) -> None:
        """Leave the collection to Python again."""
        self._timer.stop()
        _at_work.discard(self._number)
        _leave_to_python()

    def _at_work(self, *_: object) -> None:
        self._worked = time.monotonic()

    def _paused(self) -> bool:
        pointer = QCursor.pos()
        pressed = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if pointer != self._pointer or pressed or self._jobs.busy:
            self._pointer = pointer
            self._at_work()
        return time.monotonic() - self._worked >= self._pause

    def _step(self) -> None:
        paused = self._paused()
        if paused and self._returned < self._worked:
            give_memory_back()
            self._returned = time.monotonic()
        if gc.get_count()[0] >= YOUNG:
            self._looks += 1
            gc.collect(1 if self._looks % OLDER == 0 else 0)
        looks_at_older = gc.get_count()[2]
        if paused and looks_at_older and time.monotonic() - self._complete >= APART:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._complete = time.monotonic()
        elif looks_at_older >= OVERDUE:
            gc.collect()
            gc.freeze()


_numbers: Final = itertools.count()
_at_work: Final[set[int]] = set()
"""The collectors that have neither been stopped nor destroyed."""


def _gone(number: int) -> None:
    """A collector was destroyed: its window is half gone, and what Qt goes through there must not be collected now."""
    _at_work.discard(number)
    QTimer.singleShot(0, _leave_to_python)


def _leave_to_python() -> None:
    if not _at_work:
        gc.unfreeze()
        gc.enable()
