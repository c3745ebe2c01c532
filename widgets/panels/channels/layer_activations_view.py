"""One layer's activations as the grid shows them, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from app.maze.maze import Maze, Square
from app.number_format import compact
from widgets.controls.channel_painter import UNTOUCHED, Mark, Pixel, pixel_words


@dataclass(frozen=True, eq=False)
class Shown:
    """One layer as the grid shows it.

    Attributes:
        layer: module path.
        values: (C, side, side) activations, row 0 on top, or (F,) of a layer without pixels.
        limits: (C,) the absolute value at the ends of each channel's symmetric scale.
        order: (C,) channel numbers in the order shown.
        scores: by channel, what is written next to its number; empty for nothing.
        marks: by channel, how the stack touches it; channels that are not there are untouched.
        maze: whose outline is over the pictures, with its cheese.
        square: where the mouse is whose activations these are.
        numbers: what the numbers are: "Original".
    """

    layer: str
    values: np.ndarray
    limits: np.ndarray
    order: np.ndarray
    maze: Maze
    scores: tuple[str, ...] = ()
    marks: dict[int, Mark] = field(default_factory=dict)
    square: Square | None = None
    numbers: str = ""

    @property
    def side(self) -> int:
        """Side of the pictures in activation pixels; 0 for a layer without pixels."""
        return 0 if self.values.ndim == 1 else int(self.values.shape[1])

    def mark(self, channel: int) -> Mark:
        """The effect of the stack on a channel."""
        return self.marks.get(channel, UNTOUCHED)

    def sentence(self, channel: int, pixel: Pixel | None = None) -> str:
        """A channel in words: state, range of which numbers, the value at an activation pixel."""
        mark, values = self.mark(channel), self.values[channel]
        state = ", switched off" if mark.off else f", changed by {_count(mark.patches)}" if mark.patches else ""
        if self.side:
            low, high = float(values.min()), float(values.max())
            text = f"Channel {channel}{state}: {compact(low)} to {compact(high)}{self._which}"
            if pixel is not None:
                text += f"\n{pixel_words(pixel)}: {compact(float(values[pixel]))}"
            return text
        return f"Feature {channel}{state}: {compact(float(values))}{self._which}"

    @property
    def _which(self) -> str:
        return f" ({self.numbers[:1].lower()}{self.numbers[1:]})" if self.numbers else ""


def _count(number: int) -> str:
    return "1 patch" if number == 1 else f"{number} patches"
