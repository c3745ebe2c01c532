"""Names of a plot's places, below its axis: in lines that fit, and in up to three rows where one has no room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtGui import QFontMetrics

from app.drawing.plot_axes import in_lines

GAP: Final = 6
"""Pixels between two names of a row, at least."""

ROWS: Final = (1, 2, 3)

NAME_AND_NUMBER: Final = 2
"""Words of a name such as "UP +24.0"."""


def category_ticks(names: Sequence[str], room: float, metrics: QFontMetrics) -> tuple[list[tuple[int, str]], int]:
    """(place, text) of each name, a line feed between its lines; and how many lines all of them take.

    Args:
        names: of the places 0, 1, 2, ...
        room: pixels from one place to the next.
        metrics: of the font.
    """
    lines: list[list[str]] = []
    rows = 1
    for rows in ROWS:
        wide = rows * room - GAP
        lines = [in_lines(name, wide, metrics.horizontalAdvance, at_dots=True) for name in names]
        words = [name.split(" ") for name in names]
        if any(len(each) > 1 for each in lines) and all(len(each) == NAME_AND_NUMBER for each in words):
            # Each has its number on the second line, also where both would have room on one.
            lines = words
        if all(metrics.horizontalAdvance(line) <= wide for each in lines for line in each):
            break
    # Each row is as high as its own names.
    high = [max(map(len, lines[row::rows]), default=0) for row in range(rows)]
    ticks = [(place, "\n" * sum(high[: place % rows]) + "\n".join(each)) for place, each in enumerate(lines)]
    return ticks, max(1, sum(high))
