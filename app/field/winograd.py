"""Convolution with fewer multiplications: Winograd's F(4 x 4, 3 x 3), in matrix products.

Each tile of 4 x 4 outputs is computed from 6 x 6 inputs with 36 multiplications per pair of channels instead of 144.
The algorithm is exact in real numbers; in float32 its rounding error is about twice that of the direct convolution,
thanks to where it evaluates polynomials: at 0, +-5/8, +-3/2 and infinity instead of the usual 0, +-1, +-2 and infinity,
which would make it five times as large.

Sources: Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016; Alam, Anderson, Barabasz and Gregg,
"Winograd convolution for deep neural networks: efficient point selection", 2022 (the points).
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

TILE: Final = 4
"""Outputs along one side of a tile."""

TILES_AT_ONCE: Final = 96
"""So many tiles of 128 channels, transformed, stay in a core's own cache."""

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
    """A 3 x 3 convolution of whole images, with one pixel of zero padding.

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

    def __call__(self, x: Tensor) -> Tensor:
        """(n, side, side, outputs) of (n, side, side, inputs) contiguous float32; the side is a multiple of 4."""
        images = max(1, TILES_AT_ONCE * TILE**2 // (x.shape[1] * x.shape[2]))
        if len(x) <= images:
            return self._block(x)
        return torch.cat([self._block(block) for block in x.split(images)])

    def _block(self, x: Tensor) -> Tensor:
        count, height, width, channels = x.shape
        down, right, made = height // TILE, width // TILE, len(self._bias)
        padded = functional.pad(x, (0, 0, 1, 1, 1, 1))
        image, row, column, _ = padded.stride()
        overlapping = padded.as_strided(
            (_SEEN, _SEEN, count, down, right, channels), (row, column, image, TILE * row, TILE * column, 1)
        )
        tiles = torch.mm(self._inputs, overlapping.reshape(_SEEN**2, -1))
        products = torch.bmm(tiles.view(_SEEN**2, -1, channels), self._filters)
        bias = self._bias.repeat(count * down * right)
        out = torch.addmm(bias, self._outputs, products.view(_SEEN**2, -1))
        out = out.view(TILE, TILE, count, down, right, made).permute(2, 3, 0, 4, 1, 5)
        return out.reshape(count, height, width, made)
