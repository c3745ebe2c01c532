"""How far the cheese vector steers a policy, layer by layer, over many decision-square levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from app.field.vector_field import move_probabilities
from app.interventions.activations import activations, inputs_of
from app.interventions.word_vectors import without_cheese
from app.maze.maze import Maze, Square
from app.maze.paths import decision_square
from app.policy.layers import layers
from app.policy.network import Network
from app.policy.stages import RESUMABLE, run

BATCH = 100


@dataclass(frozen=True)
class Fork:
    """A level with its decision square, and the moves with which the ways to cheese and top-right leave it."""

    maze: Maze
    square: Square
    to_cheese: int
    to_top_right: int


def fork(maze: Maze) -> Fork | None:
    """The level with its decision square, or None when it has none."""
    found = decision_square(maze)
    if found.square is None or found.to_cheese is None or found.to_top_right is None:
        return None
    return Fork(maze, found.square, found.to_cheese, found.to_top_right)


def candidate_layers(width: int) -> tuple[str, ...]:
    """The layers a vector is tried at: those whose output alone determines what follows, but the flattening."""
    return tuple(stage.name for stage in layers(width) if stage.name in RESUMABLE and "flatten" not in stage.name)


@torch.no_grad()
def choices(network: Network, forks: Sequence[Fork]) -> np.ndarray:
    """(N, 2) P(cheese) and P(top-right) at the decision squares of the unpatched policy."""
    parts = [
        network(inputs_of([_at_fork(item) for item in forks[start : start + BATCH]]))[0].numpy()
        for start in range(0, len(forks), BATCH)
    ]
    return _choices(np.concatenate(parts), forks)


@torch.no_grad()
def steered_choices(network: Network, forks: Sequence[Fork], coefficient: float) -> dict[str, np.ndarray]:
    """(N, 2) P(cheese) and P(top-right) at the decision squares by layer, with coefficient * the cheese vector added.

    The vector is taken with the mouse at the maze's start, as everywhere in this program.
    """
    names = candidate_layers(network.width)
    logits: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for start in range(0, len(forks), BATCH):
        part = forks[start : start + BATCH]
        mazes = [item.maze for item in part]
        with_cheese = activations(network, mazes, names)
        bare = activations(network, [without_cheese(maze) for maze in mazes], names)
        plain = run(network, inputs_of([_at_fork(item) for item in part]), keep=names).kept
        for name in names:
            changed: Tensor = plain[name] + coefficient * (with_cheese[name] - bare[name])
            logits[name].append(run(network, changed, after=name).logits.numpy())
    return {name: _choices(np.concatenate(parts), forks) for name, parts in logits.items()}


def _at_fork(item: Fork) -> Maze:
    return item.maze.with_mouse(item.square)


def _choices(logits: np.ndarray, forks: Sequence[Fork]) -> np.ndarray:
    probs = move_probabilities(logits)
    return np.array([(row[item.to_cheese], row[item.to_top_right]) for row, item in zip(probs, forks, strict=True)])
