"""The list of cheese channels: what each number is, is written over it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from tests.widgets.panels.conftest import Desk
from widgets.controls.cheese_channel_list import TITLES, CheeseList
from widgets.panels.patches.patches_panel import PatchesPanel


def offered(desk: Desk, width: int) -> CheeseList:
    panel = desk.put(PatchesPanel)
    desk.click(panel.find_button)
    desk.wait(lambda: panel.finder.list.count() > 0)
    panel.resize(width, 700)
    QApplication.processEvents()
    return panel.finder.list


def check(found: CheeseList) -> None:
    titles, rooms = found.columns()
    metrics = QFontMetrics(found.headings.font())
    assert all(metrics.horizontalAdvance(title) <= room.width() for title, room in zip(titles, rooms, strict=True))
    assert rooms[-1].right() <= found.viewport().width(), "the last column is whole in sight"
    assert found.headings.isVisible()
    assert found.headings.geometry().bottom() <= found.viewport().geometry().top()


@pytest.mark.parametrize("width", [320, 420])
def test_the_columns_have_headings(desk: Desk, width: int) -> None:
    found = offered(desk, width)
    check(found)
    assert found.headings.shown in TITLES[:2]


@pytest.mark.usefixtures("large_text")
def test_the_headings_fit_a_narrow_panel_in_large_text(desk: Desk) -> None:
    check(offered(desk, 320))


def test_the_values_are_drawn_under_their_headings(desk: Desk) -> None:
    found = offered(desk, 420)
    _, rooms = found.columns()
    picture, row = found.viewport().grab().toImage(), found.visualItemRect(found.item(0))
    ground = picture.pixel(row.left() + 1, row.top() + 1)
    for room in rooms:
        across = range(max(room.left(), 0), min(room.right(), picture.width()))
        colours = {picture.pixel(x, y) for x in across for y in range(row.top(), row.bottom())}
        assert len(colours - {ground}) > 3
