"""Progress of long work, and cancellation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")

Progress = Callable[[int, int], bool]
"""(done, of how many) -> whether to continue. Called on the thread that works, between its parts."""


class Cancelled(Exception):  # noqa: N818 -- not an error: the user asked for it
    """The work was ended by its `progress` saying not to continue."""


def go_on(done: int, total: int) -> bool:
    """The progress that nobody watches."""
    del done, total
    return True


def quiet(title: str) -> Progress:
    """The progress of a titled part of the work that nobody watches."""
    del title
    return go_on


_WATCHED: Final = 1.0
"""Seconds of work from which the rest can be told."""


class Pace:
    """The pace of long work, and how long the rest takes at it.

    Args:
        clock: gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        """Other work begins."""
        self._began: tuple[float, int, int] | None = None

    def left(self, done: int, total: int) -> float | None:
        """Seconds that the rest takes; None while too little is done to tell. To be asked at every part.

        What was done at the first part counts for nothing: a run that resumes has done much in no time. Work with
        another `total` is other work.
        """
        now = self._clock()
        if self._began is None or self._began[2] != total or done < self._began[1]:
            self._began = (now, done, total)
        started, first, _ = self._began
        if done <= first or now - started < _WATCHED:
            return None
        return (now - started) * (total - done) / (done - first)


def time_left(seconds: float | None) -> str:
    """The rest of the work for people, in whole tens once it is long: "about 20 s left"; "" for None."""
    if seconds is None:
        return ""
    if seconds < 10:
        return f"about {max(1, round(seconds))} s left"
    if seconds < 90:
        return f"about {round(seconds / 10) * 10} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {round(seconds / 3600)} h left"


def batches(items: Sequence[T], size: int, progress: Progress = go_on) -> Iterator[Sequence[T]]:
    """The items, this many at a time; `progress` is called before each batch, and at the end.

    Raises:
        Cancelled: when `progress` says not to continue.
    """
    for start in range(0, len(items), size):
        if not progress(start, len(items)):
            raise Cancelled
        yield items[start : start + size]
    progress(len(items), len(items))
