"""Activations of the unpatched network at a few layers, computing no further than the last of them."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence

import torch
from torch import Tensor

from app.maze.maze import Maze
from app.maze.render import observations_of
from app.policy.layers import layer, layers
from app.policy.network import Network
from app.policy.stages import as_input, run

BATCH = 64
"""Observations that go through the network at once: enough to be fast, few enough that block 1 fits in cache."""


class _ReachedError(Exception):
    """Ends a run after the last layer that is requested."""


def activations_of_inputs(network: Network, inputs: Tensor, wanted: Collection[str]) -> dict[str, Tensor]:
    """Activations by layer name, each (N, *layer shape), of observations (N, 3, 64, 64), float32 in 0..1.

    Raises:
        PatchError: when the network has no such layer.
    """
    names = {layer(name, network.width).name for name in wanted}
    last = max(names, key=lambda name: layer(name, network.width).index)
    found: dict[str, Tensor] = {}

    def collect(name: str, activation: Tensor) -> Tensor:
        found[name] = activation
        if name == last:
            raise _ReachedError
        return activation

    with contextlib.suppress(_ReachedError):
        run(network, inputs, edit=collect, edited=names)
    return found


def activations(network: Network, mazes: Sequence[Maze], wanted: Collection[str]) -> dict[str, Tensor]:
    """Activations by layer name, each (N, *layer shape): one observation per maze, the mouse where the maze has it.

    Raises:
        PatchError: when the network has no such layer.
    """
    parts = [
        activations_of_inputs(network, inputs_of(mazes[start : start + BATCH]), wanted)
        for start in range(0, len(mazes), BATCH)
    ]
    names = [stage.name for stage in layers(network.width) if stage.name in parts[0]]
    return {name: torch.cat([part[name] for part in parts]) for name in names}


def inputs_of(mazes: Sequence[Maze]) -> Tensor:
    """(N, 3, 64, 64) float32 in 0..1: the network's input for each maze."""
    return as_input(torch.from_numpy(observations_of(mazes)))
