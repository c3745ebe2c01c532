"""Labelled observations, made as they are needed: each batch depends only on the run's seed and its own number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from app.maze.maze import BACKGROUNDS, Facing, Maze, Square
from app.maze.render import observations
from app.maze.routes import shortest_path
from training.config import Config
from training.labels import discounted_returns, move_targets
from training.random_mazes import random_maze

VALIDATION: Final = 1_000_003
"""Stream of random numbers of the validation batches, apart from every training step's."""

FACINGS: Final[tuple[Facing, Facing]] = ("fresh", "right")
"""The two ways a mouse can look: after a move left it looks as it does in a fresh level."""


@dataclass(frozen=True)
class Batch:
    """Observations with what an expert does there.

    Attributes:
        observations: (N, 3, 64, 64) uint8, channels last in memory, row 0 on top.
        targets: (N, 5) float32 probabilities of the best moves.
        returns: (N,) float32 discounted returns.
    """

    observations: Tensor
    targets: Tensor
    returns: Tensor


def make_batch(config: Config, stream: int) -> Batch:
    """The batch of one step (or of `VALIDATION + k`): mazes of all sizes and backgrounds, some squares of each."""
    pictures, targets, returns = [], [], []
    for maze, squares in batch_mazes(config, stream):
        assert maze.cheese is not None
        pictures.append(observations(maze, squares))
        targets.append(move_targets(maze, maze.cheese, squares))
        returns.append(discounted_returns(maze, maze.cheese, squares, config.gamma))
    return Batch(
        torch.from_numpy(np.concatenate(pictures)).permute(0, 3, 1, 2),
        torch.from_numpy(np.concatenate(targets)),
        torch.from_numpy(np.concatenate(returns)),
    )


def batch_mazes(config: Config, stream: int) -> Iterator[tuple[Maze, np.ndarray]]:
    """The mazes of a batch, each with its (squares, 2) squares."""
    random = np.random.default_rng([config.seed_of_data, stream])
    sides = np.arange(3, config.side + 1, 2)
    weights = sides.astype(np.float64) ** config.size_power
    for side in random.choice(sides, size=config.mazes, p=weights / weights.sum()):
        maze = _maze(config, int(side), random)
        assert maze.cheese is not None
        yield maze, _squares(maze, maze.cheese, config, random)


def _maze(config: Config, side: int, random: np.random.Generator) -> Maze:
    background, facing = int(random.integers(BACKGROUNDS)), FACINGS[int(random.integers(len(FACINGS)))]
    maze = random_maze(config.side, side, int(random.integers(2**31)), config.region, background)
    return maze.with_facing(facing)


def _squares(maze: Maze, cheese: Square, config: Config, random: np.random.Generator) -> np.ndarray:
    """(squares, 2) of squares drawn with replacement: a part from the start's path to the cheese, the rest anywhere."""
    path = shortest_path(maze, maze.mouse, cheese)
    assert path is not None
    on_path = int(random.binomial(config.squares, config.on_path))
    chosen = np.array(path[:-1])[random.integers(len(path) - 1, size=on_path)]
    anywhere = maze.squares[random.integers(len(maze.squares), size=config.squares - on_path)]
    return np.concatenate([chosen, anywhere])
