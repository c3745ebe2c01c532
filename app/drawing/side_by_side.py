"""Figures next to each other on one page: two mazes, or two policies on one maze."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from app.document.view_mode import Mode
from app.drawing.figure import Figure, FigureOptions, figure
from app.drawing.figure_parts import heading, whole
from app.drawing.palette import Palette
from app.drawing.shapes import Shape, moved, scaled
from app.drawing.source_line import aligned_sources
from app.field.requests import FieldResult

_MARGIN: Final = 0.7
"""Left of a page's heading, as left of a figure's mazes."""

_LARGER: Final = 1.2
"""A page's heading to those of its figures."""


@dataclass(frozen=True, eq=False)
class Side:
    """One of the mazes of a page, with its field.

    Attributes:
        result: its field.
        title: what it is called; shown where there is another side.
        note: a muted line of its own under the title.
        overlays: shapes that are over it, by role; see `FigureOptions.overlays`.
        draw_mouse: whether the maze's own mouse is drawn; not when an overlay brings another.
        source: its policy and patches; over all sides where it is the same of all and the page is no movie's frame.
    """

    result: FieldResult
    title: str = ""
    note: str = ""
    overlays: Mapping[str, tuple[Shape, ...]] = field(default_factory=dict)
    draw_mouse: bool = True
    source: str = ""


def page(sides: Sequence[Side], mode: Mode, palette: Palette, options: FigureOptions) -> Figure:
    """The picture that every export of a view paints: one side as a figure, or several in a row under one heading.

    Args:
        options: title and note are over all sides; overlays and mouse are each side's own.

    Raises:
        ValueError: for no side.
    """
    alone = len(sides) == 1
    # In a movie the sides may have one source in some frames and two in others: each keeps its own line then.
    common = sides[0].source if len({side.source for side in sides}) == 1 and not options.steady else ""
    lines = aligned_sources([side.source for side in sides])
    figures = [
        figure(
            side.result,
            mode,
            palette,
            replace(
                options,
                title=options.title if alone else side.title,
                note=(options.note or side.note) if alone else side.note,
                source=side.source if alone else "" if common else line,
                overlays=side.overlays,
                draw_mouse=side.draw_mouse,
            ),
        )
        for side, line in zip(sides, lines, strict=True)
    ]
    if options.other_first:
        figures.reverse()
    return figures[0] if alone else joined(figures, palette, options.title, options.note, common)


def joined(figures: Sequence[Figure], palette: Palette, title: str = "", note: str = "", source: str = "") -> Figure:
    """One figure of several, from left to right, their tops in line, under a common title and lines if there are any.

    Pages of mazes of different sizes are brought to the scale of the largest, so that letters are alike on all.

    Raises:
        ValueError: for no figure.
    """
    if not figures:
        raise ValueError("A page needs at least one figure.")
    unit = max(figure.unit for figure in figures)
    pages = [_scaled(figure, unit / figure.unit) for figure in figures]
    height = max(page.height for page in pages)
    shapes: list[Shape] = []
    x = 0.0
    for each in pages:
        shapes += [moved(shape, x, height - each.height) for shape in each.shapes]
        x += each.width
    margin = whole(_MARGIN * unit)
    above, above_height = heading(palette, title, note, margin, height, x - 2 * margin, _LARGER * unit, source)
    if above:
        height = whole(height + above_height + 0.3 * unit)
    return Figure((*shapes, *above), x, height, pages[0].background, unit)


def _scaled(figure: Figure, factor: float) -> Figure:
    if factor == 1:
        return figure
    shapes = tuple(scaled(shape, factor) for shape in figure.shapes)
    return replace(figure, shapes=shapes, width=figure.width * factor, height=figure.height * factor)
