"""What an ablation puts in place of activations: their mean over random observations, or another level's."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from app.errors import PatchError
from app.interventions.layer_activations import BATCH, activations
from app.interventions.patches import Mean, Resample
from app.interventions.tensor_cache import CACHE, TensorCache
from app.maze.levels import random_level
from app.maze.maze import Maze, Square
from app.policy.layers import layer
from app.policy.policy import Policy

SEARCHED_LEVELS = 500
"""Levels a resample patch looks through for one in which the cheese can lie where it must."""


def mean_activation(patch: Mean, policy: Policy, maze: Maze, cache: TensorCache = CACHE) -> Tensor:
    """Mean activation of a layer over random observations, float32 of the layer's shape, on the CPU.

    Each observation is of another level of the maze's world (and size, when the patch says so), its mouse on a random
    open square. The maze itself plays no part beyond its world and size.
    """
    stage = layer(patch.layer, policy.width)
    dim = maze.dim if patch.size == "same" else None

    def compute() -> Tensor:
        mazes = random_mazes(maze.world, patch.count, patch.seed, dim)
        total: Tensor | None = None
        for start in range(0, len(mazes), BATCH):
            part = activations(policy.network, mazes[start : start + BATCH], (stage.name,))[stage.name].double().sum(0)
            total = part if total is None else total + part
        assert total is not None
        return (total / len(mazes)).float()

    return cache.get(("mean", policy.weights_hash, maze.world, dim, patch.count, patch.seed, stage.name), compute)


def resampled_activation(patch: Resample, policy: Policy, maze: Maze, cache: TensorCache = CACHE) -> Tensor:
    """A layer's activation on the patch's source level, float32 of the layer's shape, on the CPU: one observation.

    Raises:
        PatchError: when no level can have its cheese on the maze's cheese square.
    """
    stage = layer(patch.layer, policy.width)
    source = resample_source(patch, maze)
    return cache.get(
        ("one", policy.weights_hash, source, stage.name),
        lambda: activations(policy.network, (source,), (stage.name,))[stage.name][0],
    )


def resample_source(patch: Resample, maze: Maze) -> Maze:
    """The other level a resample patch takes its activations from, the mouse at that level's start.

    It has the maze's world and size, and is the first level from the seed on that can be used. With `same_cheese` the
    cheese is put on the maze's cheese square (or removed, when the maze has none), which must be open there. Otherwise
    it lies where the level has it, which must be another square than the maze's.

    Raises:
        PatchError: when no level can have its cheese on the maze's cheese square.
    """
    if patch.same_cheese and maze.cheese is not None and not _some_level_has_open(maze, maze.cheese):
        raise PatchError(
            f"No level of side {maze.dim} can have its cheese at {maze.cheese}; expected a square inside the maze that "
            "is not the start nor a wall in every level, or a resample patch with another cheese square."
        )
    seeds = np.random.default_rng([patch.source_seed, 1]).integers(2**31, size=SEARCHED_LEVELS)
    seeds[0] = patch.source_seed
    for seed in seeds:
        level = random_level(maze.world, maze.dim, int(seed), background=None)
        if not patch.same_cheese:
            if level.cheese != maze.cheese:
                return level
        elif maze.cheese is None or (level.is_open(maze.cheese) and level.mouse != maze.cheese):
            return level.with_cheese(maze.cheese)
    raise PatchError(f"No level of side {maze.dim} with its cheese as asked was found among {SEARCHED_LEVELS}.")


def _some_level_has_open(maze: Maze, square: Square) -> bool:
    """Whether some generated level of the maze's size has this square open, besides the start.

    Of a perfect maze on a grid of rooms, two apart, only the walls between two rooms are ever opened.
    """
    row, col = square[0] - maze.margin, square[1] - maze.margin
    inside = 0 <= row < maze.dim and 0 <= col < maze.dim
    return inside and (row, col) != (0, 0) and not (row % 2 == 1 and col % 2 == 1)


def random_mazes(world: int, count: int, seed: int, dim: int | None = None) -> list[Maze]:
    """Levels of our own generator over random backgrounds, each with the mouse on a random open square.

    Equal arguments give equal mazes.

    Args:
        world: side of the world in cells.
        count: how many.
        seed: seed of the choice of levels and of squares.
        dim: side of the mazes; None for any.
    """
    rng = np.random.default_rng(seed)
    mazes = []
    for level_seed in rng.integers(2**31, size=count):
        level = random_level(world, dim, int(level_seed), background=None)
        row, col = level.squares[rng.integers(len(level.squares))]
        mazes.append(level.with_mouse((int(row), int(col))))
    return mazes
