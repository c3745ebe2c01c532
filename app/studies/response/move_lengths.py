"""Move of a layer along a direction: lengths, the directional derivative's share, and mirror images."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from functools import cache
from typing import Final

import torch
from torch import Tensor

_BLOCK: Final = 128
"""Features whose squares are added in float32."""

_SAFE: Final = (1e-20, 1e30)
"""Squares of lengths between these lose nothing in float32."""


@dataclass(frozen=True, eq=False)
class LevelMoves:
    """A layer's move in one level, d(t) = f(t) - f(0), over the flattened activation, float64.

    Attributes:
        squares: (t,) |d(t)|^2.
        mirrored: (pairs,) d(t) . d(-t).
        tangent_square: () |u|^2, u the move at t = 1 with all gates frozen: the directional derivative at 0.
        tangent_dot: (t,) u . d(t).
    """

    squares: Tensor
    mirrored: Tensor
    tangent_square: Tensor
    tangent_dot: Tensor

    @classmethod
    def of(cls, live: Tensor, zero: Tensor, tangent: Tensor, pairs: int, *, wide: bool) -> LevelMoves:
        """The moves of one level.

        The differences are rounded to float32, as the activations are; squares are added in it in blocks of 128, and
        the blocks in float64. d(t) . d(-t) is taken from |d(t) + d(-t)|^2, which is exact for mirror images.

        Args:
            live: (t, ...) at t: first those that have a -t, then these -t in the same order, then others.
            zero, tangent: (...) at 0, and the move at t = 1 with all gates frozen.
            pairs: how many have a -t.
            wide: whether all is in float64.
        """
        if live.device.type == "mps":  # It has no float64.
            live, zero, tangent = live.cpu(), zero.cpu(), tangent.cpu()
        if wide:
            live, zero, tangent = live.double(), zero.double(), tangent.double()
        moves = _scratch(live)
        torch.sub(live, zero, out=moves.view(live.shape))
        squares, u = _squares(moves), tangent.reshape(1, -1)
        even = _squares(moves[:pairs] + moves[pairs : 2 * pairs])
        mirrored = (even - squares[:pairs] - squares[pairs : 2 * pairs]) / 2
        return cls(squares, mirrored, _squares(u)[0], torch.mv(moves, u[0]).double().cpu())

    @property
    def safe(self) -> bool:
        """True if float32 had room for all squares."""
        squares = self.squares.numpy()
        return bool(((squares == 0) | ((squares > _SAFE[0]) & (squares < _SAFE[1]))).all())


def _squares(rows: Tensor) -> Tensor:
    """(n,) float64: the square of each row's length."""
    size = math.gcd(rows.shape[1], _BLOCK)
    blocks = rows.unflatten(1, (-1, size)) if size > 8 else rows[:, None]
    return torch.linalg.vector_norm(blocks, dim=2).double().square_().sum(1).cpu()


def set_in(differ: Tensor) -> Tensor:
    """(t, levels) float64: how many are set of a (t, levels, ...) bool.

    On the processor eight of them are added at once, as bytes of a whole number; torch would first make each a whole
    number of its own.
    """
    flat = differ.flatten(2)
    group = _group(flat.shape[2]) if flat.device.type == "cpu" else 0
    if not group:
        return flat.sum(2).cpu().double()
    packed = flat.contiguous().view(torch.int64).unflatten(2, (-1, group)).sum(3)
    return packed.view(torch.uint8).sum(2).double()


@cache
def _group(units: int) -> int:
    """Number of words of eight units that may be added before a byte is full; 0 where none is good."""
    words = units // 8
    return 0 if units % 8 else next((size for size in range(min(255, words), 15, -1) if words % size == 0), 0)


_own = threading.local()


def _scratch(live: Tensor) -> Tensor:
    """(rows, features) of this thread, whose contents last until it asks again: asking the system for memory again
    costs as much as computing."""
    kept: Tensor | None = getattr(_own, "memory", None)
    if kept is None or kept.numel() < live.numel() or (kept.device, kept.dtype) != (live.device, live.dtype):
        kept = _own.memory = live.new_empty(live.numel())
    return kept[: live.numel()].view(len(live), -1)
