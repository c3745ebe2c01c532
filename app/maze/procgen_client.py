"""Client of procgen's process: the same calls from any thread, answered by a process of its own.

procgen ends its whole process where it fails, loads for seconds and brings another Qt, so it never shares ours.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Final, NamedTuple

import numpy as np

from app.errors import MazeError, MazescopeError, ProcgenError
from app.maze import procgen_server
from app.maze.maze import Maze, world_side
from app.maze.moves import ACTIONS
from app.maze.procgen_state import parse_state
from app.maze.random_words import check_seed

_PATIENCE: Final = 120.0
"""Seconds to wait for an answer before the process counts as stuck. Loading every sprite takes 1 to 4."""

_MESSAGE: Final = 500
"""Levels or pictures asked for in one message, so that a long request neither fills memory nor seems stuck."""

_CLOSED: Final = "procgen was closed and gives no more answers."
DISTRIBUTIONS: Final = ("procgen-mirror", "procgen")
"""Name of the game in package indexes."""

_ABSENT: Final = (
    "procgen is not installed here (its wheel, procgen-mirror, exists for Linux on x86-64 and Python 3.11 and 3.12 "
    "alone): comparing with the game needs it, all else works without."
)
_AGAIN: Final = "it is started again at the next request"

RESTARTED: Final = "procgen's process had ended unexpectedly and was started again."
"""Notes for the user on a request that was answered anyway."""


class Steps(NamedTuple):
    """Results of some actions in procgen.

    Attributes:
        mazes: the maze after each action. One fewer than actions taken when the episode ended, because procgen then has
            replaced the level already: the mouse reached the cheese (reward 10) or is where the time-out found it.
        rewards: the reward of each action taken.
        dones: whether each action taken ended the episode; only the last can be True, and nothing follows it.
    """

    mazes: list[Maze]
    rewards: list[float]
    dones: list[bool]


def _check_actions(actions: Sequence[int]) -> None:
    for action in actions:
        if not 0 <= action < ACTIONS:
            raise MazeError(f"Action {action} was found; procgen's actions are 0 to {ACTIONS - 1}.")


class Played(NamedTuple):
    """Records of environments before the first action and after each; one row a moment, one column an environment.

    Attributes:
        pictures: (T + 1, N, 64, 64, 3) uint8, row 0 on top.
        rewards: (T + 1, N) float32.
        firsts: (T + 1, N) bool, whether an episode has just begun.
        level_seeds: (T + 1, N) int64, of the levels under way.
    """

    pictures: np.ndarray
    rewards: np.ndarray
    firsts: np.ndarray
    level_seeds: np.ndarray


class Procgen:
    """The game in its own process, started at the first call and again after it died.

    Every method may be called from any thread; calls wait for each other. When the process ended before or during a
    call it is started again and asked once more. A method raises ProcgenError when procgen is not installed, cannot
    start, hangs, or ends a second time during one call; the next call then starts it again. Also a context manager:
    leaving it closes it.

    Args:
        on_restart: see below.
        serve: what the process runs with its end of the pipe.

    Attributes:
        on_restart: given `RESTARTED`, in the thread that asked, when a call was answered by a process started again.
    """

    def __init__(
        self,
        on_restart: Callable[[str], object] | None = None,
        *,
        serve: Callable[[Connection], object] = procgen_server.serve,
    ) -> None:
        self.on_restart = on_restart
        self._serve = serve
        self._lock = threading.Lock()
        self._closed = False
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Procgen:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @staticmethod
    def available() -> bool:
        """True if procgen is installed here (it exists for few platforms). Looks without importing it."""
        return importlib.util.find_spec("procgen") is not None

    @staticmethod
    def version() -> str:
        """The installed version of the game.

        Raises:
            ProcgenError: when there is none.
        """
        for name in DISTRIBUTIONS:
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                return importlib.metadata.version(name)
        raise ProcgenError(_ABSENT)

    @property
    def pid(self) -> int | None:
        """The process's number while it runs."""
        process = self._process
        return process.pid if process is not None else None

    def level(self, world_name: str, seed: int) -> Maze:
        """The fresh level of a seed, with procgen's background.

        Raises:
            MazeError: for a world or seed that does not exist.
            ProcgenError: see the class.
        """
        return self.levels(world_name, [seed])[0]

    def levels(self, world_name: str, seeds: Sequence[int]) -> list[Maze]:
        """The fresh levels of many seeds. Raises as `level` does."""
        return self._levels("levels", world_name, seeds)

    def states(self, world_name: str, seeds: Sequence[int]) -> list[bytes]:
        """The serialized states of the fresh levels of many seeds. Raises as `level` does."""
        return self._levels("states", world_name, seeds)

    def observe(self, mazes: Sequence[Maze]) -> np.ndarray:
        """(N, 64, 64, 3) uint8: what procgen itself draws for these mazes, row 0 on top."""
        return self._pictures("observe", list(mazes))

    def observe_states(self, states: Sequence[bytes]) -> np.ndarray:
        """(N, 64, 64, 3) uint8: what procgen draws for serialized states.

        Raises:
            MazeError: when one of them is malformed; none is then given to procgen.
        """
        for state in states:
            parse_state(state)
        return self._pictures("observe_states", list(states))

    def step(self, maze: Maze, actions: Sequence[int]) -> Steps:
        """Let procgen play actions (0 to 14) from a maze, its clock at 0, until they or the episode end.

        Raises:
            MazeError: for an action that does not exist.
        """
        _check_actions(actions)
        return Steps(*self._call("step", maze, [int(action) for action in actions]))

    def play(
        self, world_name: str, rand_seed: int, actions: np.ndarray, *, num_levels: int = 0, start_level: int = 0
    ) -> Played:
        """Let fresh environments of the game play, level after level.

        Args:
            world_name: easy or hard.
            rand_seed: procgen's option: seed of the order of levels.
            actions: (T, N) integers, 0 to 14: what each of N environments does at each of T steps.
            num_levels: procgen's option: how many levels there are, 0 for all.
            start_level: procgen's option: the first of them.

        Raises:
            MazeError: for a world, seed or action that does not exist.
            ProcgenError: see the class.
        """
        world_side(world_name)
        check_seed(start_level)
        _check_actions(actions.ravel().tolist())
        return Played(*self._call("play", world_name, check_seed(rand_seed), num_levels, start_level, actions))

    def close(self) -> None:
        """End the process for good: a call under way in another thread and every later one raise ProcgenError."""
        # Before taking the lock, so that a long request asks for no further part.
        self._closed = True
        if not self._lock.acquire(timeout=1.0):
            process = self._process
            if process is not None:
                # The thread that holds the lock may have seen the process end, and released it, by now.
                with contextlib.suppress(ValueError):
                    process.kill()
            self._lock.acquire()
        try:
            self._stop()
        finally:
            self._lock.release()

    def _levels(self, request: str, world_name: str, seeds: Sequence[int]) -> list[Any]:
        world_side(world_name)
        wanted = [check_seed(seed) for seed in seeds]
        return [one for part in self._in_parts(request, wanted, world_name) for one in part]

    def _pictures(self, request: str, shown: list[Any]) -> np.ndarray:
        parts = self._in_parts(request, shown)
        return np.concatenate(parts) if parts else np.empty((0, 64, 64, 3), dtype=np.uint8)

    def _in_parts(self, request: str, wanted: list[Any], *arguments: Any) -> list[Any]:
        starts = range(0, len(wanted), _MESSAGE)
        return [self._call(request, *arguments, wanted[start : start + _MESSAGE]) for start in starts]

    def _call(self, *request: Any) -> Any:
        with self._lock:
            ended = self._has_died()
            answer = self._answer(request)
            if answer is None:
                ended, answer = True, self._answer(request)
        if answer is None:
            raise ProcgenError(f"procgen's process ended unexpectedly, twice over the same request; {_AGAIN}.")
        if ended and self.on_restart is not None:
            self.on_restart(RESTARTED)
        kind, result = answer
        if kind == "ok":
            return result
        if isinstance(result, MazescopeError):
            raise result
        raise ProcgenError(f"procgen could not do what was asked ({result}).")

    def _answer(self, request: tuple[Any, ...]) -> tuple[str, Any] | None:
        """The process's answer; None when it ended instead."""
        if self._closed:
            raise ProcgenError(_CLOSED)
        pipe = self._started()
        try:
            pipe.send(request)
            if not pipe.poll(_PATIENCE):
                raise TimeoutError
            answer: tuple[str, Any] = pipe.recv()
            return answer
        except TimeoutError:
            self._stop()
            raise ProcgenError(f"procgen gave no answer within {_PATIENCE:.0f} seconds; {_AGAIN}.") from None
        except (EOFError, OSError):
            self._stop()
            if self._closed:
                raise ProcgenError(_CLOSED) from None
            return None
        except BaseException:
            # An answer still to come would be taken for that of the next request.
            self._stop()
            raise

    def _has_died(self) -> bool:
        return self._process is not None and not self._process.is_alive()

    def _started(self) -> Connection:
        if self._pipe is not None and not self._has_died():
            return self._pipe
        self._stop()
        if not self.available():
            raise ProcgenError(_ABSENT)
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=self._serve, args=(theirs,), name="procgen", daemon=True)
        try:
            process.start()
        except OSError as error:
            ours.close()
            raise ProcgenError(f"procgen's process could not be started ({error}).") from error
        finally:
            # Our copy of its end: while it is open, the end of the process would never be seen.
            theirs.close()
        self._process, self._pipe = process, ours
        return ours

    def _stop(self) -> None:
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.join(timeout=1.0)
            if process.is_alive():
                process.kill()
                process.join()
            process.close()
