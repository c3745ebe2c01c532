"""Stacked bars: what adds up goes up from 0, what takes away goes down, and a line marks the net."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from app.drawing.colour import contrast
from app.drawing.palette import Palette

if TYPE_CHECKING:
    from app.studies.study import Plot, Series

HALF: Final = 0.36
"""Half the width of a bar; its places are 1 apart."""

HALF_NET: Final = 0.44
"""Half the length of the line at the net: it shows on both sides of the bar."""


@dataclass(frozen=True)
class Segment:
    """One series' piece of one bar.

    Attributes:
        series: whose piece.
        x: the bar's place.
        low, high: its ends.
    """

    series: Series
    x: float
    low: float
    high: float


def segments(plot: Plot) -> Iterator[Segment]:
    """The pieces of a plot's stacked bars, bar by bar outwards from 0 in the order of the series; none of size 0."""
    ends: dict[tuple[float, bool], float] = {}
    for series in plot.series:
        if series.kind != "stack":
            continue
        for x, value in zip(series.x.tolist(), series.y.tolist(), strict=True):
            if not np.isfinite(value) or value == 0:
                continue
            start = ends.get((x, value > 0), 0.0)
            ends[(x, value > 0)] = end = start + value
            yield Segment(series, x, min(start, end), max(start, end))


def segment_at(plot: Plot, x: float, y: float) -> Segment | None:
    """The piece at a place of the plot's own axes; None between the bars and beyond their ends."""
    return next((each for each in segments(plot) if abs(each.x - x) <= HALF and each.low <= y <= each.high), None)


def stack_ends(plot: Plot) -> tuple[float, ...]:
    """The lowest and the highest end of a plot's stacked bars; nothing where it has none."""
    found = list(segments(plot))
    return (min(each.low for each in found), max(each.high for each in found)) if found else ()


def number_in(plot: Plot, piece: Segment, room: float) -> str:
    """The text in a piece: the number in its series' name, such as "12".

    Args:
        room: how high a line of text is, in units of the y axis.

    Returns:
        "" for a name without a number, where the piece is too low, and where the line at the net would cross the text.
    """
    number = piece.series.name.rpartition(" ")[2]
    middle = (piece.low + piece.high) / 2
    nets = [float(net.y[net.x == piece.x][0]) for net in plot.series if net.kind == "level" and piece.x in net.x]
    crossed = any(abs(net - middle) < 0.7 * room for net in nets)
    return number if number.isdecimal() and piece.high - piece.low > 1.1 * room and not crossed else ""


def ink_on(fill: str, palette: Palette) -> str:
    """The colour of a text on a bar."""
    return max((palette.text, palette.open), key=lambda colour: contrast(colour, fill))
