"""Axes of plots: positions of numbers on the page, ends, ticks, and their shapes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log10
from typing import Final

import numpy as np

from app.drawing.figure_parts import fitting
from app.drawing.fonts import text_width
from app.drawing.palette import Palette
from app.drawing.shapes import Point, Segment, Segments, Shape, Text
from app.drawing.stacked_bars import stack_ends
from app.drawing.ticks import log_ticks, padded, tick_text, ticks
from app.studies.study import Axis, Plot

NAME: Final = 0.46
TICK: Final = 0.42
"""Sizes of an axis' name and of its numbers."""

LEAST: Final = 0.8
"""Of `TICK`: names of categories that would be smaller take two rows."""


@dataclass(frozen=True)
class Area:
    """Area of the page that a plot's numbers cover.

    Attributes:
        x, y: bottom-left corner; width, height: in cells.
        across, up: (low, high) of the axes; of a logarithmic one as powers of ten.
        log: whether the x and the y axis are logarithmic.
    """

    x: float
    y: float
    width: float
    height: float
    across: tuple[float, float]
    up: tuple[float, float]
    log: tuple[bool, bool] = (False, False)

    def at(self, x: float, y: float) -> Point:
        """A place on the page."""
        return self._along(x, self.across, self.x, self.width, self.log[0]), self._along(
            y, self.up, self.y, self.height, self.log[1]
        )

    @staticmethod
    def _along(value: float, ends: tuple[float, float], start: float, length: float, log: bool) -> float:
        low, high = ends
        placed = log10(max(value, 1e-300)) if log else value
        return start + (placed - low) / (high - low) * length


def limits(axis: Axis, values: Sequence[np.ndarray], *, zero: bool = False, tight: bool = False) -> tuple[float, float]:
    """(low, high) of an axis over these numbers, powers of ten where it is logarithmic.

    Args:
        axis: its own ends win.
        values: all numbers along it; NaN and infinite ones do not count.
        zero: whether 0 is among them, as for bars.
        tight: whether there is no room around them.
    """
    if axis.categories:
        return -0.5, len(axis.categories) - 0.5
    flat = np.concatenate([np.ravel(each) for each in values]) if values else np.empty(0)
    flat = flat[np.isfinite(flat)]
    if axis.log:
        flat = np.log10(flat[flat > 0])
    elif zero:
        flat = np.append(flat, 0.0)
    low, high = (float(flat.min()), float(flat.max())) if len(flat) else (0.0, 1.0)
    if not tight or low == high:
        low, high = padded(low, high)
    ends = [None if end is None else log10(end) if axis.log else end for end in (axis.low, axis.high)]
    low, high = (low if ends[0] is None else ends[0]), (high if ends[1] is None else ends[1])
    return (low, high) if high > low else padded(low, low)


def plot_limits(plot: Plot) -> tuple[tuple[float, float], tuple[float, float]]:
    """(low, high) of both axes of a plot of series."""
    xs = [series.x for series in plot.series]
    ys = [part for series in plot.series for part in (series.y, series.low, series.high) if part is not None]
    kinds = {series.kind for series in plot.series}
    if ends := stack_ends(plot):
        ys = [np.array(ends), *(series.y for series in plot.series if series.kind != "stack")]
    across = limits(plot.x, xs, tight=kinds <= {"line", "steps"})
    if "bars" in kinds and not plot.x.categories:
        across = across[0] - 0.5, across[1] + 0.5
    return across, limits(plot.y, ys, zero=not kinds.isdisjoint(("bars", "stack")))


def axis_ticks(axis: Axis, ends: tuple[float, float], about: int = 5) -> tuple[tuple[float, str], ...]:
    """(value, text) of an axis' ticks; see `limits` for the ends."""
    if axis.categories:
        return tuple((float(number), name) for number, name in enumerate(axis.categories))
    values = log_ticks(10 ** ends[0], 10 ** ends[1]) if axis.log else ticks(*ends, about)
    return tuple((value, tick_text(value)) for value in values)


