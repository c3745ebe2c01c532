"""Columns of a table in pages that fit its width: the first column is on each, and no page scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from app.drawing.plot_axes import in_lines
from widgets.controls.panel_parts import unbroken


def pages_of(widths: Sequence[int], names: Sequence[str], room: int) -> list[list[int]]:
    """The columns of each page, without the first column, which is on all of them.

    Columns whose names differ only behind a comma ("flipped, t = -1" and "flipped, t = 1") are on one page, where they
    have room there. A page has a column at least.

    Args:
        widths: of all columns.
        names: of all columns.
        room: the width that a page may have.
    """
    if len(widths) < 2:
        return [[]]
    room -= widths[0]
    pages: list[list[int]] = [[]]
    used = 0
    for _, members in groupby(range(1, len(widths)), lambda column: names[column].split(",")[0]):
        group = list(members)
        wide = sum(widths[column] for column in group)
        if pages[-1] and used + wide > room >= wide:
            pages.append([])
            used = 0
        for column in group:
            if pages[-1] and used + widths[column] > room:
                pages.append([])
                used = 0
            pages[-1].append(column)
            used += widths[column]
    return pages


def head_lines(name: str, room: int, width: Callable[[str], int]) -> list[str]:
    """The lines of a column's head, none wider than there is room, or than its longest word."""
    text = unbroken(name)
    return in_lines(text, max(room, *map(width, text.split(" "))), width)
