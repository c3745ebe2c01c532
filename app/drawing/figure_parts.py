"""The parts of a figure besides the mazes: captions, numbers and the legend."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from typing import Final

from app.drawing.arrow_look import PLAIN, ArrowLook
from app.drawing.field_shapes import FULL, arrow
from app.drawing.fonts import text_width
from app.drawing.maze_shapes import corner_mark, decision_ring, hatching
from app.drawing.palette import Palette
from app.drawing.shapes import Rect, Shape, Text, moved, scaled
from app.drawing.source_line import source_lines
from app.maze.routes import Decision

_READABLE: Final = 0.38
"""Letters of at least this part of a unit are read at the usual size."""

_EVEN: Final = 0.005
"""The part of a legend's width within which its rows are as even as they can be."""

ARROW: Final = "→"
FIELDS: Final = {"original": "Original", "patched": "Patched", "difference": "Patched minus Original"}
"""The meaning of each hue of arrows."""


@dataclass(frozen=True)
class Number:
    """A probability at the decision square, before and after; `after` is None where nothing was patched."""

    label: str
    before: float | None
    after: float | None = None


@dataclass(frozen=True)
class LegendItem:
    """A sample, drawn on a square of one cell, and what it means."""

    sample: tuple[Shape, ...]
    meaning: str


def probability(value: float) -> str:
    """Two decimals, as everywhere on screen."""
    return f"{value:.2f}"


def caption(
    x: float, y: float, width: float, unit: float, title: str, hue: str, note: str, palette: Palette
) -> list[Shape]:
    """A maze's name with its hue, and a muted note at the right end of the line; (x, y) is its left baseline."""
    size = 0.66 * unit
    shapes: list[Shape] = [
        Rect(x, y - 0.03 * unit, 0.2 * unit, 0.54 * unit, hue),
        Text(x + 0.42 * unit, y, title, size, palette.text, weight="semibold"),
    ]
    if note:
        room = width - 0.42 * unit - text_width(title, size, "semibold") - 0.6 * unit
        shapes.append(Text(x + width, y, note, fitting(note, 0.5 * unit, room), palette.text_muted, anchor="end"))
    return shapes


def fitting(text: str, size: float, room: float, weight: str = "regular") -> float:
    """The size at which a text fits into `room`, at most `size`."""
    return min(size, size * max(room, 0.1) / max(text_width(text, size, weight), 1e-9))


def numbers(
    centres: Iterable[float], y: float, unit: float, shown: Iterable[Number], palette: Palette, size: float
) -> list[Shape]:
    """Big numbers under small labels, one block per centre; y is the baseline of the big line, `size` its em."""
    shapes: list[Shape] = []
    for centre, number in zip(centres, shown, strict=True):
        shapes.append(Text(centre, y + 1.25 * unit, number.label, 0.54 * unit, palette.text_muted, anchor="middle"))
        parts = []
        if number.before is not None:
            parts.append((probability(number.before), palette.original, "semibold"))
        if number.before is not None and number.after is not None:
            parts.append((ARROW, palette.text_muted, "regular"))
        if number.after is not None:
            parts.append((probability(number.after), palette.patched, "semibold"))
        shapes += _line(centre, y, parts, size)
    return shapes


def _line(centre: float, y: float, parts: list[tuple[str, str, str]], size: float) -> list[Shape]:
    gap = 0.28 * size
    widths = [text_width(text, size, weight) for text, _, weight in parts]
    x = centre - (sum(widths) + gap * (len(parts) - 1)) / 2
    shapes: list[Shape] = []
    for (text, colour, weight), width in zip(parts, widths, strict=True):
        shapes.append(Text(x, y, text, size, colour, weight="semibold" if weight == "semibold" else "regular"))
        x += width + gap
    return shapes


def legend_items(
    palette: Palette,
    roles: tuple[str, ...],
    *,
    decision: Decision,
    corner: bool,
    unreachable: bool,
    look: ArrowLook = PLAIN,
) -> list[LegendItem]:
    """Samples of what the mazes show."""
    centre = (0.5, 0.5)
    floor = Rect(0, 0, 1, 1, palette.open)
    words = {"difference": ("large change", "small change", "no direction")}
    hue = palette.text_muted
    strong, weak, none = words.get(roles[0], ("sure of a move", "unsure", "no direction"))
    names = FIELDS | {"difference": f"{FIELDS['difference']} {look.factor}".rstrip()}
    items = [LegendItem(arrow(centre, (FULL, 0), getattr(palette, role)), names[role]) for role in roles]
    items += [
        LegendItem(arrow(centre, (FULL, 0), hue), strong),
        LegendItem(arrow(centre, (0.45 * FULL, 0), hue, 0.55), weak),
        LegendItem(arrow(centre, (0, 0), hue, 0.7), none),
    ]
    if decision.square is not None:
        name = "decision square" if decision.unique else "decision square, not unique"
        items.append(LegendItem((decision_ring((0, 0), palette),), name))
    if corner:
        items.append(LegendItem((floor, corner_mark((0, 0), palette)), "top-right square"))
    if unreachable:
        base = Rect(0, 0, 1, 1, palette.unreachable)
        items.append(LegendItem((base, hatching(((0, 0),), palette.text_muted)), "unreachable"))
    return items


