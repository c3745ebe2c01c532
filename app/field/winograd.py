"""Convolution with fewer multiplications: Winograd's F(4 x 4, 3 x 3), in matrix products.

Each tile of 4 x 4 outputs is computed from 6 x 6 inputs with 36 multiplications per pair of channels instead of 144.
The algorithm is exact in real numbers; in float32 its rounding error is about twice that of the direct convolution,
thanks to where it evaluates polynomials: at 0, +-5/8, +-3/2 and infinity instead of the usual 0, +-1, +-2 and infinity,
which would make it five times as large.

Sources: Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016; Alam, Anderson, Barabasz and Gregg,
"Winograd convolution for deep neural networks: efficient point selection", 2022 (the points).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import torch
from torch import Tensor

TILE: Final = 4
"""Outputs along one side of a tile."""

TILES_AT_ONCE: Final = 96
"""So many tiles of 128 channels, transformed, stay near a core's own cache."""

_SEEN: Final = TILE + 2
POINTS: Final = (0.0, 5 / 8, -5 / 8, 3 / 2, -3 / 2)


@cache
def _matrices() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(36, 36), (36, 9) and (16, 36): how tiles of inputs, weights and products are transformed, both axes at once."""
    inputs, weights = np.zeros((_SEEN, _SEEN)), np.zeros((_SEEN, 3))
    outputs = np.zeros((TILE, _SEEN))
    for row, point in enumerate(POINTS):
        others = [other for other in POINTS if other != point]
        inputs[row, :-1] = np.poly(others)[::-1]
        weights[row] = [point**power / np.prod([point - other for other in others]) for power in range(3)]
        outputs[:, row] = [point**power for power in range(TILE)]
    # The point at infinity.
    inputs[-1] = np.poly(POINTS)[::-1]
    weights[-1, -1] = outputs[-1, -1] = 1
    return np.kron(inputs, inputs), np.kron(weights, weights), np.kron(outputs, outputs)


class Winograd:
    """A 3 x 3 convolution of stride 1.

    Args:
        weight: (outputs, inputs, 3, 3).
        bias: (outputs,).
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        inputs, weights, outputs = _matrices()
        filters = weight.double().flatten(2).numpy()
        self._filters = torch.from_numpy(np.einsum("pk,dck->pcd", weights, filters)).float().contiguous()
        self._inputs = torch.from_numpy(inputs).float()
        self._outputs = torch.from_numpy(outputs).float()
        self._bias = bias

    def __call__(self, x: Tensor, padding: int, *, relu: bool = False, add: Tensor | None = None) -> Tensor:
        """The convolution of x, then + add, then relu.

        Args:
            x: (n, height, width, inputs) float32.
            padding: 1 keeps the size, 0 takes one pixel off each side.
            relu: whether negative outputs become 0.
            add: (n, height', width', outputs), added to the outcome.
        """
        height, width = (size - 2 + 2 * padding for size in x.shape[1:3])
        tiled = x.new_empty(len(x), _tiled(height), _tiled(width), len(self._bias))
        for block, desk in self._blocks(x, height, width):
            part = x[block]
            desk.padded[:, padding : padding + x.shape[1], padding : padding + x.shape[2]] = part
            out = tiled[block]
            self._into(out, desk)
            if add is not None:
                out[:, :height, :width].add_(add[block])
            if relu:
                out.relu_()
        return tiled[:, :height, :width].contiguous()

    def _blocks(self, x: Tensor, height: int, width: int) -> Iterator[tuple[slice, _Desk]]:
        """Blocks of images, each with a desk for this many outputs; what is around the images is zero."""
        down, right = _tiled(height) // TILE, _tiled(width) // TILE
        size = max(1, TILES_AT_ONCE // (down * right))
        desk = None
        for start in range(0, len(x), size):
            images = min(size, len(x) - start)
            if desk is None or desk.images != images:
                desk = _desk(images, down, right, x.shape[3], len(self._bias))
            yield slice(start, start + images), desk

    def _into(self, out: Tensor, desk: _Desk) -> None:
        """Write the convolution of what is on the desk: (images, 4 * down, 4 * right, outputs) of any strides."""
        desk.tiles.copy_(desk.overlapping)
        torch.mm(self._inputs, desk.tiles.view(_SEEN**2, -1), out=desk.transformed)
        torch.bmm(desk.transformed.view(_SEEN**2, -1, desk.tiles.shape[-1]), self._filters, out=desk.products)
        torch.mm(self._outputs, desk.products.view(_SEEN**2, -1), out=desk.outputs)
        torch.add(desk.outcome, self._bias, out=_in_tiles(out))


def residual(first: Winograd, second: Winograd, x: Tensor) -> Tensor:
    """x + second(relu(first(relu(x)))) of whole images (n, height, width, channels), whose sides are multiples of 4.

    Each block of images goes through both convolutions before the next, so that what is between them stays in cache.
    """
    out = torch.empty_like(x)
    height, width = x.shape[1:3]
    for block, desk in first._blocks(x, height, width):
        inside = desk.padded[:, 1:-1, 1:-1]
        torch.clamp_min(x[block], 0, out=inside)
        first._into(inside, desk)
        inside.relu_()
        second._into(out[block], desk)
        out[block].add_(x[block])
    return out


@dataclass(frozen=True, eq=False)
class _Desk:
    """Room for one block of images on their way through a convolution, the same for block after block.

    Attributes:
        padded: (images, 4 * down + 2, 4 * right + 2, inputs): what is convolved, with its border.
        overlapping: (6, 6, images, down, right, inputs): the tiles as they are in `padded`.
        tiles: the same side by side.
        transformed: (36, tiles * inputs).
        products: (36, tiles, outputs).
        outputs: (16, tiles * outputs).
        outcome: the outputs as (images, down, 4, right, 4, outputs).
    """

    padded: Tensor
    overlapping: Tensor
    tiles: Tensor
    transformed: Tensor
    products: Tensor
    outputs: Tensor
    outcome: Tensor

    @property
    def images(self) -> int:
        """Images in the block."""
        return len(self.padded)


_own = threading.local()


def _desk(images: int, down: int, right: int, inputs: int, outputs: int) -> _Desk:
    tiles, seen = images * down * right, _SEEN**2
    sizes = {
        "padded": images * (TILE * down + 2) * (TILE * right + 2) * inputs,
        "tiles": seen * tiles * inputs,
        "transformed": seen * tiles * inputs,
        "products": seen * tiles * outputs,
        "outputs": TILE**2 * tiles * outputs,
    }
    # One piece of memory for each thread: asking the system for such sizes again and again costs as much as computing.
    if len(getattr(_own, "memory", ())) < sum(sizes.values()):
        _own.memory = torch.empty(sum(sizes.values()))
    parts = dict(zip(sizes, _own.memory[: sum(sizes.values())].split(list(sizes.values())), strict=True))
    padded = parts["padded"].view(images, TILE * down + 2, TILE * right + 2, inputs).zero_()
    image, row, column, _ = padded.stride()
    overlapping = padded.as_strided(
        (_SEEN, _SEEN, images, down, right, inputs), (row, column, image, TILE * row, TILE * column, 1)
    )
    return _Desk(
        padded,
        overlapping,
        parts["tiles"].view(overlapping.shape),
        parts["transformed"].view(seen, -1),
        parts["products"].view(seen, tiles, outputs),
        parts["outputs"].view(TILE**2, -1),
        parts["outputs"].view(TILE, TILE, images, down, right, outputs).permute(2, 3, 0, 4, 1, 5),
    )


def _in_tiles(x: Tensor) -> Tensor:
    """(n, 4 * down, 4 * right, channels) of any strides as (n, down, 4, right, 4, channels)."""
    return x.unflatten(2, (-1, TILE)).unflatten(1, (-1, TILE))


def _tiled(size: int) -> int:
    return -(-size // TILE) * TILE
