"""Channels of a layer as shown: which numbers, in which order, on which scale. No colours yet."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.maze.maze import Square
from app.policy.layers import pixel_of_square

QUANTITIES: Final = {
    "raw": "Original",
    "patched": "Patched",
    "change": "Patched − original",
    "cheese": "With − without cheese",
}
"""The numbers a channel's picture may show, with their titles. All are taken with the mouse on one square."""

ORDERS: Final = {
    "index": "Index",
    "energy": "Energy",
    "change": "Change",
    "cheese": "Cheese score",
    "push": "Push for the cheese",
    "effect": "Effect on P(cheese)",
}
"""The measures that channels may be sorted by."""

MEASURED: Final = frozenset({"cheese", "push", "effect"})
"""Those that take a measurement of their own."""


def quantity(name: str, original: np.ndarray, patched: np.ndarray, without_cheese: np.ndarray) -> np.ndarray:
    """One of `QUANTITIES`, of the shape of the activations: (C, side, side) with row 0 on top, or (F,).

    Args:
        name: key of `QUANTITIES`.
        original: activations of the unpatched network.
        patched: activations under the stack.
        without_cheese: activations of the unpatched network with the cheese removed.

    Raises:
        KeyError: for another name.
    """
    if name not in QUANTITIES:
        raise KeyError(name)
    if name == "change":
        return patched - original
    if name == "cheese":
        return original - without_cheese
    return patched if name == "patched" else original


def rms(values: np.ndarray) -> np.ndarray:
    """(C,) float64 root mean square of each channel of (C, side, side) or (F,) activations."""
    flat = values.reshape(len(values), -1).astype(np.float64)
    return np.sqrt(np.mean(flat**2, axis=1))


def score(
    order: str, original: np.ndarray, patched: np.ndarray, measured: np.ndarray | None = None
) -> np.ndarray | None:
    """(C,) numbers that channels are sorted by; None for the order of the index, and while what is measured is unknown.

    energy: root mean square of the original activations. change: root mean square of patched - original. cheese, push
    and effect: the measured scores, (C,); see `app.studies.cheese_channels` and `app.studies.channel_choice`.
    """
    if order == "energy":
        return rms(original)
    if order == "change":
        return rms(patched - original)
    if order in MEASURED and measured is not None and len(measured) == len(original):
        return measured
    return None


def ranked(scores: np.ndarray | None, count: int) -> np.ndarray:
    """(count,) channel numbers, the largest score first, equal ones by index; by index without scores."""
    if scores is None:
        return np.arange(count)
    return np.argsort(-np.nan_to_num(scores, nan=-np.inf), kind="stable")


def limits(values: np.ndarray, shared: bool) -> np.ndarray:
    """(C,) float32: the absolute value at either end of each channel's symmetric scale; 0 where all is 0.

    Args:
        values: (C, side, side) or (F,).
        shared: one scale for all channels (the largest absolute value of any), or each its own.
    """
    flat = np.abs(values.reshape(len(values), -1))
    each = np.nan_to_num(flat.max(axis=1)).astype(np.float32)
    # Features have no pixels to compare within: their own scale would make every bar full.
    return np.full_like(each, each.max(initial=0.0)) if shared or values.ndim == 1 else each


def squares_of_pixel(pixel: tuple[int, int], world: int, side: int) -> tuple[Square, ...]:
    """Maze squares (row, col), origin bottom-left, that an activation pixel (row 0 on top) represents; at least one.

    Those whose centre it holds: the inverse of `app.policy.layers.pixel_of_square`. Where it holds none, pixels being
    smaller than squares, the square that holds the pixel's centre.
    """
    rows = [at for at in range(world) if pixel_of_square((at, 0), world, side)[0] == pixel[0]]
    columns = [at for at in range(world) if pixel_of_square((0, at), world, side)[1] == pixel[1]]
    rows = rows or [world - 1 - (2 * pixel[0] + 1) * world // (2 * side)]
    columns = columns or [(2 * pixel[1] + 1) * world // (2 * side)]
    return tuple((row, col) for row in rows for col in columns)
