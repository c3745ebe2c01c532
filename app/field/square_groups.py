"""Groups of squares that share the activations without a mouse, for patches that act only with it on some squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from app.interventions.compiled_stack import CompiledStack


@dataclass(frozen=True, eq=False)
class Groups:
    """Squares on which the same patches act.

    Attributes:
        of_square: (N,) int64, the group of each square; None when there is but one group.
        squares: (G, 2) int64, one square of each group.
    """

    of_square: Tensor | None
    squares: np.ndarray


def groups_of(compiled: CompiledStack, squares: np.ndarray) -> Groups:
    """The groups of (N, 2) squares under a stack."""
    restricted = [step.squares for steps in compiled.steps.values() for step in steps if step.squares is not None]
    if not restricted:
        return Groups(None, squares[:1])
    pairs = [(int(row), int(col)) for row, col in squares]
    acting = np.array([[pair in chosen for chosen in restricted] for pair in pairs])
    _, first, group = np.unique(acting, axis=0, return_index=True, return_inverse=True)
    return Groups(torch.from_numpy(group.reshape(-1).astype(np.int64)), squares[first])
