"""The process that holds procgen. Nothing else in the program imports procgen.

It is started by `app.maze.procgen_client` with multiprocessing's spawn, answers one request at a time over a pipe, and
ends when the pipe closes. A request is `(name, *arguments)`; the answer is `("ok", result)` or `("error", sentence)`.
"""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from app.errors import MazescopeError
from app.maze.maze import Maze
from app.maze.procgen_state import parse_state, write_state

_BATCH = 64
"""Environments alive at a time while mazes are shown: enough to amortise calls, few enough to stay small."""


def _silence() -> None:
    """Send this process's output to nowhere: gym prints a notice at import, and procgen prints before it gives up."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _uncut(folder: str) -> str:
    """A folder's name, ending in "/", that is whole again after gym3 cut it.

    gym3 hands over as many bytes as the text has characters, which loses the end of a name with an accented letter. As
    many slashes more are lost in its place.
    """
    return folder + "/" * (len(folder.encode()) - len(folder))


def _told(environments: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pictures, rewards, beginnings of episodes and level seeds of environments, as they are now."""
    reward, seen, first = environments.observe()
    seeds = np.array([info["level_seed"] for info in environments.get_info()])
    # procgen writes the next step's into the same memory.
    return seen["rgb"].copy(), reward.copy(), first.copy(), seeds


class _Games:
    """procgen's environments, made once per world and reused."""

    def __init__(self) -> None:
        from procgen import ProcgenGym3Env, env

        self._make = ProcgenGym3Env
        self._assets = _uncut(os.path.join(env.SCRIPT_DIR, "data", "assets", ""))
        self._games: dict[tuple[str, int], Any] = {}
        self._templates: dict[str, bytes] = {}

    def _environment(self, world_name: str, seed: int, num: int = 1, *, num_levels: int = 1, rand_seed: int = 0) -> Any:
        return self._make(
            num=num,
            env_name="maze",
            num_levels=num_levels,
            start_level=seed,
            distribution_mode=world_name,
            rand_seed=rand_seed,
            # Without threads of its own procgen works in this one; a pool would be joined at every close.
            num_threads=0,
            resource_root=self._assets,
        )

    def _game(self, world_name: str, num: int) -> Any:
        """`num` environments of a world that show whatever state they are given."""
        key = (world_name, num)
        if key not in self._games:
            self._games[key] = self._environment(world_name, 0, num)
        return self._games[key]

    def _template(self, world_name: str) -> bytes:
        """The state of a fresh level of a world, into which mazes are written."""
        if world_name not in self._templates:
            self._templates[world_name] = self._game(world_name, 1).get_state()[0]
        return self._templates[world_name]

    def states(self, world_name: str, seeds: list[int]) -> list[bytes]:
        """The state of each fresh level."""
        found = []
        for seed in seeds:
            environment = self._environment(world_name, seed)
            found.append(environment.get_state()[0])
            environment.close()
        return found

    def levels(self, world_name: str, seeds: list[int]) -> list[Maze]:
        """Each fresh level as a maze."""
        return [parse_state(state) for state in self.states(world_name, seeds)]

    def observe(self, mazes: list[Maze]) -> np.ndarray:
        """(N, 64, 64, 3) uint8 pictures of mazes of any worlds."""
        return self._pictures([(maze.world_name, self._state_of(maze)) for maze in mazes])

    def observe_states(self, states: list[bytes]) -> np.ndarray:
        """(N, 64, 64, 3) uint8 pictures of state bytes, which are parsed first so that bad ones never reach procgen."""
        return self._pictures([(parse_state(state).world_name, state) for state in states])

    def step(self, maze: Maze, actions: list[int]) -> tuple[list[Maze], list[float], list[bool]]:
        """The maze after each action, the reward and whether the episode ended; stops with the episode."""
        state = self._state_of(maze)
        game = self._game(maze.world_name, 1)
        game.set_state([state])
        mazes: list[Maze] = []
        rewards: list[float] = []
        dones: list[bool] = []
        for action in actions:
            game.act(np.array([action], dtype=np.int32))
            reward, _, first = game.observe()
            rewards.append(float(reward[0]))
            dones.append(bool(first[0]))
            if first[0]:
                break
            mazes.append(parse_state(game.get_state()[0]))
        return mazes, rewards, dones

    def play(
        self, world_name: str, rand_seed: int, num_levels: int, start_level: int, actions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Observations of fresh environments before the first action and after each; see `Procgen.play`."""
        environments = self._environment(
            world_name, start_level, actions.shape[1], num_levels=num_levels, rand_seed=rand_seed
        )
        seen = [_told(environments)]
        for each in actions:
            environments.act(each.astype(np.int32))
            seen.append(_told(environments))
        environments.close()
        pictures, rewards, firsts, seeds = (np.stack(part) for part in zip(*seen, strict=True))
        return pictures, rewards, firsts, seeds

    def _state_of(self, maze: Maze) -> bytes:
        return write_state(self._template(maze.world_name), maze)

    def _pictures(self, states: list[tuple[str, bytes]]) -> np.ndarray:
        pictures = np.empty((len(states), 64, 64, 3), dtype=np.uint8)
        for world_name in {name for name, _ in states}:
            wanted = [index for index, (name, _) in enumerate(states) if name == world_name]
            game = self._game(world_name, _BATCH)
            for start in range(0, len(wanted), _BATCH):
                part = wanted[start : start + _BATCH]
                for place, index in enumerate(part):
                    state = states[index][1]
                    # procgen's own set_state insists on a state for every environment of the batch.
                    game.call_c_func("set_state", place, state, len(state))
                pictures[part] = game.observe()[1]["rgb"][: len(part)]
        return pictures


def serve(pipe: Connection) -> None:
    """Answer requests until the pipe closes. The target of the spawned process."""
    _silence()
    # Ctrl-C in a terminal reaches every process of the group; ending this one is the program's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    games: _Games | None = None
    with pipe:
        while True:
            try:
                name, *arguments = pipe.recv()
            except (EOFError, OSError):
                return
            try:
                if games is None:
                    games = _Games()
                answer = ("ok", getattr(games, name)(*arguments))
            except MazescopeError as error:
                answer = ("error", error)
            except Exception as error:
                answer = ("failed", f"{type(error).__name__}: {error}")
            try:
                pipe.send(answer)
            except OSError:
                return
