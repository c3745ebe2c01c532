"""Plots of studies as shapes: axes, series, heat maps and legends, for every export; the window draws the same series.

Lengths are in cells, as in every figure; a plot is `WIDTH` cells wide. Series are told apart by colours of the palette,
which are apart to colour-blind eyes too; a control is dashed, so that it is known without its colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import log10
from typing import Final

import numpy as np

from app.drawing.figure import Figure
from app.drawing.figure_parts import fitting
from app.drawing.fonts import text_width
from app.drawing.heat_map import heat_map
from app.drawing.palette import Palette
from app.drawing.plot_axes import NAME, TICK, Area, axes_shapes, axis_text, broken, category_labels, plot_limits
from app.drawing.shapes import Circle, Point, Polygon, Polyline, Rect, Segment, Segments, Shape, Text, moved
from app.drawing.stacked_bars import HALF, HALF_NET, ink_on, number_in, segments
from app.studies.study import Plot, Result, Series

WIDTH: Final = 17.0
HEIGHT: Final = 10.0
"""Of one plot with its title and texts; of a heat map at least so much."""

STACKED: Final = 4.5
"""Cells that a plot of stacked bars is higher: their pieces are small."""

COLOURS: Final = ("original", "patched", "difference", "top_right", "decision", "mouse")
"""Roles of the palette that series without one get, in this order."""

_TITLE, _LEAST_TITLE = 0.62, 0.54
_LEFT, _RIGHT, _BOTTOM = 1.9, 0.4, 1.7
_LINE, _THIN = 0.09, 0.03
_DASH = 0.34
_SEAM = 0.04
"""Between two pieces of a stacked bar."""

_MARGIN: Final = 0.6


def result_figure(result: Result, palette: Palette, *, names: Sequence[str] = (), title: str = "") -> Figure:
    """All plots of a result on one page, or those of these names, under its first finding.

    Args:
        result: the result.
        palette: the colours.
        names: of the plots that are requested, in their order; empty for all.
        title: instead of the first finding.

    Raises:
        ValueError: when the result has no such plot, or none at all.
    """
    by_name = {plot.name: plot for plot in result.plots}
    missing = [name for name in names if name not in by_name]
    if missing or not by_name:
        raise ValueError(f"The result has no plot {missing[0] if missing else ''}; expected one of {list(by_name)}.")
    wanted = [by_name[name] for name in names] if names else list(result.plots)
    return plots_figure(wanted, palette, title or (result.findings[0] if result.findings else ""))


def plots_figure(plots: Sequence[Plot], palette: Palette, title: str = "", columns: int | None = None) -> Figure:
    """Plots side by side and below each other on one page.

    Args:
        plots: at least one.
        palette: the colours.
        title: a line above all; made smaller, and broken, to fit.
        columns: how many side by side; None for up to three.
    """
    columns = columns or min(len(plots), 2 if len(plots) in (2, 4) else 3)
    drawn = [plot_shapes(plot, palette) for plot in plots]
    rows = [drawn[start : start + columns] for start in range(0, len(drawn), columns)]
    width = columns * WIDTH + (columns - 1) * _MARGIN + 2 * _MARGIN
    lines = broken(title, 0.6, width - 2 * _MARGIN, "semibold") if title else []
    shapes: list[Shape] = []
    y = _MARGIN
    for row in reversed(rows):
        tallest = max(height for _, height in row)
        for number, (parts, height) in enumerate(row):
            x = _MARGIN + number * (WIDTH + _MARGIN)
            shapes += [moved(shape, x, y + tallest - height) for shape in parts]
        y += tallest + _MARGIN
    for line in reversed(lines):
        shapes.append(Text(_MARGIN, y + 0.2, line, 0.6, palette.text, weight="semibold"))
        y += 0.9
    return Figure(tuple(shapes), width, y + (0.3 if lines else 0), palette.open)


def plot_shapes(plot: Plot, palette: Palette) -> tuple[list[Shape], float]:
    """One plot from (0, 0) upwards, `WIDTH` wide; and its height."""
    notes = broken(plot.note, 0.38, WIDTH) if plot.note else []
    foot = 0.55 * len(notes)
    if plot.grid is not None:
        body, height = heat_map(plot, palette, WIDTH)
    else:
        body, height = _curves(plot, palette)
    shapes = [moved(shape, 0, foot) for shape in body]
    height += foot
    for number, line in enumerate(notes):
        shapes.append(Text(0, foot - 0.55 * number - 0.45, line, 0.38, palette.text_muted))
    size = max(fitting(plot.title, _TITLE, WIDTH, "semibold"), _LEAST_TITLE)
    lines = broken(plot.title, size, WIDTH, "semibold")
    for number, line in enumerate(reversed(lines)):
        shapes.append(Text(0, height + 0.3 + 0.8 * number, line, size, palette.text, weight="semibold"))
    return shapes, height + 1.0 + 0.8 * (len(lines) - 1)


def colour_of(plot: Plot, series: Series, palette: Palette) -> str:
    """A series' colour: its role's, or the next one that no series of the plot has asked for."""
    if series.role:
        return str(getattr(palette, series.role))
    free = [role for role in COLOURS if role not in {each.role for each in plot.series}] or list(COLOURS)
    unnamed = [each for each in plot.series if not each.role]
    place = next(number for number, each in enumerate(unnamed) if each is series)
    return str(getattr(palette, free[place % len(free)]))


def _curves(plot: Plot, palette: Palette) -> tuple[list[Shape], float]:
    legend, rows = _legend(plot, palette)
    across, up = plot_limits(plot)
    names = plot.x.categories
    slots = (WIDTH - _LEFT - _RIGHT) / max(len(names), 1)
    labels = category_labels(names, slots)
    bottom = _BOTTOM + 0.5 * (labels.lines * labels.rows - 1)
    # Long legends and names take no room from the lines.
    height = (
        HEIGHT
        - 1.0
        + 0.5 * labels.lines * (labels.rows - 1)
        + 0.75 * max(rows - 2, 0)
        + (STACKED if any(series.kind == "stack" for series in plot.series) else 0.0)
    )
    top = height - 0.8 - 0.75 * rows
    area = Area(_LEFT, bottom, WIDTH - _LEFT - _RIGHT, top - bottom, across, up, (plot.x.log, plot.y.log))
    shapes: list[Shape] = [*axes_shapes(plot, area, palette, slots)]
    shapes += _stacks(plot, area, palette)
    for series in plot.series:
        if series.kind != "stack":
            shapes += _series(plot, series, area, palette)
    shapes += _marks(plot, area, palette)
    shapes.append(Text(0, top + 0.35, axis_text(plot.y), NAME, palette.text_muted))
    shapes += [moved(shape, _LEFT, top + 1.0) for shape in legend]
    return shapes, height


def _series(plot: Plot, series: Series, area: Area, palette: Palette) -> Iterator[Shape]:
    colour = colour_of(plot, series, palette)
    if series.y.ndim == 2:
        for line in series.y:
            for points in _runs(series.x, line, area):
                yield Polyline(points, colour, _THIN, 0.3)
        return
    if series.kind == "bars":
        yield from _bars(plot, series, area, colour, palette)
        return
    if series.kind == "level":
        ends = [(area.at(x - HALF_NET, y), area.at(x + HALF_NET, y)) for x, y in _finite(series)]
        yield Segments(tuple((*left, *right) for left, right in ends), palette.open, 2.2 * _LINE)
        yield Segments(tuple((*left, *right) for left, right in ends), colour, _LINE)
        return
    if series.low is not None and series.high is not None and series.kind != "points":
        for lower, upper in zip(_runs(series.x, series.low, area), _runs(series.x, series.high, area), strict=False):
            yield Polygon((*lower, *reversed(upper)), colour, 0.18)
    if series.kind == "points":
        yield from _whiskers(series, area, colour, 0.0)
        for points in _runs(series.x, series.y, area):
            for x, y in points:
                yield Circle(x, y, 0.13, None if series.control else colour, 1.0, colour, 0.05)
        return
    for points in _runs(series.x, series.y, area):
        line = _stepped(points) if series.kind == "steps" else points
        if series.control:
            yield Segments(tuple(_dashes(line)), colour, _LINE * 0.8)
        elif len(line) > 1:
            yield Polyline(tuple(line), colour, _LINE)
        else:
            yield Circle(*line[0], 0.13, colour)


def _stacks(plot: Plot, area: Area, palette: Palette) -> Iterator[Shape]:
    for piece in segments(plot):
        low, high = (float(np.clip(end, *area.up)) for end in (piece.low, piece.high))
        (left, bottom), (right, top) = area.at(piece.x - HALF, low), area.at(piece.x + HALF, high)
        height = max(top - bottom - _SEAM, 0.0)
        if piece.series.control:
            corners = (
                (left, bottom),
                (right, bottom),
                (right, bottom + height),
                (left, bottom + height),
                (left, bottom),
            )
            yield Polyline(corners, colour_of(plot, piece.series, palette), 0.05)
            continue
        fill = colour_of(plot, piece.series, palette)
        yield Rect(left, bottom, right - left, height, fill)
        number = number_in(plot, piece, TICK * (area.up[1] - area.up[0]) / area.height)
        if number:
            middle = (bottom + top) / 2 - 0.14
            yield Text((left + right) / 2, middle, number, TICK, ink_on(fill, palette), anchor="middle")


def _finite(series: Series) -> list[tuple[float, float]]:
    return [(x, y) for x, y in zip(series.x.tolist(), series.y.tolist(), strict=True) if np.isfinite(y)]


def _bars(plot: Plot, series: Series, area: Area, colour: str, palette: Palette) -> Iterator[Shape]:
    groups = [each for each in plot.series if each.kind == "bars"]
    place, width = next(n for n, each in enumerate(groups) if each is series), 0.8 / len(groups)
    unit = area.width / (area.across[1] - area.across[0])
    shift = (place - (len(groups) - 1) / 2) * width * unit
    base = area.at(1.0, min(max(0.0, area.up[0]), area.up[1]))[1]
    for x, y in zip(series.x, series.y, strict=True):
        if not np.isfinite(y):
            continue
        middle, end = area.at(float(x), float(np.clip(y, *area.up)))
        left, bottom = middle + shift - width * unit / 2, min(base, end)
        yield Rect(left, bottom, width * unit * 0.94, abs(end - base), colour, 0.35 if series.control else 1.0)
    yield from _whiskers(series, area, palette.text, shift)


def _whiskers(series: Series, area: Area, colour: str, shift: float) -> Iterator[Shape]:
    if series.low is None or series.high is None:
        return
    found: list[Segment] = []
    for x, low, high in zip(series.x, series.low, series.high, strict=True):
        if np.isfinite(low) and np.isfinite(high):
            (at, bottom), (_, top) = (area.at(float(x), float(np.clip(end, *area.up))) for end in (low, high))
            at += shift
            found += [(at, bottom, at, top), (at - 0.1, bottom, at + 0.1, bottom), (at - 0.1, top, at + 0.1, top)]
    if found:
        yield Segments(tuple(found), colour, 0.04)


def _marks(plot: Plot, area: Area, palette: Palette) -> Iterator[Shape]:
    top = area.y + area.height
    for mark in plot.marks:
        placed = log10(mark.x) if plot.x.log and mark.x > 0 else mark.x
        if not area.across[0] <= placed <= area.across[1]:
            continue
        x, colour = area.at(mark.x, 1.0)[0], getattr(palette, mark.role)
        if mark.label:
            yield Segments(((x, area.y, x, top),), colour, 0.04)
            anchor = "end" if x > area.x + area.width / 2 else "start"
            offset = -0.12 if anchor == "end" else 0.12
            yield Text(x + offset, top - 0.4, mark.label, 0.38, colour, anchor="end" if anchor == "end" else "start")
        else:
            yield Segments(((x, top, x, top - 0.28),), colour, 0.03)


def _runs(x: np.ndarray, y: np.ndarray, area: Area) -> list[tuple[Point, ...]]:
    """The points on the page, cut where there is a gap or the axes end."""
    shown = np.isfinite(x) & np.isfinite(y)
    for values, ends, log in ((x, area.across, area.log[0]), (y, area.up, area.log[1])):
        with np.errstate(all="ignore"):
            placed = np.log10(values) if log else values
        room = 1e-9 * (ends[1] - ends[0])
        shown &= (placed >= ends[0] - room) & (placed <= ends[1] + room)
    found: list[tuple[Point, ...]] = []
    run: list[Point] = []
    for number, visible in enumerate(shown):
        if visible:
            run.append(area.at(float(x[number]), float(y[number])))
        elif run:
            found.append(tuple(run))
            run = []
    return [*found, tuple(run)] if run else found


def _stepped(points: Sequence[Point]) -> list[Point]:
    found = [points[0]]
    for (_, before), (x, y) in pairwise(points):
        found += [(x, before), (x, y)]
    return found


def _dashes(points: Sequence[Point]) -> Iterator[Segment]:
    """The line cut into dashes as long as the gaps between them."""
    walked = 0.0
    for (x, y), (to_x, to_y) in pairwise(points):
        length = float(np.hypot(to_x - x, to_y - y))
        if length > 0:
            # By the dash's number, not by adding steps up: rounding could make a step of nothing.
            for number in range(int(walked // (2 * _DASH)), int((walked + length) // (2 * _DASH)) + 1):
                a = max(2 * _DASH * number - walked, 0.0) / length
                b = min(2 * _DASH * number + _DASH - walked, length) / length
                if a < b:
                    yield x + a * (to_x - x), y + a * (to_y - y), x + b * (to_x - x), y + b * (to_y - y)
        walked += length


def _legend(plot: Plot, palette: Palette) -> tuple[list[Shape], int]:
    """Samples with names, in rows from y = 0 upwards; and the number of rows."""
    named = [series for series in plot.series if series.name]
    if len(named) < 2 and not any(series.interval for series in named):
        return [], 0
    rows: list[list[tuple[Series, float]]] = [[]]
    x = 0.0
    for series in named:
        width = 1.2 + text_width(_said(series), NAME) + 0.6
        if rows[-1] and x + width > WIDTH - _LEFT:
            rows.append([])
            x = 0.0
        rows[-1].append((series, x))
        x += width
    shapes: list[Shape] = []
    for number, row in enumerate(reversed(rows)):
        y = 0.75 * number
        for series, x in row:
            colour = colour_of(plot, series, palette)
            if series.kind in ("bars", "stack"):
                shapes.append(Rect(x, y, 0.7, 0.36, colour, 0.35 if series.control else 1.0))
            elif series.kind == "points":
                fill = None if series.control else colour
                shapes.append(Circle(x + 0.4, y + 0.17, 0.13, fill, 1.0, colour, 0.05))
            elif series.control:
                shapes.append(Segments(tuple(_dashes(((x, y + 0.17), (x + 0.9, y + 0.17)))), colour, _LINE * 0.8))
            else:
                thin = series.y.ndim == 2
                line = ((x, y + 0.17), (x + 0.9, y + 0.17))
                shapes.append(Polyline(line, colour, _THIN if thin else _LINE, 0.6 if thin else 1.0))
            size = fitting(_said(series), NAME, WIDTH - _LEFT - x - 1.1)
            shapes.append(Text(x + 1.1, y, _said(series), size, palette.text))
    return shapes, len(rows)


def _said(series: Series) -> str:
    parts = [series.interval] if series.interval else []
    parts += [f"n = {series.n}"] if series.n is not None else []
    return f"{series.name} ({', '.join(parts)})" if parts else series.name
