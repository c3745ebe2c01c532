"""Levels, observations and play of our own next to procgen's, counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.maze.game import Turn, act, level_streams, new_game
from app.maze.generator import levels
from app.maze.maze import WORLDS
from app.maze.moves import ACTIONS
from app.maze.procgen_client import Procgen
from app.maze.render import observations, observations_of


@dataclass(frozen=True)
class Compared:
    """One kind of thing compared.

    Attributes:
        what: the kind of thing: "levels", "observations", "steps of play".
        count: how many were compared.
        different: which were not equal, named: "easy 42".
    """

    what: str
    count: int
    different: tuple[str, ...]


def compare_levels(procgen: Procgen, world_name: str, seeds: Sequence[int]) -> tuple[Compared, Compared]:
    """The levels of seeds, and all their observations: the mouse on every open square, facing either way by turns.

    Raises:
        MazeError: for another world or seed.
        ProcgenError: where procgen is absent or ends.
    """
    theirs, ours = procgen.levels(world_name, seeds), levels(WORLDS[world_name], seeds)
    wrong = [f"{world_name} {seed}" for seed, a, b in zip(seeds, ours, theirs, strict=True) if a != b]
    seen, other = 0, list[str]()
    for seed, maze in zip(seeds, ours, strict=True):
        turned = maze.with_facing("right") if seed % 2 else maze
        shown = [turned.with_mouse((row, col)) for row, col in turned.squares.tolist()]
        same = (observations(turned, turned.squares) == procgen.observe(shown)).all(axis=(1, 2, 3))
        seen += len(shown)
        other += [f"{world_name} {seed}, mouse at {shown[place].mouse}" for place in np.flatnonzero(~same)]
    return Compared("levels", len(seeds), tuple(wrong)), Compared("observations", seen, tuple(other))


def compare_play(procgen: Procgen, world_name: str, seed: int, environments: int, steps: int) -> Compared:
    """Random actions in environments over all levels: every observation, reward, end and following level.

    Args:
        procgen: the game.
        world_name: easy or hard.
        seed: of the actions, and procgen's `rand_seed`.
        environments: how many play next to each other.
        steps: actions of each.

    Raises:
        MazeError: for another world or seed.
        ProcgenError: where procgen is absent or ends.
    """
    actions = np.random.default_rng(seed).integers(ACTIONS, size=(steps, environments))
    theirs = procgen.play(world_name, seed, actions)
    turns = [Turn(new_game(WORLDS[world_name], stream), 0.0, True) for stream in level_streams(seed, environments)]
    different: list[str] = []
    for number in range(steps + 1):
        if number:
            turns = [act(turn.game, action) for turn, action in zip(turns, actions[number - 1].tolist(), strict=True)]
        pictures = observations_of([turn.game.maze for turn in turns])
        same = (
            (pictures == theirs.pictures[number]).all(axis=(1, 2, 3))
            & (np.array([turn.reward for turn in turns]) == theirs.rewards[number])
            & (np.array([turn.first for turn in turns]) == theirs.firsts[number])
            & (np.array([turn.game.level_seed for turn in turns]) == theirs.level_seeds[number])
        )
        different += [
            f"{world_name} play {seed}, environment {place}, step {number}" for place in np.flatnonzero(~same)
        ]
    return Compared("steps of play", steps * environments, tuple(different))
