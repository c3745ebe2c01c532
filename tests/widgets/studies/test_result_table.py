"""Tables of results in narrow panels: no sideways scroll, every column within reach, whole heads and names."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QVBoxLayout, QWidget

from app.studies.study import Column, Table
from tests.widgets.panels.conftest import Desk
from tests.widgets.studies.conftest import answered
from widgets.studies.column_pager import ColumnPager
from widgets.studies.column_pages import pages_of
from widgets.studies.explain_panel import ExplainPanel
from widgets.studies.result_table import ResultTable
from widgets.style.theme import enlarge

PADDING = 12
"""Pixels around the text of a head, by the style sheet."""

STAGES = ("none frozen", "block2.res2.relu1", "block2.res2.relu2", "relu3")
HEADS = ("only it frozen, t = -1", "only it frozen, t = 1", "all but it, t = -1", "all but it, t = 1")


def stages() -> Table:
    numbers = [Column(name, np.array([-14.783, -15.257, -9.947, 2.035])) for name in HEADS]
    flips = [Column(f"flipped, t = {t}", np.array([np.nan, 0.01883, 0.0121, 0.2]), "share") for t in (-1, 1)]
    return Table("stages", (Column("stage", STAGES), *numbers, *flips))


class Shown:
    """A table with its pager in a window of its own."""

    def __init__(self, desk: Desk, width: int) -> None:
        self.window = QWidget()
        layout = QVBoxLayout(self.window)
        self.table = ResultTable()
        self.pager = ColumnPager(desk.context, self.table)
        layout.addWidget(self.table)
        layout.addWidget(self.pager)
        self.table.show_table(stages())
        self.window.resize(width, 600)
        self.window.show()
        QApplication.processEvents()

    @property
    def columns(self) -> list[int]:
        """The columns in sight."""
        return [column for column in range(7) if not self.table.isColumnHidden(column)]

    def whole(self) -> None:
        """Fail where columns do not fit, or a text does not fit its column."""
        table, header = self.table, self.table.horizontalHeader()
        assert header.length() <= table.viewport().width()
        assert table.horizontalScrollBar().maximum() == 0
        for column in self.columns:
            lines = self.head(column).split("\n")
            wide = max(map(QFontMetrics(header.font()).horizontalAdvance, lines))
            assert table.columnWidth(column) >= wide + PADDING
            for row in range(table.model().rowCount()):
                option = QStyleOptionViewItem()
                table.initViewItemOption(option)
                hint = table.itemDelegate().sizeHint(option, table.model().index(row, column))
                assert hint.width() <= table.columnWidth(column)
        high = max(len(self.head(column).split("\n")) for column in self.columns)
        assert header.height() >= high * QFontMetrics(header.font()).height()
        assert table.verticalScrollBar().maximum() == 0

    def head(self, column: int) -> str:
        return str(self.table.model().headerData(column, Qt.Orientation.Horizontal))


@pytest.fixture
def shown(desk: Desk) -> Iterator[Shown]:
    made = Shown(desk, 402)
    yield made
    made.window.close()
    made.window.deleteLater()


def test_where_there_is_room_heads_are_in_a_line_and_numbers_in_four_digits(shown: Shown) -> None:
    shown.window.resize(1300, 600)
    QApplication.processEvents()
    shown.whole()
    assert shown.columns == list(range(7))
    assert not shown.pager.isVisible()
    assert shown.head(1) == HEADS[0]
    assert shown.table.model().index(0, 1).data() == "−14.78"


def test_in_less_room_heads_have_lines_and_numbers_fewer_digits(shown: Shown) -> None:
    shown.window.resize(480, 600)
    QApplication.processEvents()
    shown.whole()
    assert shown.columns == list(range(7))
    assert not shown.pager.isVisible()
    assert shown.head(1).replace("\n", " ") == "only it frozen, t\u00a0=\u00a0−1"
    assert shown.table.model().index(0, 1).data() == "−14.8"


def test_a_head_that_the_table_is_sorted_by_has_room_for_its_arrow(shown: Shown) -> None:
    shown.window.resize(480, 600)
    QApplication.processEvents()
    shown.table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    widths = [shown.table.columnWidth(column) for column in (1, 2)]
    assert widths[1] >= widths[0] + 10
    shown.table.sortByColumn(6, Qt.SortOrder.AscendingOrder)
    widths = [shown.table.columnWidth(column) for column in (5, 6)]
    assert widths[1] >= widths[0] + 10
    assert 6 in shown.columns
    shown.whole()


def test_on_stage_the_essential_columns_are_in_sight_and_the_others_a_click_away(shown: Shown) -> None:
    enlarge(shown.window, 1.7)
    shown.window.resize(520, 600)
    QApplication.processEvents()
    shown.whole()
    assert shown.columns == [0, 1, 2, 3, 4]
    assert shown.pager.isVisible()
    assert shown.pager.said.text() == "Columns 2 to 5 of 7"
    assert not shown.pager.before.isEnabled()
    Desk.click(shown.pager.behind)
    shown.whole()
    assert shown.columns == [0, 5, 6]
    assert shown.pager.said.text() == "Columns 6 to 7 of 7"
    assert not shown.pager.behind.isEnabled()
    Desk.click(shown.pager.before)
    assert shown.columns == [0, 1, 2, 3, 4]
    enlarge(shown.window, None)
    shown.window.resize(1300, 600)
    QApplication.processEvents()
    assert shown.columns == list(range(7))
    assert not shown.pager.isVisible()


def test_long_names_are_in_several_lines_and_leave_room_for_numbers(shown: Shown) -> None:
    names = ("greedy moves that flip at the decision square", "mean total variation")
    numbers = [Column(name, np.array([1.0, 2.5])) for name in ("claimed channels", "random control", "n")]
    shown.table.show_table(Table("resampled", (Column("measure", names), *numbers)))
    enlarge(shown.window, 1.7)
    shown.window.resize(520, 600)
    QApplication.processEvents()
    table = shown.table
    assert table.horizontalHeader().length() == table.viewport().width()
    assert len(shown.columns) >= 2
    room = QRect(0, 0, table.columnWidth(0) - 20, 1000)
    wrapped = table.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, names[0])
    assert table.rowHeight(0) >= wrapped.height()
    assert table.verticalScrollBar().maximum() == 0


@pytest.mark.parametrize("width", [300, 420, 480, 700])
def test_narrow_columns_and_a_bar_for_the_rows_are_counted(shown: Shown, width: int) -> None:
    names = ("median", "low", "high", "mean", "s.e.")
    numbers = [Column(name, np.linspace(-6.3, 3.1, 30)) for name in names]
    shown.table.show_table(Table("zero", (Column("channel", tuple(range(30))), Column("n", (4,) * 30), *numbers)))
    shown.window.resize(width, 600)
    QApplication.processEvents()
    table = shown.table
    assert table.verticalScrollBar().maximum() > 0
    for _ in table.pages:
        assert table.horizontalHeader().length() == table.viewport().width()
        assert table.horizontalScrollBar().maximum() == 0
        table.turn(1)
        QApplication.processEvents()


def test_columns_that_belong_together_are_on_one_page() -> None:
    names = ("stage", *HEADS)
    assert pages_of((100, 60, 60, 60, 60), names, 300) == [[1, 2], [3, 4]]
    assert pages_of((100, 60, 60, 60, 60), names, 340) == [[1, 2, 3, 4]]
    assert pages_of((100, 60, 60, 60, 60), names, 170) == [[1], [2], [3], [4]]
    # What is too wide for a page of its own begins where there is room.
    assert pages_of((100, 60, 60, 60, 60), ("stage", "n", *HEADS[:1], *["norm ratio, t = 1"] * 2), 220) == [
        [1, 2],
        [3, 4],
    ]
    assert pages_of((100, 20, 60, 60, 60), ("stage", "n", *["norm ratio, t = 1"] * 3), 240) == [[1, 2, 3], [4]]
    assert pages_of((100, 600), names[:2], 170) == [[1]]
    assert pages_of((100,), names[:1], 50) == [[]]
    assert pages_of((), (), 50) == [[]]


def test_a_column_that_the_table_is_sorted_by_is_brought(desk: Desk, panel: ExplainPanel) -> None:
    page = panel.show_page("levels")
    page.count.setValue(12)
    answered(desk, page)
    desk.wait(page.rows.isVisible)
    last = page.rows.model().columnCount() - 1
    assert page.rows.isColumnHidden(last)
    assert not page.rows.isColumnHidden(0)
    desk.choose(page.sort_by, page.sort_by.itemData(last + 1))
    assert not page.rows.isColumnHidden(last)
    assert not page.rows.isColumnHidden(0)
    assert page.rows.horizontalHeader().length() <= page.rows.viewport().width()
