"""Places where studies over many levels compute: threads of this process, or Dask workers here and elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from app.field.level_forward import LevelForward
from app.field.many_levels import evaluate
from app.policy.policy import Policy

T = TypeVar("T")
B = TypeVar("B")


@dataclass(frozen=True)
class Machines:
    """Machines that compute.

    Attributes:
        threads: of this process; None for the machine's real cores.
        scheduler: the address of a Dask scheduler, whose workers compute instead; None for this process.
        workers: of a local Dask cluster that is started for the run, each with one thread; None for none.
        device: of this process, "cpu", "cuda" or "mps"; Dask workers compute on their CPUs.
    """

    threads: int | None = None
    scheduler: str | None = None
    workers: int | None = None
    device: str = "cpu"

    def on(self, device: str) -> Machines:
        """These, computing on a device."""
        return replace(self, device=device)

    @property
    def clustered(self) -> bool:
        """True if Dask workers compute."""
        return self.scheduler is not None or self.workers is not None


HERE = Machines()


def compute(
    work: Callable[[B, LevelForward], T],
    policy: Policy,
    pieces: Iterable[B],
    machines: Machines = HERE,
    waited: Callable[[], None] = lambda: None,
) -> Generator[tuple[int, T], None, None]:
    """Each piece's answer, with the piece's place; on threads in their order, on a cluster as they arrive.

    Closing the iterator ends the work.

    Args:
        work: see `app.field.many_levels.evaluate`; for a cluster, it and the pieces can be pickled.
        policy: of which policy.
        pieces: so small that one takes seconds at most.
        machines: what computes.
        waited: called now and then while a cluster computes; may raise `Cancelled`.

    Raises:
        MazescopeError: without Dask, or when its scheduler or workers cannot be used.
    """
    if machines.clustered:
        from app.field.cluster import compute_on_cluster

        yield from compute_on_cluster(work, policy, pieces, machines.scheduler, machines.workers, waited)
        return
    found = evaluate(work, policy, pieces, machines.threads, machines.device)
    try:
        yield from enumerate(found)
    finally:
        found.close()
