"""Work on many levels, block by block on several threads: a stream of answers in order, cancellable, bounded in memory.

A block is computed by one thread from beginning to end, with torch on that thread alone and batches whose shapes depend
on the block only. So what a block gives does not depend on how many threads there are, nor on what was asked besides.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import TypeVar

from app.field.execution_plan import default_plan
from app.field.level_forward import LevelForward, convolutions_of
from app.field.torch_threads import one_thread_here
from app.field.windowed_forward import Stopped
from app.policy.policy import Policy

T = TypeVar("T")
B = TypeVar("B")

AHEAD = 2
"""Blocks per thread that may be computed before the first of them is taken."""


def threads_for(policy: Policy) -> int:
    """Threads that are used unless told otherwise: the machine's real cores."""
    return default_plan(policy.width).threads


def evaluate(
    work: Callable[[B, LevelForward], T], policy: Policy, blocks: Iterable[B], threads: int | None = None
) -> Generator[T, None, None]:
    """The blocks' answers, in the order of the blocks.

    Closing the iterator stops the threads within one batch of observations.

    Args:
        work: what is asked of a block; it depends on nothing but its arguments, and what it gives is small.
        policy: of which policy.
        blocks: taken one after another, a few ahead.
        threads: blocks that are computed at the same time; as `threads_for` unless given.
    """
    dropped = Event()

    def check() -> None:
        if dropped.is_set():
            raise Stopped

    forward = LevelForward(policy, convolutions_of(policy), check)
    count = threads or threads_for(policy)
    waiting = iter(blocks)
    running: deque[Future[T | None]] = deque()
    pool = ThreadPoolExecutor(count, "levels", initializer=one_thread_here)

    def one(block: B) -> T | None:
        try:
            check()
            return work(block, forward)
        except Stopped:
            return None

    try:
        for block in itertools.islice(waiting, count * AHEAD):
            running.append(pool.submit(one, block))
        while running:
            found = running.popleft().result()
            for block in itertools.islice(waiting, 1):
                running.append(pool.submit(one, block))
            yield found  # type: ignore[misc]  # None only once the iterator is closed.
    finally:
        dropped.set()
        pool.shutdown(cancel_futures=True)
