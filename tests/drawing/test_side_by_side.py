"""Several figures on one page."""

from __future__ import annotations

import numpy as np
import pytest

from app.drawing.figure import Figure, FigureOptions, figure
from app.drawing.palette import LIGHT
from app.drawing.shapes import Rect, Text
from app.drawing.side_by_side import joined
from app.export.images import picture
from app.maze.levels import random_level
from tests.pictures import random_field, result_of


def page(world: int, seed: int, title: str = "") -> Figure:
    maze = random_level(world, world, seed)
    return figure(
        result_of(random_field(maze, seed), random_field(maze, seed + 1)), "original", LIGHT, FigureOptions(title=title)
    )


def test_equal_pages_stand_unchanged_next_to_each_other() -> None:
    left, right = page(15, 1), page(15, 1)
    both = joined([left, right], LIGHT)
    pixels = np.asarray(picture(both))
    width = round(pixels.shape[1] * left.width / both.width)
    assert left.height == right.height
    assert np.array_equal(pixels[:, :width], np.asarray(picture(left)))
    # Smoothed edges may round another way at another place.
    apart = np.abs(pixels[:, width:].astype(int) - np.asarray(picture(right)))
    assert apart.mean() < 0.05


def test_tops_are_in_line() -> None:
    plain, titled = page(15, 1), page(15, 1, "A title")
    both = joined([plain, titled], LIGHT)
    assert both.height == titled.height > plain.height
    captions = [
        shape
        for shape in both.shapes
        if isinstance(shape, Text) and (shape.text, shape.weight) == ("Original", "semibold")
    ]
    assert captions[0].y - captions[1].y == pytest.approx(titled.height - plain.height)


def test_a_smaller_maze_is_brought_to_the_others_scale() -> None:
    small, large = page(15, 1), page(25, 2)
    both = joined([small, large], LIGHT)
    sizes = {
        shape.size
        for shape in both.shapes
        if isinstance(shape, Text) and (shape.text, shape.weight) == ("Original", "semibold")
    }
    assert len(sizes) == 1
    assert both.unit == large.unit
    assert both.width == pytest.approx(small.width * large.unit / small.unit + large.width)
    floors = sorted(shape.width for shape in both.shapes if isinstance(shape, Rect) and shape.fill == LIGHT.open)
    assert floors[-1] == pytest.approx(floors[-2])


def test_no_figure_is_no_page() -> None:
    with pytest.raises(ValueError):
        joined([], LIGHT)
