"""Replacement activations of an ablation: their mean over random observations, or another level's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from app.errors import PatchError
from app.interventions.layer_activations import BATCH, activations
from app.interventions.patches import Mean, Resample
from app.interventions.tensor_cache import CACHE, TensorCache
from app.maze.generator import level, levels
from app.maze.levels import random_seeds, seeds_of_sizes
from app.maze.maze import Maze, Square
from app.maze.random_words import FEW, SEEDS
from app.policy.layers import layer
from app.policy.policy import Policy

SEARCHED_LEVELS = 500
"""Levels of the maze's size a resample patch looks through for one in which the cheese can be where it must."""


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


def resampled_by_channel(patch: Resample, policy: Policy, maze: Maze, cache: TensorCache = CACHE) -> Tensor:
    """As `resampled_activation`, each channel from a level of its own, which its number and the patch's seed give.

    Channels that the patch does not name are 0.

    Raises:
        PatchError: when no level can have its cheese on the maze's cheese square.
    """
    stage = layer(patch.layer, policy.width)
    channels = tuple(range(stage.channels)) if patch.channels is None else patch.channels
    sources = [
        resample_source(replace(patch, source_seed=channel_seed(patch.source_seed, channel)), maze)
        for channel in channels
    ]

    def compute() -> Tensor:
        found = torch.zeros(stage.shape)
        for start in range(0, len(channels), BATCH):
            part = activations(policy.network, sources[start : start + BATCH], (stage.name,))[stage.name]
            for row, channel in enumerate(channels[start : start + BATCH]):
                found[channel] = part[row, channel]
        return found

    return cache.get(("each", policy.weights_hash, tuple(sources), stage.name, channels), compute)


def channel_seed(source_seed: int, channel: int) -> int:
    """The seed of the level that one channel is taken from."""
    return int(np.random.default_rng([source_seed, channel, 2]).integers(2**31))


def resample_source(patch: Resample, maze: Maze) -> Maze:
    """The other level a resample patch takes its activations from, the mouse at that level's start.

    It has the maze's world and size and other walls: the seed's own level where that can be used, else the first that
    can of levels drawn at random, of that size, by a generator of this seed. With `same_cheese` the cheese is put on
    the maze's cheese square (or removed, when the maze has none), which must be open there. Otherwise it is where the
    level has it, which must be another square than the maze's.

    Raises:
        PatchError: when no level can have its cheese on the maze's cheese square.
    """
    if patch.same_cheese and maze.cheese is not None and not _some_level_has_open(maze, maze.cheese):
        raise PatchError(
            f"No level of side {maze.dim} can have its cheese at {maze.cheese}; expected a square inside the maze that "
            "is not the start nor a wall in every level, or a resample patch with another cheese square."
        )
    for seed in _source_seeds(maze.world, maze.dim, patch.source_seed):
        source = level(maze.world, seed)
        if source.walls == maze.walls:
            continue
        if not patch.same_cheese:
            if source.cheese != maze.cheese:
                return source
        elif maze.cheese is None or (source.is_open(maze.cheese) and source.mouse != maze.cheese):
            return source.with_cheese(maze.cheese)
    raise PatchError(f"No level of side {maze.dim} with its cheese as asked was found among {SEARCHED_LEVELS}.")


def _source_seeds(world: int, dim: int, first: int) -> Iterator[int]:
    """Level seeds of mazes of this side, in the order in which they are tried: nearly always one of the first."""
    soon = _first_source_seeds(world, dim, first)
    yield from soon
    yield from _all_source_seeds(world, dim, first)[len(soon) :]


@lru_cache(maxsize=1024)
def _first_source_seeds(world: int, dim: int, first: int) -> tuple[int, ...]:
    drawn = np.random.default_rng((first, 1)).integers(SEEDS, size=FEW - 1)
    return tuple(seeds_of_sizes(world, (first, *drawn.tolist()), (dim,)).tolist())


@lru_cache(maxsize=64)
def _all_source_seeds(world: int, dim: int, first: int) -> tuple[int, ...]:
    own = seeds_of_sizes(world, (first,), (dim,)).tolist()
    return (*own, *random_seeds(world, SEARCHED_LEVELS, np.random.default_rng((first, 1)), dim))


def _some_level_has_open(maze: Maze, square: Square) -> bool:
    """True if some generated level of the maze's size has this square open, apart from the start.

    Of a perfect maze on a grid of rooms, two apart, only the walls between two rooms are ever opened.
    """
    row, col = square[0] - maze.margin, square[1] - maze.margin
    inside = 0 <= row < maze.dim and 0 <= col < maze.dim
    return inside and (row, col) != (0, 0) and not (row % 2 == 1 and col % 2 == 1)


def random_mazes(world: int, count: int, seed: int, dim: int | None = None) -> list[Maze]:
    """Levels of seeds drawn at random, each with the mouse on a random open square.

    Equal arguments give equal mazes.

    Args:
        world: side of the world in cells.
        count: how many.
        seed: seed of the choice of levels and of squares.
        dim: side of the mazes; None for any.
    """
    rng = np.random.default_rng(seed)
    mazes = []
    for maze in levels(world, random_seeds(world, count, rng, dim)):
        row, col = maze.squares[rng.integers(len(maze.squares))]
        mazes.append(maze.with_mouse((int(row), int(col))))
    return mazes
