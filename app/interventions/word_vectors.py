"""Vectors named by a word: taken on the maze they are applied to, on the unpatched network, again after every edit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from app.interventions.activations import activations
from app.interventions.cache import CACHE, TensorCache
from app.maze.maze import Maze, Square
from app.policy.layers import layer
from app.policy.policy import Policy


def without_cheese(maze: Maze) -> Maze:
    """Maze B of the cheese vector: the same maze with its cheese removed."""
    return maze.with_cheese(None)


def with_corner_path(maze: Maze) -> Maze:
    """Maze A of the top-right vector: open from the maze's top-right straight up to the world's edge, then right.

    The maze itself where there is no margin. Source: Turner et al. 2023.
    """
    corner, edge = maze.top_right[0], maze.world
    path: list[Square] = [(row, corner) for row in range(corner + 1, edge)]
    path += [(edge - 1, col) for col in range(corner + 1, edge)]
    return maze.with_walls(tuple(path), wall=False)


WORDS: Final[dict[str, tuple[Callable[[Maze], Maze], Callable[[Maze], Maze]]]] = {
    "cheese": (lambda maze: maze, without_cheese),
    "top-right": (with_corner_path, lambda maze: maze),
}
"""How maze A and maze B of each word's vector are made from a maze."""


def word_vector(word: str, policy: Policy, maze: Maze, layer_name: str, cache: TensorCache = CACHE) -> Tensor:
    """Activation(maze A) - activation(maze B) at a layer, float32 of the layer's shape, on the CPU.

    One observation each, the mouse on the maze's mouse square, the maze's own theme. Zero where A equals B: the cheese
    vector of a maze without cheese, the top-right vector of a maze without margin.

    Raises:
        KeyError: for a word that is not in `WORDS`.
        PatchError: when the network has no such layer.
    """
    stage = layer(layer_name, policy.width)
    maze_a, maze_b = (make(maze) for make in WORDS[word])
    if maze_a == maze_b:
        return torch.zeros(stage.shape)

    def compute() -> Tensor:
        both = activations(policy.network, (maze_a, maze_b), (stage.name,))[stage.name]
        return both[0] - both[1]

    return cache.get(("word", word, policy.weights_hash, maze, stage.name), compute)
