"""Grid of numbers in little room: no text is too small to read, and what is left out is said under the pointer."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QFontInfo

from app.drawing.heat_map import NAME, heat_map
from app.drawing.palette import LIGHT
from app.drawing.shapes import Rect, Text
from app.studies.study import Axis, Grid, Plot
from tests.widgets.panels.conftest import MakeDesk, make_desk  # noqa: F401
from widgets.controls.grid_view import CUT, ROW, SMALLEST, GridView
from widgets.style.theme import enlarge

ROWS = tuple(f"block{block}.{part}" for block in (1, 2, 3) for part in ("maxpool", "res1", "res2"))
COLUMNS = tuple(f"{t / 2:g}" for t in range(-6, 7))


def plot(scale: float) -> Plot:
    values = scale * np.linspace(-14.37, 7.29, 9 * 13).reshape(9, 13)
    grid = Grid(ROWS, COLUMNS, values, np.full((9, 13), 9), "nats", True, ((2, 3),))
    return Plot("p", "Change", Axis("coefficient t"), Axis("layer"), (), grid=grid)


@pytest.mark.parametrize("width", [300, 415, 500, 1200])
@pytest.mark.parametrize("text", [1.0, 1.7])
def test_no_text_is_too_small_and_names_are_as_large_as_the_windows_text(
    make_desk: MakeDesk,  # noqa: F811
    width: int,
    text: float,
) -> None:
    view = make_desk().put(GridView, width, 600)
    view.show_plot(plot(1))
    enlarge(view, text)
    size = QFontInfo(view.font()).pixelSize()
    shapes, _ = heat_map(plot(1), LIGHT, width / view._scale, ROW, SMALLEST * NAME)
    written = [shape for shape in shapes if isinstance(shape, Text)]
    assert min(shape.size for shape in written) * view._scale >= SMALLEST * size - 1e-6
    below = [shape for shape in written if shape.y == written[-3].y]
    assert len(below) >= 3
    assert len({shape.size for shape in below}) == 1
    names = [shape for shape in written if shape.text in ROWS]
    assert len(names) == len(ROWS)
    assert all(shape.size * view._scale == pytest.approx(size) for shape in names) or width == 300


def test_numbers_lose_digits_before_they_are_left_out(make_desk: MakeDesk) -> None:  # noqa: F811
    def first(width: float, scale: float = 1.0) -> str | None:
        shapes, _ = heat_map(plot(scale), LIGHT, width, ROW, 0.3)
        cell = next(at for at, shape in enumerate(shapes) if isinstance(shape, Rect))
        after = shapes[cell + 1]
        return after.text if isinstance(after, Text) else None

    assert first(30) == "−14.37"
    assert first(16) == "−14.4"
    assert first(13) == "−14"
    assert first(9) is None
    # With fewer digits, numbers below 1 would not be told apart.
    assert first(22, 0.05) == "−0.72"
    assert first(16, 0.05) is None


def test_the_cell_under_the_pointer_is_clicked_and_said(make_desk: MakeDesk) -> None:  # noqa: F811
    view = make_desk().put(GridView, 415, 600)
    view.show_plot(plot(1))
    shapes, height = heat_map(plot(1), LIGHT, 415 / view._scale, ROW, SMALLEST * NAME)
    boxes = [shape for shape in shapes if isinstance(shape, Rect)]
    found = []
    for box in boxes:
        x, y = box.x + box.width / 2, height - CUT - (box.y + box.height / 2)
        found.append(view.cell_at(x * view._scale, y * view._scale))
    assert found == [(row, column) for row in range(9) for column in range(13)]
    assert view.words(0, 0) == "block1.maxpool, coefficient t −3: −14.37 nats; n\u00a0=\u00a09"
