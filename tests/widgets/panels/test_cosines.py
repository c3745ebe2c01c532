"""The table of cosines: every number is there, the negative ones too."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.plugin import QtBot

from app.interventions.vectors import ActivationVector
from app.policy.layers import DEFAULT_LAYER, layer
from tests.widgets.panels.conftest import Desk
from widgets.panels.vectors import VectorsPanel
from widgets.panels.vectors.cosine_matrix import CosineMatrix

NARROW = 420
"""Pixels of a panel's usual width."""


def cells(matrix: CosineMatrix, count: int) -> list[QImage]:
    """Each cell of the table as it is painted."""
    picture = matrix.grab().toImage()
    places = (matrix._cell(row, column).toAlignedRect() for row in range(count) for column in range(count))
    return [picture.copy(place.adjusted(1, 1, -1, -1)) for place in places]


def has_number(cell: QImage) -> bool:
    """True if there is anything on the cell's colour."""
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


def test_the_current_vector_is_compared_and_in_sight_however_many_there_are(desk: Desk) -> None:
    library = desk.context.vectors
    random = np.random.default_rng(1)
    shape = layer(DEFAULT_LAYER, 1).shape
    for number in range(12):
        library.keep(ActivationVector(f"v{number:02}", "random", DEFAULT_LAYER, random.normal(size=shape), ""))
    panel = desk.put(VectorsPanel, height=900)
    panel.list.setFocus()
    desk.key(panel.list, Qt.Key.Key_End)
    assert panel.current is not None
    assert panel.current.name == "v11"
    assert panel.current in panel.compared()
    assert len(panel.compared()) == len(panel.matrix.cosines) == 8
    assert panel.left_out.isVisible()
    assert panel.left_out.text().startswith("8 of 12")
    panel.resize(panel.width(), 420)
    QApplication.processEvents()
    assert panel.list.viewport().rect().contains(panel.list.visualItemRect(panel.list.currentItem()).center())
    desk.key(panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert [vector.name for vector in panel.compared()] == ["v10", "v11"]
    assert not panel.left_out.isVisible()
