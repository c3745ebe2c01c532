"""Progress of long work, and cancellation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

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
