"""Studies over many levels on Dask workers: pieces go out, results return as they finish, lost workers cost time only.

A worker runs this program's own code, so it is started from a copy of the project; `docs/cluster.md` says how. The
scheduler passes it on unread, and needs nothing but Dask of the same version. A piece is computed by one thread of one
worker, in the same batches as here. When a worker dies, the scheduler gives its pieces to another.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import platform
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import torch

from app import __version__
from app.errors import MazescopeError
from app.field.level_forward import LevelForward, convolutions_of
from app.field.memory_release import keep_freed_memory
from app.field.torch_threads import one_thread_here
from app.policy.policy import Policy

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")
B = TypeVar("B")

CONNECTING: Final = 10.0
"""Seconds after which a scheduler counts as not there."""

WAITING: Final = 0.2
"""Seconds between two looks at whether the run is still wanted."""

AHEAD: Final = 3
"""Pieces per thread of the cluster that are sent out before the first is back."""

Versions = tuple[tuple[str, str], ...]


def versions() -> Versions:
    """Versions and numbers that must be equal on every machine for results to be equal."""
    import distributed

    return (
        ("Mazescope", __version__),
        ("torch", torch.__version__.partition("+")[0]),
        ("Python", _python(platform.python_version())),
        ("Dask", distributed.__version__),
    )


def compute_on_cluster(
    work: Callable[[B, LevelForward], T],
    policy: Policy,
    pieces: Iterable[B],
    scheduler: str | None,
    workers: int | None,
    waited: Callable[[], None],
) -> Iterator[tuple[int, T]]:
    """See `app.field.machines.compute`.

    Raises:
        MazescopeError: one sentence on what is wrong with the cluster.
    """
    with _client(scheduler, workers) as client:
        _check(client, scheduler)
        yield from _computed(client, work, policy, pieces, waited)


def _computed(
    client: Client,
    work: Callable[[B, LevelForward], T],
    policy: Policy,
    pieces: Iterable[B],
    waited: Callable[[], None],
) -> Iterator[tuple[int, T]]:
    from distributed import wait
    from distributed.client import FutureCancelledError, FuturesCancelledError
    from distributed.comm import CommClosedError
    from distributed.scheduler import KilledWorker

    with warnings.catch_warnings():
        # A policy of width 4 has 15 MB, which Dask finds large for a task. As a task and not scattered, it is there
        # again when every worker that had it is gone.
        warnings.simplefilter("ignore", UserWarning)
        brought = client.submit(bytes, pickle.dumps(policy), key=f"policy-{policy.weights_hash}")
    call = _caller()
    running: dict[Future, int] = {}
    waiting = iter(enumerate(pieces))

    def fill() -> None:
        room = AHEAD * max(1, sum(client.nthreads().values())) - len(running)
        for number, piece in zip(range(room), waiting, strict=False):
            place, what = piece
            del number
            asked = pickle.dumps(partial(_piece, versions(), work, policy.weights_hash, what))
            future = client.submit(call, asked, brought, pure=False)
            running[future] = place

    try:
        fill()
        while running:
            waited()
            try:
                with client.as_current():
                    done = wait(list(running), timeout=WAITING, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                continue
            for future in done:
                found = future.result()
                place = running.pop(future)
                future.release()
                yield place, found
            fill()
    except KilledWorker as error:
        raise MazescopeError(
            "A piece of the work ended four workers of the cluster one after another, most likely for want of memory; "
            "give them more, or start fewer on each machine."
        ) from error
    except (CommClosedError, FutureCancelledError, FuturesCancelledError, OSError) as error:
        raise MazescopeError("The scheduler of the cluster is gone; run the same command again to resume.") from error
    finally:
        with suppress(Exception):
            client.cancel([*running, brought], force=True)


@contextmanager
def _client(scheduler: str | None, workers: int | None) -> Iterator[Client]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise MazescopeError("Computing on a cluster needs Dask; `make studies` installs it.") from error
    # What Dask tells of workers that come and go is no news to whoever reads the result.
    for name in ("distributed", "distributed.client", "tornado", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if scheduler is None:
        import dask

        with (
            # Nobody looks at the profile that each worker makes of itself a hundred times a second.
            dask.config.set({"distributed.worker.profile.enabled": False}),
            LocalCluster(
                n_workers=workers or 1, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield client
        return

    _check_scheduler(scheduler)

    class OwnClient(Client):
        def __del__(self) -> None:
            # Dask's own would try for twice the time to take leave of a scheduler that never answered, and print that
            # it could not.
            if self.status != "connecting":
                super().__del__()

    try:
        with warnings.catch_warnings():
            # Whether the workers' versions fit is asked for below.
            warnings.simplefilter("ignore")
            client = OwnClient(scheduler, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise MazescopeError(f"The scheduler at {scheduler} cannot be asked ({_first_line(error)}).") from error
    with client:
        yield client


def _check_scheduler(address: str) -> None:
    """Check that a scheduler answers, and that it is one that this process can talk to.

    Raises:
        MazescopeError: one sentence on what is wrong.
    """
    try:
        # On a thread of its own: the caller's may run a loop already, as in a notebook.
        with ThreadPoolExecutor(1) as pool:
            found = pool.submit(asyncio.run, _packages_of(address)).result()
    except (OSError, ValueError, TypeError) as error:
        raise MazescopeError(
            f"No Dask scheduler answers at {address}; expected the address that it printed when it started, such as "
            "tcp://10.0.0.5:8786."
        ) from error
    theirs = (("Python", _python(str(found.get("python")))), ("Dask", str(found.get("distributed"))))
    _compare(theirs, tuple(each for each in versions() if each[0] in dict(theirs)), f"The scheduler at {address}")


async def _packages_of(address: str) -> dict[str, Any]:
    """The versions of a scheduler's packages, in words that schedulers of other versions have as well."""
    from distributed import Security
    from distributed.core import rpc

    secured = Security().get_connection_args("client")
    async with rpc(address, timeout=CONNECTING, connection_args=secured) as scheduler:
        answer: dict[str, Any] = await asyncio.wait_for(scheduler.versions(packages=[]), CONNECTING)
    found: dict[str, Any] = answer["packages"]
    return found


