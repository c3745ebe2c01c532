"""The queue of files to open: read one after the other off the GUI thread, with progress; none holds up the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app.errors import MazescopeError, shown
from app.io.regular_file import exists
from widgets.services.jobs import Jobs
from widgets.services.topics import Topic

T = TypeVar("T")
MOST_SAID: Final = 5
"""Refusals of files asked for together that are told each by its sentence; of more, the others by name."""

Read = Callable[[Path], object]

PATIENCE = 8_000
"""Milliseconds after which the files after one are read meanwhile."""


@dataclass
class Batch:
    """Files asked for together.

    Attributes:
        paths: in the order in which they are read.
        read: what a file holds; off the GUI thread. Refuses with a `MazescopeError`.
        take: given the files that could be read, with what they hold; on the GUI thread.
        still: whether the question is still open; False drops the answer.
        begun: how many of the files have been begun.
    """

    paths: tuple[Path, ...]
    read: Read
    take: Callable[[list[tuple[Path, object]]], object]
    still: Callable[[], bool] = lambda: True
    begun: int = 0
    found: list[tuple[Path, object]] = field(default_factory=list)
    errors: list[tuple[Path, Exception]] = field(default_factory=list)
    missing: list[Path] = field(default_factory=list)


@dataclass
class Reading:
    """A file that is being read, for a batch, and the way to give it up."""

    path: Path
    batch: Batch
    give_up: Callable[[], object] = lambda: None


class FileQueue(QObject):
    """Reads the files that the user opens; whatever is refused leaves everything as it was.

    A file that takes longer than `patience` is left to its thread, and the files after it are read meanwhile. It is
    taken when it has been read after all, unless it was given up.

    Attributes:
        patience: milliseconds.

    Signals:
        asked(): the user has asked for files.
        progressed(int, int, str): files read of the batch, files of it, and the name of the one being read; "" at the
            end.
        late_changed(): another file takes long, or one fewer.
        opened(list): files that were read and taken, in that order.
        missing(list): files that are not there.
    """

    asked = Signal()
    progressed = Signal(int, int, str)
    late_changed = Signal()
    opened = Signal(list)
    missing = Signal(list)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(jobs)
        self._jobs = jobs
        self.patience = PATIENCE
        self._waiting: deque[Batch] = deque()
        self._now: Reading | None = None
        self._late: list[Reading] = []
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._overtake)

    @property
    def late(self) -> tuple[str, ...]:
        """Names of the files that take long."""
        return tuple(reading.path.name for reading in self._late)

    def open(
        self,
        paths: Sequence[Path],
        read: Callable[[Path], T],
        take: Callable[[list[tuple[Path, T]]], object],
        still: Callable[[], bool] | None = None,
    ) -> None:
        """Read files, after those asked for before, and take what they hold.

        Args:
            read: what a file holds; called off the GUI thread. Refuses with a `MazescopeError`.
            take: given every file that could be read, on the GUI thread; not called for none.
            still: whether the question is still open once the files are read; otherwise nothing is taken or said.
        """
        if not paths:
            return
        self.asked.emit()
        batch = Batch(tuple(path.absolute() for path in paths), read, take)  # type: ignore[arg-type]
        if still is not None:
            batch.still = still
        self._waiting.append(batch)
        self._read_next()

    def open_one(
        self,
        path: Path,
        read: Callable[[Path], T],
        take: Callable[[T], object],
        still: Callable[[], bool] | None = None,
    ) -> None:
        """`open` for a single file."""
        self.open([path], read, lambda found: take(found[0][1]), still)

    def give_up(self) -> None:
        """Take nothing of the files that take long."""
        late, self._late = self._late, []
        for reading in late:
            reading.give_up()
        if late:
            self.late_changed.emit()

    def _read_next(self) -> None:
        if self._now is not None or not self._waiting:
            return
        batch = self._waiting[0]
        self._now = reading = Reading(batch.paths[batch.begun], batch)
        self.progressed.emit(batch.begun, len(batch.paths), reading.path.name)
        batch.begun += 1
        self._timer.start(self.patience)

        def done(content: object) -> None:
            reading.batch.found.append((reading.path, content))
            self._end(reading)

        def failed(error: Exception) -> None:
            reading.batch.errors.append((reading.path, error))
            if not exists(reading.path):
                reading.batch.missing.append(reading.path)
            self._end(reading)

        reading.give_up = self._jobs.run_in_background(lambda: batch.read(reading.path), done, failed)

    def _overtake(self) -> None:
        """Go on to the next file, and take the one that takes so long by itself, later."""
        reading = self._now
        if reading is None:
            return
        batch = reading.batch
        reading.batch = Batch((reading.path,), batch.read, batch.take, batch.still, begun=1)
        self._late.append(reading)
        self.late_changed.emit()
        self._go_on(batch)

    def _end(self, reading: Reading) -> None:
        if reading is self._now:
            self._go_on(reading.batch)
        elif reading in self._late:
            self._late.remove(reading)
            self.late_changed.emit()
            self._deliver(reading.batch)

    def _go_on(self, batch: Batch) -> None:
        """A file of a batch is out of the way: read the next one."""
        self._now = None
        self._timer.stop()
        try:
            if batch.begun == len(batch.paths):
                self._waiting.popleft()
                self.progressed.emit(len(batch.paths), len(batch.paths), "")
                self._deliver(batch)
        finally:
            self._read_next()

    def _deliver(self, batch: Batch) -> None:
        if not batch.still():
            return
        if batch.missing:
            self.missing.emit(batch.missing)
        if batch.found and not batch.errors:
            # Before they are taken, which may bring up something to say.
            self._jobs.succeeded.emit(Topic.FILE)
        if batch.found:
            batch.take(batch.found)
            self.opened.emit([path for path, _ in batch.found])
        refused = [(path, str(error)) for path, error in batch.errors if isinstance(error, MazescopeError)]
        if refused:
            said = "\n".join(sentence for _, sentence in refused[:MOST_SAID])
            # Each has its line; of many the others are named.
            if len(refused) <= MOST_SAID:
                self._jobs.report(said, "", Topic.FILE)
            else:
                others = ", ".join(shown(path.name) for path, _ in refused[MOST_SAID:])
                count = f"{len(refused)} of {len(batch.paths)} files were not opened."
                self._jobs.report(count, f"{said}\nand {len(refused) - MOST_SAID} more: {others}", Topic.FILES)
        defects = [error for _, error in batch.errors if not isinstance(error, MazescopeError)]
        for error in defects[:1]:
            self._jobs.report_exception(error, Topic.FILE)
