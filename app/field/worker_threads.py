"""Threads on which many pieces of work are computed: a stream of answers in order, cancellable, bounded in memory.

Each piece is computed by one thread from beginning to end, with torch on that thread alone, so that what it gives does
not depend on how many threads there are, and none waits for another between layers.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import TypeVar

import torch

from app.field.execution_plan import default_plan
from app.field.precedence import give_way
from app.field.torch_threads import one_thread_here
from app.field.windowed_forward import Check, Stopped
from app.progress import Cancelled, Progress

T = TypeVar("T")
P = TypeVar("P")

AHEAD = 2
"""Pieces per thread that may be computed before the first of them is taken."""


def thread_count(width: int = 1) -> int:
    """Threads that are used unless told otherwise for policies of a width: the machine's real cores."""
    return default_plan(width).threads


def in_parallel(
    prepare: Callable[[Check], Callable[[P], T]], pieces: Iterable[P], threads: int | None = None
) -> Generator[T, None, None]:
    """Each piece's answer, in the order of the pieces, each as soon as those before it are there.

    Between two steps they give way to the field that somebody looks at; see `app.field.precedence`. Torch records no
    gradients there. Closing the iterator stops the threads at their next `check`; all have ended when
    it is closed, or has ended.

    Args:
        prepare: given `check`, returns the work. `check` raises `Stopped` when nobody waits any more, and is to be
            called between steps of some milliseconds. The work gives what is small.
        pieces: taken one after another, a few ahead; about as long as each other.
        threads: pieces that are computed at the same time; as `thread_count` unless given.
    """
    dropped = Event()

    def check() -> None:
        if dropped.is_set():
            raise Stopped
        give_way()

    work = prepare(check)
    count = threads or thread_count()
    waiting = iter(pieces)
    running: deque[Future[T | None]] = deque()
    pool = ThreadPoolExecutor(count, "levels", initializer=one_thread_here)

    def one(piece: P) -> T | None:
        try:
            check()
            with torch.no_grad():
                return work(piece)
        except Stopped:
            return None

    try:
        for piece in itertools.islice(waiting, count * AHEAD):
            running.append(pool.submit(one, piece))
        while running:
            found = running.popleft().result()
            for piece in itertools.islice(waiting, 1):
                running.append(pool.submit(one, piece))
            yield found  # type: ignore[misc]  # None only once the iterator is closed.
    finally:
        dropped.set()
        pool.shutdown(cancel_futures=True)


def told(answers: Generator[T, None, None], count: int, progress: Progress) -> Iterator[T]:
    """The answers, with `progress` told how many there are of `count`, on the caller's thread.

    Raises:
        Cancelled: when `progress` says not to continue.
    """
    try:
        if not progress(0, count):
            raise Cancelled
        for number, answer in enumerate(answers, 1):
            yield answer
            if not progress(number, count):
                raise Cancelled
    finally:
        answers.close()
