"""Symmetric diverging colours for activations, and the atlas of pictures painted with them."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from PySide6.QtGui import QImage

from app.drawing.colour import rgb
from app.drawing.palette import Palette

STEPS: Final = 255
"""Colours of the scale; odd, so that 0 has one of its own."""

ENDS: Final = {"light": ("#1f5fbf", "#c2281d"), "dark": ("#58a6ff", "#ff6b57")}
"""The most negative and the most positive colour: a blue and a red that colour-blind eyes tell apart by blue alone."""


@lru_cache
def scale(palette: Palette) -> np.ndarray:
    """(STEPS, 3) uint8 colours from the most negative over zero (the colour of an open cell) to the most positive."""
    negative, positive = (np.array(rgb(colour), float) for colour in ENDS[palette.name])
    zero = np.array(rgb(palette.open), float)
    # A power below 1 lifts small activations off the background, where eyes are weakest.
    part = (np.abs(np.linspace(-1, 1, STEPS)) ** 0.8)[:, None]
    half = STEPS // 2
    ends = np.concatenate([np.tile(negative, (half, 1)), np.tile(positive, (STEPS - half, 1))])
    colours = np.rint(zero + (ends - zero) * part).astype(np.uint8)
    colours.setflags(write=False)
    return colours


def steps(values: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Index into `scale` of each activation.

    Args:
        values: (C, side, side) or (F,).
        limits: (C,) the absolute value at either end of each channel's scale; a channel with 0 is all zero-coloured.
    """
    shape = (len(limits),) + (1,) * (values.ndim - 1)
    safe = np.where(limits > 0, limits, 1).astype(np.float32).reshape(shape)
    part = np.clip(np.nan_to_num(values / safe, nan=0.0, posinf=1.0, neginf=-1.0), -1, 1)
    return np.rint((part + 1) * (STEPS // 2)).astype(np.intp)


def atlas(values: np.ndarray, limits: np.ndarray, palette: Palette) -> QImage:
    """All channels in one picture, side wide and channels * side high, channel c at y = c * side.

    Args:
        values: (C, side, side) activations, row 0 on top.
        limits: as in `steps`.
        palette: gives the colours.
    """
    count, side, _ = values.shape
    pixels = np.empty((count * side, side, 4), np.uint8)
    pixels[..., 3] = 255
    # QImage.Format_RGB32 is blue, green, red in memory on the little-endian machines this runs on.
    pixels[..., :3] = scale(palette)[steps(values, limits)].reshape(count * side, side, 3)[..., ::-1]
    image = QImage(pixels.data, side, count * side, side * 4, QImage.Format.Format_RGB32)
    return image.copy()
