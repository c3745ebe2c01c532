"""Each kind of patch made ready to act: its tensors loaded, and its operation on the channels it acts on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from app.errors import MazeError, PatchError
from app.interventions.ablations import mean_activation, resampled_activation, resampled_by_channel
from app.interventions.compatibility import fitting_layer
from app.interventions.dynamic_vectors import WORDS, word_vector
from app.interventions.patches import (
    AddVector,
    Mean,
    Noise,
    Offset,
    Patch,
    ProjectOut,
    Resample,
    Scale,
    SetValue,
    VectorPatch,
    Zero,
)
from app.interventions.tensor_cache import TensorCache
from app.interventions.vectors import read_vector
from app.maze.maze import Maze, Square
from app.policy.layers import Layer, pixel_of_square
from app.policy.policy import Policy

Change = Callable[[Tensor], Tensor]
"""(n, k, side, side) or (n, k) activations of the patch's k channels -> what they become; never in place."""


@dataclass(frozen=True)
class Step:
    """A patch made ready.

    Attributes:
        layer: the stage it acts on.
        channels: (k,) int64 channels it acts on, or None for all.
        squares: the mouse's squares at which it acts, or None for all.
        change: what it does to those channels. Row by row: no row of a batch sees another.
        by_pixel: whether each pixel's change depends on that pixel alone.
    """

    layer: Layer
    channels: Tensor | None
    squares: frozenset[Square] | None
    change: Change
    by_pixel: bool = True

    def apply(self, activation: Tensor) -> Tensor:
        """The activation (n, *layer shape) with the chosen channels changed; the argument is unchanged."""
        if self.channels is None:
            return self.change(activation)
        channels = self.channels.to(activation.device)
        return activation.index_copy(1, channels, self.change(activation.index_select(1, channels)))


@dataclass(frozen=True)
class Ground:
    """Policy and maze that a patch is made ready for."""

    policy: Policy
    maze: Maze
    device: str
    cache: TensorCache


def step_of(patch: Patch, ground: Ground) -> Step | None:
    """The patch ready to act, or None when it changes nothing whatever the activation (coefficient 0, no channels).

    Raises:
        PatchError: when the patch does not fit the policy, or its vector cannot be read.
    """
    stage = fitting_layer(patch, ground.policy)
    if patch.channels == () or patch.squares == ():
        return None
    try:
        change = _change(patch, stage, ground)
    except MazeError as error:
        raise PatchError(str(error)) from error
    if change is None:
        return None
    channels = None if patch.channels is None else torch.tensor(patch.channels, device=ground.device)
    squares = None if patch.squares is None else frozenset(patch.squares)
    return Step(stage, channels, squares, change, by_pixel=not isinstance(patch, ProjectOut))


def _change(patch: Patch, stage: Layer, ground: Ground) -> Change | None:
    match patch:
        case Zero():
            return torch.zeros_like
        case Mean():
            return _replacing(_chosen(mean_activation(patch, ground.policy, ground.maze, ground.cache), patch, ground))
        case Resample():
            resampled = resampled_by_channel if patch.per_channel else resampled_activation
            source = resampled(patch, ground.policy, ground.maze, ground.cache)
            return _replacing(_chosen(source, patch, ground))
        case Scale(positive=1, negative=1):
            return None
        case Scale(positive=positive, negative=negative):
            return lambda x: torch.where(x > 0, x * positive, x * negative)
        case SetValue():
            return _setting(patch, stage, ground.maze)
        case AddVector(coefficient=0) | Noise(sigma=0) | Offset(value=0):
            return None
        case Offset(value=value):
            return lambda x: x + value
        case ProjectOut():
            direction = _chosen(_vector(patch, stage, ground), patch, ground)
            return _projecting(direction) if direction.any() else None
        case AddVector():
            vector = _vector(patch, stage, ground)
            return _adding(patch.coefficient * _chosen(vector, patch, ground)) if vector.any() else None
        case Noise():
            # The whole layer's noise, of which the channels take theirs: it does not depend on which others are chosen.
            noise = torch.randn(stage.shape, generator=torch.Generator().manual_seed(patch.seed))
            return _adding(patch.sigma * _chosen(noise, patch, ground))
    raise PatchError(f"A patch of kind {patch.kind!r} was found; expected one of the stack's kinds.")


def _vector(patch: VectorPatch, stage: Layer, ground: Ground) -> Tensor:
    if patch.vector in WORDS:
        return word_vector(patch.vector, ground.policy, ground.maze, stage.name, ground.cache)
    return torch.from_numpy(read_vector(patch.vector).values.copy())


def _setting(patch: SetValue, stage: Layer, maze: Maze) -> Change:
    if stage.side is None:
        return lambda x: torch.full_like(x, patch.value)
    row, column = patch.row, patch.column
    if patch.square is not None:
        if not maze.contains(patch.square):
            raise PatchError(
                f"Square {patch.square} was asked for; the maze's world has {maze.world} x {maze.world} squares."
            )
        row, column = pixel_of_square(patch.square, maze.world, stage.side)

    def change(x: Tensor) -> Tensor:
        out = x.clone() if patch.fill is None else torch.full_like(x, patch.fill)
        out[:, :, row, column] = patch.value
        return out

    return change


def _chosen(values: Tensor, patch: Patch, ground: Ground) -> Tensor:
    """Of a tensor of the layer's shape, the patch's channels, on the device."""
    chosen = values if patch.channels is None else values[list(patch.channels)]
    return chosen.to(ground.device)


def _replacing(values: Tensor) -> Change:
    return lambda x: values.to(x).expand(x.shape).clone()


def _projecting(direction: Tensor) -> Change:
    # In float64 where there is one: the square of a small vector may be nothing in float32.
    exact = torch.float32 if direction.device.type == "mps" else torch.float64
    unit = direction.to(exact)
    unit = unit / unit.norm()

    def change(x: Tensor) -> Tensor:
        v = unit.to(x.device)
        along = (x.to(v.dtype) * v).flatten(1).sum(1)
        return (x - along.view(-1, *[1] * v.ndim) * v).to(x.dtype)

    return change


def _adding(values: Tensor) -> Change:
    return lambda x: x + values.to(x)
