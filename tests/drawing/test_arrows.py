"""Looks of arrows: the gain of differences, and an arrow for each move."""

from __future__ import annotations

import numpy as np
import pytest

from app.document.view_mode import Mode
from app.drawing.arrow_look import ArrowLook
from app.drawing.field_shapes import FAINTEST, FULL, difference_shapes, field_shapes
from app.drawing.figure import FigureOptions, figure
from app.drawing.palette import LIGHT
from app.drawing.shapes import Polygons
from app.maze.moves import LEFT
from tests.drawing.test_figure import sure, texts
from tests.pictures import field_of, level, result_of


def test_a_gain_enlarges_small_changes_and_is_written() -> None:
    maze = level()
    original, patched = field_of(maze, lambda _: sure(LEFT)), field_of(maze, lambda _: sure(LEFT, 0.98))
    assert difference_shapes(original, patched, LIGHT, halo=False) == ()
    (larger,) = difference_shapes(original, patched, LIGHT, halo=False, look=ArrowLook(gain=20))
    assert isinstance(larger, Polygons)
    assert len(larger.points) == len(maze.squares)
    assert np.ptp(larger.points[..., 0], axis=1) == pytest.approx(20 * 0.02 * FULL / 2)
    assert larger.opacities == pytest.approx(FAINTEST["light"] + (1 - FAINTEST["light"]) * 0.4)
    # However large the gain, no arrow is longer than a full reversal's.
    (longest,) = difference_shapes(original, patched, LIGHT, halo=False, look=ArrowLook(gain=10_000))
    assert isinstance(longest, Polygons)
    assert np.ptp(longest.points[..., 0], axis=1) == pytest.approx(FULL)
    result = result_of(original, patched)
    options = FigureOptions(look=ArrowLook(gain=5))
    written = " ".join(texts(figure(result, Mode.SIDE_BY_SIDE, LIGHT, options)))
    assert "Difference × 5" in written
    assert "both × 5" in written
    assert "×" not in " ".join(texts(figure(result, Mode.ORIGINAL, LIGHT, options)))


def test_an_arrow_for_each_move_is_as_long_as_its_move_is_probable() -> None:
    maze, look = level(), ArrowLook(each_move=True)
    field = field_of(maze, lambda _: (0.5, 0.01, 0.25, 0.2, 0.04))
    (arrows,) = field_shapes(field, LIGHT, halo=False, look=look)
    assert isinstance(arrows, Polygons)
    left, up, right = arrows.points[:3]
    row, col = maze.squares[0]
    assert len(arrows.points) == 3 * len(maze.squares)  # DOWN is too improbable to be drawn
    assert np.ptp(left[:, 0]) == pytest.approx(0.5 * FULL / 2)
    assert np.ptp(up[:, 1]) == pytest.approx(0.25 * FULL / 2)
    assert left[:, 0].max() <= col + 0.5 <= right[:, 0].min()
    assert up[:, 1].min() >= row + 0.5
    assert arrows.opacities[:3].tolist() == sorted(arrows.opacities[:3], reverse=True)
    # A difference points outwards where a move has become more probable, inwards where less; tips are the fourth point.
    (changed,) = difference_shapes(
        field, field_of(maze, lambda _: (0.2, 0.01, 0.25, 0.5, 0.04)), LIGHT, halo=False, look=look
    )
    assert isinstance(changed, Polygons)
    less, more = changed.points[:2]
    assert less[3, 0] > less[0, 0]
    assert less[:, 0].max() < col + 0.5
    assert more[3, 0] > more[0, 0]
    assert more[:, 0].min() > col + 0.5
