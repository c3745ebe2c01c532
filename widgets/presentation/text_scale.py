"""Text scale of presentation mode: readable from the back of a room, without making the maze small."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QWidget

ARROWS = 1.55
LEAST = 1.1
"""All text grows by this at least, also where it is large already."""

TWO_ROWS = 0.72
"""The share of the window's height that two rows of mazes, each with its titles and numbers, leave to words."""

WIDE = 16 / 9
"""Width of a screen in its heights: what is narrower counts as lower."""


@dataclass(frozen=True)
class Growth:
    """In terms of the window's usual sizes: words, the two large numbers, and the keys pressed."""

    text: float
    numbers: float
    keys: float


def growth(window: QWidget, rows: int = 1) -> Growth:
    """For a window of this size, in text of this size, with mazes in this many rows."""
    height, line = min(window.height(), window.width() / WIDE), QFontMetricsF(window.font()).height()
    height *= 1 if rows < 2 else TWO_ROWS

    def factor(part: float, most: float) -> float:
        # In steps: a window that is enlarged by dragging does not lay out all of its text at each pixel.
        return round(min(max(part * height / line, LEAST), most), 1)

    return Growth(factor(1 / 38, 1.7), factor(1 / 32, 1.6), factor(1 / 28, 1.9))
