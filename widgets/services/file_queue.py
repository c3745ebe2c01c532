"""The queue of files to open: read one after the other off the GUI thread, with progress."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import QObject, Signal

from app.errors import MazescopeError
from app.io.regular_file import exists
from widgets.services.jobs import Jobs
from widgets.services.topics import Topic

T = TypeVar("T")
MOST_SAID: Final = 5
"""Refusals of files asked for together that are told each by its sentence."""

Read = Callable[[Path], object]


@dataclass
class Batch:
    """Files asked for together.

    Attributes:
        paths: in the order in which they are read.
        read: what a file holds; off the GUI thread. Refuses with a `MazescopeError`.
        take: given the files that could be read, with what they hold; on the GUI thread.
        still: whether the question is still open; False drops the answer.
    """

    paths: tuple[Path, ...]
    read: Read
    take: Callable[[list[tuple[Path, object]]], object]
    still: Callable[[], bool] = lambda: True
    found: list[tuple[Path, object]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    missing: list[Path] = field(default_factory=list)


class FileQueue(QObject):
    """Reads the files that the user opens; whatever is refused leaves everything as it was.

    Signals:
        asked(): the user has asked for files.
        progressed(int, int, str): files read of the batch, files of it, and the name of the one being read; "" at the
            end.
        opened(list): files that were read and taken, in that order.
        missing(list): files that are not there.
    """

    asked = Signal()
    progressed = Signal(int, int, str)
    opened = Signal(list)
    missing = Signal(list)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(jobs)
        self._jobs = jobs
        self._waiting: deque[Batch] = deque()
        self._reading = False

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

    def _read_next(self) -> None:
        if self._reading or not self._waiting:
            return
        self._reading = True
        batch = self._waiting.popleft()

        def job() -> Batch:
            for number, path in enumerate(batch.paths):
                if self._jobs.closing or not self._tell(number, len(batch.paths), path.name):
                    break
                try:
                    batch.found.append((path, batch.read(path)))
                except Exception as error:
                    batch.errors.append(error)
                    if not exists(path):
                        batch.missing.append(path)
            return batch

        self._jobs.run_in_background(job, self._take, self._failed)

    def _tell(self, number: int, count: int, name: str) -> bool:
        try:
            self.progressed.emit(number, count, name)
        except RuntimeError:  # The window was destroyed while the job ran.
            return False
        return True

    def _take(self, batch: Batch) -> None:
        self._reading = False
        self._tell(len(batch.paths), len(batch.paths), "")
        try:
            if batch.still():
                self._deliver(batch)
        finally:
            self._read_next()

    def _deliver(self, batch: Batch) -> None:
        if batch.missing:
            self.missing.emit(batch.missing)
        if not batch.errors:
            # Before they are taken, which may bring up something to say.
            self._jobs.succeeded.emit(Topic.FILE)
        if batch.found:
            batch.take(batch.found)
            self.opened.emit([path for path, _ in batch.found])
        refusals = [str(error) for error in batch.errors if isinstance(error, MazescopeError)]
        if refusals:
            # Each has its line; the others are in the details.
            more = len(refusals) - MOST_SAID
            said = [*refusals[:MOST_SAID], *([f"And {more} more."] if more > 0 else [])]
            self._jobs.report("\n".join(said), "\n".join(refusals) if more > 0 else "", Topic.FILE)
        defects = [error for error in batch.errors if not isinstance(error, MazescopeError)]
        for error in defects[:1]:
            self._jobs.report_exception(error, Topic.FILE)

    def _failed(self, error: Exception) -> None:
        self._reading = False
        self._jobs.report_exception(error, Topic.FILE)
        self._read_next()
