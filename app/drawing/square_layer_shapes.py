"""Shapes of a layer under the arrows: coloured squares, and a colour scale with its numbers."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.drawing.colour import mix
from app.drawing.palette import Palette
from app.drawing.shapes import Rect, Shape, Text
from app.field.square_layers import SquareLayer
from app.number_format import compact

STRONGEST: Final = 0.55
"""Share of the hue at the ends of the scale: arrows have to stay readable over it."""

STEPS: Final = 24
"""Patches of colour in the scale."""


def layer_colour(layer: SquareLayer, value: float, palette: Palette) -> str:
    """The colour of a number: the floor's at 0 or at the lowest, orange upwards; blue downwards, when diverging."""
    low, high = layer.scale
    if layer.diverging:
        share = abs(value) / high if high > 0 else 0.0
    else:
        share = (value - low) / (high - low) if high > low else 0.0
    hue = palette.original if layer.diverging and value < 0 else palette.patched
    return mix(hue, palette.open, STRONGEST * min(max(share, 0.0), 1.0))


def layer_shapes(layer: SquareLayer, palette: Palette) -> tuple[Shape, ...]:
    """A coloured cell for each square that has a number, on the world's coordinates; for between maze and arrows."""
    return tuple(
        Rect(col, row, 1, 1, layer_colour(layer, value, palette))
        for (row, col), value in zip(layer.squares.tolist(), layer.values.tolist(), strict=True)
        if np.isfinite(value)
    )


def layer_scale_shapes(layer: SquareLayer, palette: Palette, width: float, size: float = 0.5) -> tuple[Shape, ...]:
    """The colour scale from (0, 0) upwards, `width` wide: title above, numbers below its ends (and below 0)."""
    low, high = layer.scale
    patch = width / STEPS
    shapes: list[Shape] = []
    for number in range(STEPS):
        value = low + (high - low) * (number + 0.5) / STEPS
        shapes.append(Rect(number * patch, size * 1.3, patch * 1.02, size * 0.8, layer_colour(layer, value, palette)))
    unit = f" ({layer.unit})" if layer.unit else ""
    shapes.append(Text(0, size * 2.5, f"{layer.title}{unit}", size * 0.9, palette.text))
    shapes.append(Text(0, size * 0.3, compact(low), size * 0.8, palette.text_muted))
    shapes.append(Text(width, size * 0.3, compact(high), size * 0.8, palette.text_muted, anchor="end"))
    if layer.diverging:
        shapes.append(Text(width / 2, size * 0.3, "0", size * 0.8, palette.text_muted, anchor="middle"))
    return tuple(shapes)
