"""Which channel marks the cheese, and how well setting it somewhere leads the mouse there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from app.field.measures import path_probability
from app.field.vector_field import VectorField
from app.interventions.activations import activations, inputs_of
from app.interventions.word_vectors import without_cheese
from app.maze.maze import Maze, Square
from app.maze.paths import shortest_path
from app.policy.layers import layers, pixel_of_square
from app.policy.network import Network
from app.policy.stages import run

VALUES = (1.0, 2.3, 5.5, 10.0, 20.0)
"""Values tried in a channel; the middle three are those of the research."""

BATCH = 64


@dataclass(frozen=True)
class Marker:
    """A channel whose peak marks the cheese.

    Attributes:
        layer, channel: which.
        hits: fraction of mazes in which its largest activation lies within one pixel of the cheese's.
        at_cheese: its mean activation at the cheese's pixel.
    """

    layer: str
    channel: int
    hits: float
    at_cheese: float


def markers(network: Network, mazes: Sequence[Maze]) -> list[Marker]:
    """Every channel of the residual additions with how well its peak marks the cheese, the best first."""
    names = [stage.name for stage in layers(network.width) if stage.name.endswith("resadd")]
    found: list[Marker] = []
    parts = [activations(network, mazes[start : start + BATCH], names) for start in range(0, len(mazes), BATCH)]
    for name in names:
        maps = np.concatenate([part[name].numpy() for part in parts])
        side = maps.shape[-1]
        cheese = np.array([pixel_of_square(_cheese(maze), maze.world, side) for maze in mazes])
        peak = maps.reshape(*maps.shape[:2], -1).argmax(axis=2)
        apart = np.maximum(abs(peak // side - cheese[:, :1]), abs(peak % side - cheese[:, 1:]))
        there = maps[np.arange(len(mazes)), :, cheese[:, 0], cheese[:, 1]]
        found += [
            Marker(name, channel, float((apart[:, channel] <= 1).mean()), float(there[:, channel].mean()))
            for channel in range(maps.shape[1])
        ]
    return sorted(found, key=lambda marker: -marker.hits)


@torch.no_grad()
def path_probabilities(
    network: Network, mazes: Sequence[Maze], targets: Sequence[Square], layer: str, channel: int, value: float | None
) -> np.ndarray:
    """(N,) path probability to each target with the channel's pixel there set to a value (None: nothing is set)."""
    paths = [shortest_path(maze, maze.mouse, target)[:-1] for maze, target in zip(mazes, targets, strict=True)]
    places = [(index, square) for index, path in enumerate(paths) for square in path]
    logits = []
    for start in range(0, len(places), BATCH):
        part = places[start : start + BATCH]
        pixels = [pixel_of_square(targets[index], mazes[index].world, _side(layer, network)) for index, _ in part]
        plain = run(network, inputs_of([mazes[index].with_mouse(square) for index, square in part]), keep=(layer,))
        if value is None:
            logits.append(plain.logits.numpy())
            continue
        changed = plain.kept[layer].clone()
        for row, (up, right) in enumerate(pixels):
            changed[row, channel, up, right] = value
        logits.append(run(network, changed, after=layer).logits.numpy())
    flat = np.concatenate(logits)
    return np.array(
        [
            path_probability(
                _field(maze, [s for i, s in places if i == index], flat[[i == index for i, _ in places]]), t
            )
            for index, (maze, t) in enumerate(zip(mazes, targets, strict=True))
        ]
    )


def _field(maze: Maze, squares: list[Square], logits: np.ndarray) -> VectorField:
    """A field that holds only these squares; the others are not computed."""
    whole = np.full((len(maze.squares), 15), np.nan, dtype=np.float32)
    field = VectorField(maze, maze.squares, whole, np.full(len(maze.squares), np.nan, dtype=np.float32))
    for square, row in zip(squares, logits, strict=True):
        whole[field.index(square)] = row
    return field


def _side(layer: str, network: Network) -> int:
    side = next(stage.side for stage in layers(network.width) if stage.name == layer)
    assert side is not None
    return side


def _cheese(maze: Maze) -> Square:
    assert maze.cheese is not None
    return maze.cheese


def without(mazes: Sequence[Maze]) -> list[Maze]:
    """The mazes without their cheese."""
    return [without_cheese(maze) for maze in mazes]
