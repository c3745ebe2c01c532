"""Threads on which studies compute: each does a piece of the work alone, without waiting for another between layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import TypeVar

import torch

from app.field.execution_plan import default_plan
from app.field.torch_threads import one_thread_here
from app.progress import Cancelled, Progress, go_on

T = TypeVar("T")
Piece = TypeVar("Piece")


def worker_count() -> int:
    """Threads that are used unless told: the real cores."""
    return default_plan(1).threads


def in_parallel(
    work: Callable[[Piece, Callable[[], None]], T],
    pieces: Sequence[Piece],
    *,
    threads: int | None = None,
    progress: Progress = go_on,
) -> Iterator[T]:
    """Each piece's answer, in their order, each as soon as those before it are there.

    Torch computes on one thread in each worker and records no gradients. All workers have ended when this has.

    Args:
        work: called with (piece, check) on a worker; `check` raises `Cancelled` when nobody waits any more, and is to
            be called between steps of some milliseconds.
        pieces: about as long as each other.
        threads: how many; None for the real cores.
        progress: told how many pieces are done, on the caller's thread.

    Raises:
        Cancelled: when `progress` says not to continue.
    """
    stopped = Event()

    def check() -> None:
        if stopped.is_set():
            raise Cancelled

    def one(piece: Piece) -> T:
        check()
        with torch.no_grad():
            return work(piece, check)

    if not progress(0, len(pieces)):
        raise Cancelled
    with ThreadPoolExecutor(threads or worker_count(), "study", initializer=one_thread_here) as pool:
        waiting: list[Future[T]] = [pool.submit(one, piece) for piece in pieces]
        try:
            for number, future in enumerate(waiting):
                yield future.result()
                if not progress(number + 1, len(pieces)):
                    raise Cancelled
        finally:
            stopped.set()
            for future in waiting:
                future.cancel()