def definition(roles: tuple[str, ...], look: ArrowLook = PLAIN) -> str:
    """The meaning of an arrow's length and opacity, in one line."""
    field = "length: the expected step; opacity: probability of the likeliest move"
    change = "length: change of the expected step, halved; opacity: total variation"
    if look.each_move:
        field = "length and opacity: probability of the move"
        change = "length and opacity: change of the move's probability, outwards for more, inwards for less"
    if look.factor:
        change += f"; both {look.factor}"
    if roles == ("difference",):
        return f"Arrows \u2013 {change}"
    if len(roles) == 1:
        return f"Arrows \u2013 {field}"
    return f"Arrows \u2013 {field}. Difference \u2013 {change}"


def legend(
    x: float, top: float, width: float, unit: float, items: list[LegendItem], palette: Palette
) -> tuple[list[Shape], float]:
    """The items in as few centred rows as fit, and the height they take."""
    size, sample, gap, between, row_height = 0.5 * unit, 0.8 * unit, 0.22 * unit, 0.75 * unit, 1.02 * unit

    def extent(item: LegendItem) -> float:
        return sample + gap + text_width(item.meaning, size)

    rows = wrapped(items, extent, width, between)
    shapes: list[Shape] = []
    y = top
    for row in rows:
        y -= row_height
        at = x + (width - sum(map(extent, row)) - between * (len(row) - 1)) / 2
        for item in row:
            shapes += [moved(scaled(shape, sample), at, y + 0.11 * unit) for shape in item.sample]
            shapes.append(Text(at + sample + gap, y + 0.33 * unit, item.meaning, size, palette.text_muted))
            at += extent(item) + between
    return shapes, top - y


def wrapped(
    items: list[LegendItem], extent: Callable[[LegendItem], float], width: float, between: float
) -> list[list[LegendItem]]:
    """Items in as few rows no wider than `width` as there can be, the longest as short as it can be with so many."""
    sizes = [extent(item) for item in items]
    rows = _filled(sizes, width, between)
    shortest = max(sizes, default=0.0)
    while width - shortest > _EVEN * width:
        middle = (shortest + width) / 2
        found = _filled(sizes, middle, between)
        if len(found) > len(rows):
            shortest = middle
        else:
            rows, width = found, middle
    return [[items[at] for at in row] for row in rows]


def _filled(sizes: list[float], width: float, between: float) -> list[list[int]]:
    """Places of the sizes in rows that are filled one after the other."""
    rows: list[list[int]] = []
    used = 0.0
    for at, size in enumerate(sizes):
        if rows and used + between + size <= width:
            rows[-1].append(at)
            used += between + size
        else:
            rows.append([at])
            used = size
    return rows


def heading(
    palette: Palette, title: str, note: str, x: float, y: float, width: float, unit: float, source: str = ""
) -> tuple[list[Shape], float]:
    """Title, and muted lines under it, from y upwards, and the height they take; none where a text is empty.

    Args:
        source: what the mazes' fields are of; between title and note.
    """
    shapes: list[Shape] = []
    height = 0.0
    for line in filter(None, (note, *reversed(_source_lines(source, unit, width)))):
        size = fitting(line, 0.5 * unit, width)
        shapes.append(Text(x, y + height + 0.35 * unit, line, size, palette.text_muted))
        height += 0.85 * unit
    if title:
        size = fitting(title, 0.85 * unit, width, "semibold")
        shapes.append(Text(x, y + height + 0.4 * unit, title, size, palette.text, weight="semibold"))
        height += 1.25 * unit
    return shapes, height


def _source_lines(source: str, unit: float, width: float) -> list[str]:
    """Policy and patches in one line, or in a line each where one would be too small to read."""
    small = " · " in source and fitting(source, 0.5 * unit, width) < _READABLE * unit
    return source_lines(source) if small or "\n" in source else [source]


def whole(length: float) -> float:
    """The next quarter of a cell, in cells: where that is whole pixels, what is there is crisp."""
    return ceil(4 * length) / 4