def axis_text(axis: Axis) -> str:
    """An axis' name with its unit: "log-odds change (nats)"."""
    return f"{axis.name} ({axis.unit})" if axis.unit else axis.name


@dataclass(frozen=True)
class Labels:
    """Names of categories under an axis, all of one size.

    Attributes:
        parts: each name's lines.
        size: of the texts.
        rows: 1, or 2 where every other name is below its neighbours, with room for two.
        lines: the most lines of a name.
    """

    parts: tuple[tuple[str, ...], ...]
    size: float
    rows: int
    lines: int


def category_labels(names: Sequence[str], slots: float) -> Labels:
    """Names that fit below their places of this width, in two rows where they would be too small in one."""
    for rows in (1, 2):
        room = rows * slots - 0.2
        parts = tuple(tuple(broken(name, TICK, room, at_dots=True)[:3]) for name in names)
        size = min((fitting(line, TICK, room) for lines in parts for line in lines), default=TICK)
        if size >= LEAST * TICK:
            break
    return Labels(parts, size, rows, max(map(len, parts), default=1))


def axes_shapes(plot: Plot, area: Area, palette: Palette, slots: float) -> Iterator[Shape]:
    """Grid lines, ticks with their texts, and the x axis' name at y = 0.2.

    Args:
        plot: whose axes.
        area: where its numbers are.
        palette: the colours.
        slots: width of each category's place.
    """
    right, top = area.x + area.width, area.y + area.height
    lines: list[Segment] = []
    for value, text in axis_ticks(plot.y, area.up):
        y = area.at(1.0, value)[1]
        lines.append((area.x, y, right, y))
        yield Text(area.x - 0.25, y - 0.14, text, TICK, palette.text_muted, anchor="end")
    labels = category_labels(plot.x.categories, slots)
    for place, (value, text) in enumerate(axis_ticks(plot.x, area.across, 8)):
        x = area.at(value, 1.0)[0]
        if not plot.x.categories:
            lines.append((x, area.y, x, top))
            yield Text(x, area.y - 0.6, text, TICK, palette.text_muted, anchor="middle")
            continue
        for number, part in enumerate(labels.parts[place], labels.lines * (place % labels.rows)):
            yield Text(x, area.y - 0.6 - 0.5 * number, part, labels.size, palette.text_muted, anchor="middle")
    yield Segments(tuple(lines), palette.border, 0.02)
    base = []
    if not plot.y.log and area.up[0] < 0 < area.up[1]:
        zero = area.at(1.0, 0.0)[1]
        base.append((area.x, zero, right, zero))
    if not plot.x.log and not plot.x.categories and area.across[0] < 0 < area.across[1]:
        zero = area.at(0.0, 1.0)[0]
        base.append((zero, area.y, zero, top))
    base += [(area.x, area.y, right, area.y)]
    yield Segments(tuple(base), palette.text_muted, 0.03)
    yield Text(right, 0.2, axis_text(plot.x), NAME, palette.text_muted, anchor="end")


def broken(text: str, size: float, room: float, weight: str = "regular", *, at_dots: bool = False) -> list[str]:
    """`in_lines` of Inter at a size."""
    return in_lines(text, room, lambda line: text_width(line, size, weight), at_dots=at_dots)


def in_lines(text: str, room: float, width: Callable[[str], float], *, at_dots: bool = False) -> list[str]:
    """A text in lines that fit, broken between words, and behind dots if told: in "block2.res2", not in "3.14".

    No line ends at a space that keeps what is around it together.

    Args:
        text: the text.
        room: the width that there is; a single word may take more.
        width: of a line.
        at_dots: see above.
    """
    lines = [""]
    for word in re.split(r"(?<=\.)(?!\d)|(?<=[^\S\xa0])" if at_dots else r"(?<=[^\S\xa0])", text.strip()):
        longer = lines[-1] + word
        if lines[-1] and width(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return [line.strip() for line in lines]
