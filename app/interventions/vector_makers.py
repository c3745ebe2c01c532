"""Ways to obtain an activation vector: from a word, two mazes, many levels, or a seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch

from app.errors import PatchError
from app.interventions.dynamic_vectors import WORDS, word_vector
from app.interventions.layer_activations import BATCH, activations
from app.interventions.tensor_cache import CACHE, TensorCache
from app.interventions.vectors import ActivationVector
from app.maze.maze import Maze
from app.policy.layers import layer
from app.policy.policy import Policy
from app.progress import Progress, batches, go_on

NAMES: Final = {"cheese": "Cheese vector", "top-right": "Top-right vector"}


def from_word(
    word: str, policy: Policy, maze: Maze, layer_name: str, *, name: str = "", cache: TensorCache = CACHE
) -> ActivationVector:
    """The vector a word names, fixed as it is on this maze: see `app.interventions.dynamic_vectors`.

    Raises:
        PatchError: for an unknown word or layer.
    """
    if word not in WORDS:
        raise PatchError(f"A vector named {word!r} was asked for; expected one of {', '.join(WORDS)}.")
    maze_a, maze_b = (make(maze) for make in WORDS[word])
    return ActivationVector(
        name=name or NAMES[word],
        kind=word,
        layer=layer(layer_name, policy.width).name,
        values=word_vector(word, policy, maze, layer_name, cache).numpy(),
        policy_hash=policy.weights_hash,
        policy_name=policy.name,
        maze_a=maze_a,
        maze_b=maze_b,
        note=f"{NAMES[word]} of one maze, the mouse at {maze.mouse}",
    )


def difference(policy: Policy, maze_a: Maze, maze_b: Maze, layer_name: str, *, name: str = "") -> ActivationVector:
    """Activation(maze A) - activation(maze B), one observation each, the mouse where each maze has it.

    Raises:
        PatchError: for an unknown layer.
    """
    stage = layer(layer_name, policy.width)
    both = activations(policy.network, (maze_a, maze_b), (stage.name,))[stage.name]
    return ActivationVector(
        name=name or "A minus B",
        kind="difference",
        layer=stage.name,
        values=(both[0] - both[1]).numpy(),
        policy_hash=policy.weights_hash,
        policy_name=policy.name,
        maze_a=maze_a,
        maze_b=maze_b,
        note=f"Maze A ({maze_a.world_name}, {maze_a.dim} x {maze_a.dim}) minus maze B "
        f"({maze_b.world_name}, {maze_b.dim} x {maze_b.dim})",
    )


def averaged(
    word: str,
    policy: Policy,
    levels: Sequence[Maze],
    seeds: Sequence[int],
    layer_name: str,
    *,
    name: str = "",
    progress: Progress = go_on,
) -> ActivationVector:
    """The mean, over many levels, of the vector that a word names on each.

    Args:
        word: "cheese" or "top-right".
        policy: the policy it is taken on.
        levels: the mazes, the mouse where each has it. Those whose vector is zero (no cheese, no margin) count as zero.
        seeds: the levels' seeds, for the provenance.
        layer_name: where.
        name: what to call it.
        progress: told how many levels are done.

    Raises:
        PatchError: for an unknown word or layer, or no levels.
        Cancelled: when `progress` says not to continue.
    """
    if word not in WORDS:
        raise PatchError(f"A vector named {word!r} was asked for; expected one of {', '.join(WORDS)}.")
    if not levels:
        raise PatchError("No level was given to average over; expected at least one.")
    stage = layer(layer_name, policy.width)
    total = torch.zeros(stage.shape, dtype=torch.float64)
    make_a, make_b = WORDS[word]
    for batch in batches(levels, BATCH // 2, progress):
        pairs = [*map(make_a, batch), *map(make_b, batch)]
        found = activations(policy.network, pairs, (stage.name,))[stage.name].double()
        total += found[: len(batch)].sum(0) - found[len(batch) :].sum(0)
    return ActivationVector(
        name=name or f"{NAMES[word]}, mean of {len(levels)}",
        kind="averaged",
        layer=stage.name,
        values=(total / len(levels)).float().numpy(),
        policy_hash=policy.weights_hash,
        policy_name=policy.name,
        seeds=tuple(int(seed) for seed in seeds),
        note=f"Mean of the {word} vectors of {len(levels)} levels",
    )


def random_like(vector: ActivationVector, seed: int, *, name: str = "") -> ActivationVector:
    """A vector of Gaussian direction with the norm of another: the control for what a direction does.

    Raises:
        PatchError: when the other vector is zero.
    """
    if vector.norm == 0:
        raise PatchError("The vector to match is zero; expected one with a direction, whose norm the random one takes.")
    values = np.random.default_rng(seed).standard_normal(vector.values.shape)
    return ActivationVector(
        name=name or f"Random, norm of {vector.name}",
        kind="random",
        layer=vector.layer,
        values=(values * (vector.norm / np.linalg.norm(values))).astype(np.float32),
        policy_hash=vector.policy_hash,
        policy_name=vector.policy_name,
        seeds=(seed,),
        note=f"Random direction (seed {seed}) of the norm of {vector.name}",
    )
