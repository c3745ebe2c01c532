"""Cache of activations before the first patched layer, so that another patch there costs only the later layers."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

KEPT_BYTES = 128 * 2**20
"""Activations larger than this altogether are computed again rather than kept."""


class Kept:
    """One stage's activations of all squares of a maze, put in as they are computed.

    Attributes:
        stage: name of the layer.
        values: (N, ...) of `dtype`; only rows that were put in mean anything.
    """

    def __init__(
        self,
        stage: str,
        count: int,
        shape: tuple[int, ...],
        dtype: torch.dtype = torch.float32,
        device: str = "cpu",
    ) -> None:
        self.stage, self.values = stage, torch.empty(count, *shape, dtype=dtype, device=device)
        self._done = np.zeros(count, dtype=bool)

    @staticmethod
    def of(
        stage: str,
        count: int,
        shape: tuple[int, ...],
        dtype: torch.dtype = torch.float32,
        device: str = "cpu",
    ) -> Kept | None:
        """Room for `count` activations of this shape, or None where that would be too much."""
        fits = dtype.itemsize * count * math.prod(shape) <= KEPT_BYTES
        return Kept(stage, count, shape, dtype, device) if fits else None

    def put(self, rows: np.ndarray, values: Tensor) -> None:
        """Put in the activations of some squares. Other squares' may be put in at the same time."""
        self.values[torch.from_numpy(rows).to(self.values.device)] = values
        self._done[rows] = True

    @property
    def bytes(self) -> int:
        """Memory held."""
        return self.values.numel() * self.values.element_size()

    @property
    def complete(self) -> bool:
        """True if all squares' activations are there."""
        return bool(self._done.all())

    def find(self, rows: np.ndarray) -> Tensor | None:
        """A copy of the activations of these squares, when all of them are there."""
        return self.values[torch.from_numpy(rows).to(self.values.device)] if self._done[rows].all() else None

    def everything(self) -> Tensor:
        """A copy of the activations of all squares; those that were not put in mean nothing."""
        return self.values.clone()
