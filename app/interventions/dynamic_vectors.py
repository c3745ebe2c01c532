"""Vectors named by a word: taken on the maze they are applied to, on the unpatched network, again after every edit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import torch
from torch import Tensor

from app.interventions.layer_activations import activations
from app.interventions.tensor_cache import CACHE, TensorCache
from app.maze.maze import Maze
from app.maze.transforms import carve_path_to_corner
from app.policy.layers import layer
from app.policy.policy import Policy


def without_cheese(maze: Maze) -> Maze:
    """Maze B of the cheese vector: the same maze with its cheese removed."""
    return maze.with_cheese(None)


WORDS: Final[dict[str, tuple[Callable[[Maze], Maze], Callable[[Maze], Maze]]]] = {
    "cheese": (lambda maze: maze, without_cheese),
    "top-right": (carve_path_to_corner, lambda maze: maze),
}
"""Makers of maze A and maze B of each word's vector from a maze. Source: Turner et al. 2023."""


def word_vector(word: str, policy: Policy, maze: Maze, layer_name: str, cache: TensorCache = CACHE) -> Tensor:
    """Activation(maze A) - activation(maze B) at a layer, float32 of the layer's shape, on the CPU.

    One observation each, the mouse on the maze's mouse square, the maze's own background. Zero where A equals B: the
    cheese vector of a maze without cheese, the top-right vector of a maze without margin.

    Raises:
        KeyError: for a word that is not in `WORDS`.
        PatchError: when the network has no such layer.
    """
    stage = layer(layer_name, policy.width)
    key = _key(word, policy, maze, stage.name)
    return cache.get(key, lambda: word_vectors(word, policy, (maze,), (stage.name,))[stage.name][0])


def word_vectors(
    word: str, policy: Policy, mazes: Sequence[Maze], wanted: Sequence[str], cache: TensorCache | None = None
) -> dict[str, Tensor]:
    """The vectors of a word on many mazes at many layers at once, by layer name, each (mazes, *layer shape).

    With a cache, each is also stored there, where `word_vector` finds it. Raises as `word_vector` does.
    """
    make_a, make_b = WORDS[word]
    pairs = [*map(make_a, mazes), *map(make_b, mazes)]
    # Where A equals B the vector is zero exactly, whatever the rounding of two passes.
    alike = [a == b for a, b in zip(pairs[: len(mazes)], pairs[len(mazes) :], strict=True)]
    found = {}
    for name, both in activations(policy.network, pairs, wanted).items():
        vectors = both[: len(mazes)] - both[len(mazes) :]
        vectors[torch.tensor(alike)] = 0
        found[name] = vectors
        for maze, vector in zip(mazes, vectors, strict=True):
            if cache is not None:
                cache.get(_key(word, policy, maze, name), vector.clone)
    return found


def _key(word: str, policy: Policy, maze: Maze, layer_name: str) -> tuple[object, ...]:
    return "word", word, policy.weights_hash, maze, layer_name
