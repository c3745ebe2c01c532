"""Channels that mark the cheese in a policy: found by measurement, since each network has its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.errors import PatchError
from app.interventions.layer_activations import BATCH, activations
from app.maze.generator import levels
from app.maze.levels import random_seeds
from app.maze.maze import Maze
from app.policy.layers import DEFAULT_LAYER, layer, pixel_of_square
from app.policy.policy import Policy
from app.progress import Progress, batches, go_on

MARKS: Final = 0.5
"""Fraction of levels a channel must hit to be taken for one that marks the cheese."""


@dataclass(frozen=True)
class CheeseChannel:
    """Score of a channel as a marker of the cheese.

    Attributes:
        channel: its index in the layer.
        hits: levels in which its largest activation is within one pixel of the cheese's, rows and columns alike.
        levels: of how many.
        at_cheese: its mean activation at the cheese's pixel.
        elsewhere: its mean activation at all other pixels.
    """

    channel: int
    hits: int
    levels: int
    at_cheese: float
    elsewhere: float

    @property
    def marks(self) -> bool:
        """True if it is taken for a channel that marks the cheese."""
        return self.score >= MARKS

    @property
    def score(self) -> float:
        """Fraction of levels hit, 0..1."""
        return self.hits / self.levels


def find_cheese_channels(
    policy: Policy,
    *,
    layer_name: str = DEFAULT_LAYER,
    world: int = 15,
    count: int = 100,
    seed: int = 0,
    mazes: Sequence[Maze] | None = None,
    progress: Progress = go_on,
) -> tuple[CheeseChannel, ...]:
    """All channels of a layer, those that mark the cheese best first.

    Measured on `count` levels of seeds drawn at random, or on `mazes` (with cheese) where these are given, the mouse at
    the start. A channel that is the same at every pixel has no peak and hits nothing. Equal scores
    are ordered by the activation at the cheese.

    Raises:
        PatchError: for an unknown layer, or one without pixels.
        Cancelled: when `progress` says not to continue.
    """
    stage = layer(layer_name, policy.width)
    if stage.side is None:
        raise PatchError(f"{stage.name} has no pixels to mark the cheese at; expected a layer with pixels.")
    side = stage.side
    if mazes is None:
        mazes = levels(world, random_seeds(world, count, np.random.default_rng(seed)))
    count = len(mazes)
    hits = np.zeros(stage.channels, dtype=np.int64)
    at_cheese, elsewhere = np.zeros(stage.channels), np.zeros(stage.channels)
    for batch in batches(mazes, BATCH, progress):
        maps = activations(policy.network, batch, (stage.name,))[stage.name].numpy().reshape(len(batch), -1, side**2)
        pixels = np.array([_cheese_pixel(maze, side) for maze in batch])
        peaks = maps.argmax(axis=2)
        apart = np.maximum(
            abs(peaks // side - pixels[:, :1]), abs(peaks % side - pixels[:, 1:])
        )  # (batch, channels), Chebyshev
        flat = maps.max(axis=2) == maps.min(axis=2)
        hits += ((apart <= 1) & ~flat).sum(axis=0)
        there = maps[np.arange(len(batch)), :, pixels[:, 0] * side + pixels[:, 1]].astype(np.float64)
        at_cheese += there.sum(axis=0)
        elsewhere += ((maps.sum(axis=2, dtype=np.float64) - there) / (side**2 - 1)).sum(axis=0)
    found = [
        CheeseChannel(channel, int(hits[channel]), count, at_cheese[channel] / count, elsewhere[channel] / count)
        for channel in range(stage.channels)
    ]
    return tuple(sorted(found, key=lambda each: (-each.hits, -each.at_cheese, each.channel)))


def _cheese_pixel(maze: Maze, side: int) -> tuple[int, int]:
    assert maze.cheese is not None  # The generator puts one in every maze; callers give mazes with one.
    return pixel_of_square(maze.cheese, maze.world, side)
