"""The table of cosines: every number is there, the negative ones too."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from pytestqt.plugin import QtBot

from app.interventions.vectors import ActivationVector
from app.policy.layers import DEFAULT_LAYER, layer
from widgets.panels.vectors.matrix import CosineMatrix

NARROW = 420
"""Pixels of a panel's usual width."""


def cells(matrix: CosineMatrix, count: int) -> list[QImage]:
    """Each cell of the table as it is painted."""
    picture = matrix.grab().toImage()
    places = (matrix._cell(row, column).toAlignedRect() for row in range(count) for column in range(count))
    return [picture.copy(place.adjusted(1, 1, -1, -1)) for place in places]


def has_number(cell: QImage) -> bool:
    """Whether there is anything on the cell's colour."""
    points = (QPoint(x, y) for x in range(cell.width()) for y in range(cell.height()))
    return len({cell.pixel(point) for point in points}) > 1


@pytest.mark.parametrize("count", [2, 8, 12])
def test_numbers_with_a_minus_are_written_as_the_others_are(qtbot: QtBot, count: int) -> None:
    random = np.random.default_rng(0)
    shape = layer(DEFAULT_LAYER, 1).shape
    made = (random.normal(size=shape).astype(np.float32) for _ in range(count))
    vectors = [ActivationVector(f"v{number}", "random", DEFAULT_LAYER, each, "") for number, each in enumerate(made)]
    # One that is far from the first: "−1.00" is as long as a number becomes.
    vectors[-1] = ActivationVector("opposite", "random", DEFAULT_LAYER, -vectors[0].values, "")
    matrix = CosineMatrix()
    qtbot.addWidget(matrix)
    matrix.show_vectors(tuple(vectors))
    matrix.resize(NARROW, matrix.sizeHint().height())
    assert any(value is not None and -0.1 < value < 0 for row in matrix.cosines for value in row) or count == 2
    shown = {has_number(cell) for cell in cells(matrix, count)}
    assert len(shown) == 1, "all numbers are written, or none"
    if count <= 8:
        assert shown == {True}