def _check(client: Client, scheduler: str | None) -> None:
    """Check that there are workers and that they are like this process.

    Raises:
        MazescopeError: one sentence on what is wrong.
    """
    try:
        found: dict[str, Any] = client.run(versions, on_error="return")
    except Exception as error:
        raise MazescopeError(f"The scheduler at {scheduler} cannot be asked ({_first_line(error)}).") from error
    if not found:
        raise MazescopeError(f"The scheduler at {scheduler} has no worker; start one from a copy of the project.")
    for worker, answer in found.items():
        if isinstance(answer, BaseException):
            raise MazescopeError(
                f"The worker at {worker} cannot run Mazescope ({_first_line(answer)}); start it from a copy of the "
                "project, of this version."
            )
        _compare(answer, versions(), f"The worker at {worker}")


def _compare(theirs: Versions, ours: Versions, who: str) -> None:
    for name, wanted in ours:
        found = dict(theirs).get(name, "of another version")
        if found != wanted:
            raise MazescopeError(f"{who} has {name} {found}; expected {wanted}, as here.")


def _caller() -> Callable[[bytes, bytes], Any]:
    """A function that is sent with its code and not by its name, which the scheduler, who looks it up, may not know."""

    def call(asked, policy):  # type: ignore[no-untyped-def]
        import pickle

        return pickle.loads(asked)(policy)

    return call


def _piece(expected: Versions, work: Callable[[B, LevelForward], T], key: str, piece: B, policy: bytes) -> T:
    """The work on one piece, by a worker."""
    _compare(versions(), expected, f"The worker on {platform.node()}")
    if not getattr(_thread, "alone", False):
        one_thread_here()
        _thread.alone = True
    with torch.no_grad():
        return work(piece, _forward(key, policy))


_thread = threading.local()
_opening = threading.Lock()
_opened: dict[str, LevelForward] = {}


def _forward(key: str, content: bytes) -> LevelForward:
    """The policy's forward passes, made once for all pieces of a worker."""
    with _opening:
        if key not in _opened:
            policy: Policy = pickle.loads(content)
            keep_freed_memory()
            _opened.clear()
            _opened[key] = LevelForward(policy, convolutions_of(policy))
        return _opened[key]


@lru_cache(maxsize=8)
def _python(version: str) -> str:
    """ "3.11" of "3.11.7"."""
    return ".".join(version.split(".")[:2])


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
