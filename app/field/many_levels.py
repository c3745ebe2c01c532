"""Work on many levels, block by block on several threads.

The shapes of a block's batches depend on the block only, so what it gives depends neither on how many threads there
are, nor on what was asked besides.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from functools import partial
from typing import TypeVar

from app.field.device_forward import DeviceForward
from app.field.level_forward import LevelForward, convolutions_of
from app.field.windowed_forward import Check
from app.field.worker_threads import in_parallel, thread_count
from app.policy.policy import Policy

T = TypeVar("T")
B = TypeVar("B")


def evaluate(
    work: Callable[[B, LevelForward], T],
    policy: Policy,
    blocks: Iterable[B],
    threads: int | None = None,
    device: str = "cpu",
) -> Generator[T, None, None]:
    """The blocks' answers, in the order of the blocks.

    Closing the iterator stops the threads within one batch of observations.

    Args:
        work: what is asked of a block; it depends on nothing but its arguments, and what it gives is small.
        policy: of which policy.
        blocks: taken one after another, a few ahead.
        threads: blocks that are computed at the same time; the machine's real cores unless given.
        device: what computes: "cuda" and "mps" one block at a time.
    """

    def prepare(check: Check) -> Callable[[B], T]:
        if device == "cpu":
            forward = LevelForward(policy, convolutions_of(policy), check)
        else:
            forward = DeviceForward(policy, device, check)
        return partial(_asked, work, forward)

    return in_parallel(prepare, blocks, (threads or thread_count(policy.width)) if device == "cpu" else 1)


def _asked(work: Callable[[B, LevelForward], T], forward: LevelForward, block: B) -> T:
    return work(block, forward)
