"""Figures beside each other on one page: two mazes, or two policies on one maze."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.figure import Figure
from app.shapes import Shape, moved, scaled


def beside(figures: Sequence[Figure]) -> Figure:
    """One figure of several, from left to right, their tops in line.

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
    for page in pages:
        shapes += [moved(shape, x, height - page.height) for shape in page.shapes]
        x += page.width
    return Figure(tuple(shapes), x, height, pages[0].background, unit)


def _scaled(figure: Figure, factor: float) -> Figure:
    if factor == 1:
        return figure
    shapes = tuple(scaled(shape, factor) for shape in figure.shapes)
    return replace(figure, shapes=shapes, width=figure.width * factor, height=figure.height * factor)
