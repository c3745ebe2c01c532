"""Which channel marks the cheese, and how well setting it somewhere leads the mouse there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch

from app.field.measures import chances_towards, geometric_mean
from app.field.vector_field import move_probabilities
from app.interventions.activations import activations, inputs_of
from app.maze.maze import Maze, Square
from app.maze.paths import moves_towards, shortest_path
from app.policy.layers import layer, layers, pixel_of_square
from app.policy.network import Network
from app.policy.stages import run

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


@dataclass(frozen=True)
class Setting:
    """A value for one channel, to be set at the target's pixel."""

    layer: str
    channel: int
    value: float


NOTHING_SET: Final = None


def markers(network: Network, mazes: Sequence[Maze]) -> list[Marker]:
    """Every channel of the residual additions with how well its peak marks the cheese, the best first.

    Channels that are not positive there on average are left out: what they mark is not the cheese. Every maze has a
    cheese.
    """
    names = [stage.name for stage in layers(network.width) if stage.name.endswith("resadd")]
    maps = activations(network, mazes, names)
    cheeses = [maze.cheese for maze in mazes if maze.cheese is not None]
    found: list[Marker] = []
    for name in names:
        values = maps[name].numpy()
        side = values.shape[-1]
        pixels = np.array(
            [pixel_of_square(cheese, maze.world, side) for cheese, maze in zip(cheeses, mazes, strict=True)]
        )
        peak = values.reshape(*values.shape[:2], -1).argmax(axis=2)
        apart = np.maximum(abs(peak // side - pixels[:, :1]), abs(peak % side - pixels[:, 1:]))
        there = values[np.arange(len(mazes)), :, pixels[:, 0], pixels[:, 1]].mean(axis=0)
        hits = (apart <= 1).mean(axis=0)
        found += [
            Marker(name, channel, float(hits[channel]), float(there[channel]))
            for channel in np.flatnonzero(there > 0).tolist()
        ]
    return sorted(found, key=lambda marker: (-marker.hits, -marker.at_cheese))


@torch.no_grad()
def path_probabilities(
    network: Network, mazes: Sequence[Maze], targets: Sequence[Square], settings: Sequence[Setting | None]
) -> np.ndarray:
    """(settings, mazes) path probability from each mouse to its target, with a channel set at the target's pixel.

    Only the squares of the path are computed, not the whole field. `None` among the settings sets nothing.
    """
    paths = [_squares_of_path(maze, target) for maze, target in zip(mazes, targets, strict=True)]
    places = [(index, square) for index, path in enumerate(paths) for square in path]
    kept = tuple({setting.layer for setting in settings if setting is not None})
    logits: list[list[np.ndarray]] = [[] for _ in settings]
    for start in range(0, len(places), BATCH):
        part = places[start : start + BATCH]
        plain = run(network, inputs_of([mazes[index].with_mouse(square) for index, square in part]), keep=kept)
        for rows, setting in zip(logits, settings, strict=True):
            if setting is None:
                rows.append(plain.logits.numpy())
                continue
            changed = plain.kept[setting.layer].clone()
            side = layer(setting.layer, network.width).side
            assert side is not None
            for row, (index, _) in enumerate(part):
                up, across = pixel_of_square(targets[index], mazes[index].world, side)
                changed[row, setting.channel, up, across] = setting.value
            rows.append(run(network, changed, after=setting.layer).logits.numpy())
    ends = np.cumsum([len(path) for path in paths])[:-1]
    return np.array(
        [
            [
                geometric_mean(chances_towards(probs, np.array(path), moves_towards(maze, target)))
                for probs, path, maze, target in zip(
                    np.split(move_probabilities(np.concatenate(rows)), ends), paths, mazes, targets, strict=True
                )
            ]
            for rows in logits
        ]
    )


def _squares_of_path(maze: Maze, target: Square) -> tuple[Square, ...]:
    """The squares on the way to a target at which a move is to be made."""
    path = shortest_path(maze, maze.mouse, target)
    assert path is not None
    return path[:-1]
