"""Many levels in the window: pictures of their fields, gallery and table, fits, and runs that are ended."""

from __future__ import annotations

import sys
import threading
from itertools import cycle
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyledItemDelegate

from app.document import patch_edits
from app.field import precedence
from app.interventions.patches import AddVector, Scale
from app.maze.levels import SeededLevel
from app.policy.loading import load_policy
from app.policy.policy_info import default_policy_path
from app.studies.study import Column, Table
from tests.widgets.panels.conftest import Desk, MakeDesk, make_desk  # noqa: F401
from tests.widgets.studies.conftest import answered
from widgets.studies.explain_panel import ExplainPanel
from widgets.studies.fit_page import FitPage
from widgets.studies.level_gallery import LevelGallery
from widgets.studies.levels_page import LevelsPage
from widgets.studies.result_table import ResultTable


def levels_page(desk: Desk, panel: ExplainPanel, count: int = 64) -> LevelsPage:
    """The page of the table, answered."""
    page = panel.show_page("levels")
    assert isinstance(page, LevelsPage)
    page.count.setValue(count)
    answered(desk, page)
    desk.wait(lambda: page.rows.isVisible() and page.rows.model().rowCount() == count)
    return page


class Seeing(QStyledItemDelegate):
    """Keeps whether the window had precedence when a cell was painted."""

    def __init__(self, taken: list[bool], parent: ResultTable) -> None:
        super().__init__(parent)
        self._taken = taken

    def paint(self, *arguments: Any) -> None:
        self._taken.append(precedence.is_taken())
        super().paint(*arguments)


def pictured(desk: Desk, gallery: LevelGallery) -> list[bytes]:
    """Wait for all pictures of a gallery to be of now, and return them."""
    pictures = desk.context.level_pictures
    desk.wait(lambda: all(pictures.picture(each.level, gallery._pixels)[1] for each in gallery.shown))
    found = [pictures.picture(each.level, gallery._pixels)[0] for each in gallery.shown]
    return [bytes(image.constBits()) for image in found]


def test_the_gallery_is_in_the_tables_order_and_follows_the_patches(desk: Desk, panel: ExplainPanel) -> None:
    page = levels_page(desk, panel)
    desk.context.view.set_mode("patched")
    desk.choose(page.sort_by, "log_odds")
    desk.click(page.down)
    desk.choose(page.show_as, "12")
    assert not page.rows.isVisible()
    odds = np.ma.filled(page.result.column("log_odds"), np.nan)
    largest = np.argsort(-odds, kind="stable")[:12]
    desk.wait(lambda: [each.level.seed for each in page.gallery.shown] == largest.tolist())
    before = pictured(desk, page.gallery)
    assert len(set(before)) == len({SeededLevel("easy", int(seed)).maze() for seed in largest})

    # The arrows of the maze in front come first, then other pictures.
    order: list[str] = []
    desk.context.bridge.result.connect(lambda result: order.append("arrows") if result.complete else None)
    desk.context.level_pictures.arrived.connect(lambda _: order.append("picture"))
    patch_edits.add_patch(desk.document, AddVector(coefficient=-3.0))
    first = page.gallery.shown[0].level
    assert not desk.context.level_pictures.picture(first, page.gallery._pixels)[1]
    assert pictured(desk, page.gallery) != before
    assert order[0] == "arrows"
    desk.document.undo()
    assert pictured(desk, page.gallery) == before

    QTest.mouseClick(page.gallery, Qt.MouseButton.LeftButton, pos=page.gallery.place_of(1).center())
    assert desk.document.state.tab.seed == largest[1]
    desk.key(page.gallery, Qt.Key.Key_Right)
    desk.key(page.gallery, Qt.Key.Key_Return)
    assert desk.document.state.tab.seed == largest[2]


def test_repeats_are_left_out_of_table_and_gallery(desk: Desk, panel: ExplainPanel) -> None:
    page = levels_page(desk, panel)
    repeats = page.result.column("repeats")
    seeds = np.flatnonzero(~np.ma.getmaskarray(repeats))
    assert len(seeds), "expected a level that repeats an earlier one"
    page.condition.setText(f"seed <= {seeds[0]} and seed >= {seeds[0] - 1}")
    page.condition.editingFinished.emit()
    desk.choose(page.show_as, "24")
    assert page.gallery.shown[-1].left == f"{seeds[0]} = {repeats[seeds[0]]}"
    desk.click(page.once, QPoint(8, page.once.height() // 2))
    assert [each.level.seed for each in page.gallery.shown] == page.chosen_seeds == [seeds[0] - 1]


def test_the_pointer_on_a_row_shows_the_level_and_marks_go_both_ways(desk: Desk, panel: ExplainPanel) -> None:
    page = levels_page(desk, panel, 20)
    page.rows.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert page.sort_by.currentData() == "dim"
    index = page.rows.model().index(3, 0)
    page.rows.scrollTo(index)
    place = page.rows.visualRect(index).center()
    wanted, steps = page.rows.row_of(index), cycle((QPoint(0, 3), QPoint(1, 0), QPoint()))

    def over() -> bool:
        # A hand is never still; the preview's own window appears below it meanwhile.
        QTest.mouseMove(page.rows.viewport(), place - next(steps))
        return page.preview.isVisible() and page.preview.level == SeededLevel("easy", wanted)

    desk.wait(over)
    assert page.preview.note.text().startswith("Original")
    field = desk.context.level_pictures.field(page.preview.level)
    assert field.request.maze == page.preview.level.maze()
    QTest.mouseMove(page.rows.horizontalHeader().viewport(), QPoint(9, 9))
    desk.wait(lambda: not page.preview.isVisible())
    page.rows.hovered.emit(wanted)
    assert page.preview.isVisible()
    # As narrow as its list, the panel has no room for it: it is next to the panel, outside its window.
    preview, window = page.preview, page.window()
    assert preview.isWindow()
    assert preview.screen().availableGeometry().contains(preview.geometry())
    assert (
        not preview.geometry().intersects(window.frameGeometry())
        or window.width() > preview.screen().size().width() / 2
    )
    page.hide()
    assert not page.preview.isVisible()
    page.show()
    # Table to plot, and plot to table.
    page.rows.selectRow(3)
    assert page.brush._marked.tolist() == [wanted]
    x = np.asarray(page._columns[page.across.currentData()])
    page.brush.brush(float(x.min()), float(np.median(x)))
    assert set(page.rows.order.tolist()) == set(np.flatnonzero(x <= np.median(x)).tolist())


def test_studies_wait_while_the_window_shows_what_they_found(desk: Desk, panel: ExplainPanel) -> None:
    page = levels_page(desk, panel, 20)
    desk.wait(lambda: not precedence.is_taken())
    told: list[bool] = []
    painted: list[bool] = []
    page.runner.changed.connect(lambda: told.append(precedence.is_taken()))
    page.rows.setItemDelegate(Seeing(painted, page.rows))
    page.count.setValue(64)
    answered(desk, page)
    # Asked, started, answered.
    assert (told[0], told[-1]) == (False, True)
    desk.wait(lambda: page.rows.model().rowCount() == 64)
    page.rows.viewport().repaint()
    assert len(painted) > 20
    assert all(painted)
    assert not precedence.is_taken()


def test_what_is_missing_is_sorted_last_either_way(qapp: QApplication) -> None:
    table = ResultTable()
    columns = (
        Column("a", np.array([2.0, np.nan, 3.0, 1.0])),
        Column("b", (None, 2, 1, 2)),
        Column("c", ("y", "x", None, "y")),
    )
    table.show_table(Table("t", columns))
    up, down = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
    found = []
    for column in range(3):
        for order in (up, down):
            table.sortByColumn(column, order)
            found.append(table.order.tolist())
    assert found == [[3, 0, 2, 1], [2, 0, 3, 1], [2, 1, 3, 0], [1, 3, 2, 0], [1, 0, 3, 2], [0, 3, 1, 2]]


def test_a_run_is_ended_at_once_and_keeps_what_is_there(desk: Desk, panel: ExplainPanel) -> None:
    page = panel.show_page("levels")
    assert isinstance(page, LevelsPage)
    page.count.setValue(50_000)
    desk.wait(lambda: page.runner.result is not None and page.runner.busy)
    desk.wait(lambda: "left" in page.view.state.text())
    assert page.view.progress.maximum() == 50_000
    # In sight before all rows are.
    assert page.view.stop.mapTo(page, QPoint()).y() < page.rows.y()
    desk.click(page.view.stop)
    assert not page.runner.busy
    assert page.view.state.text() == "Not up to date."
    rows = len(page.result.column("seed"))
    assert 0 < rows < 50_000
    desk.idle()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("levels")]
    assert len(page.result.column("seed")) == rows


def test_a_fit_lists_the_levels_that_it_gets_most_wrong(
    make_desk: MakeDesk,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("sklearn", reason="fits need scikit-learn (make studies)")
    # A random policy never goes to the cheese more likely than not.
    desk = make_desk(load_policy(default_policy_path()))
    page = desk.put(ExplainPanel, 400, 900).show_page("fit")
    assert isinstance(page, FitPage)
    page.draws.setValue(20)
    page.count.setValue(300)
    answered(desk, page)
    result = page.result
    assert (len(result.features), len(result.fits)) == (3, 2)
    assert {"coefficients_logistic", "by_euclid_cheese_corner"} <= {plot.name for plot in page.runner.answer.plots}
    assert "always the commoner outcome" in page.view.finding.text()
    worst = [row[0] for row in result.most_wrong().rows()]
    index = page.wrong.model().index(2, 0)
    page._open(index)
    assert desk.document.state.tab.seed == worst[2]
    page.wrong.hovered.emit(4)
    assert page.preview.level.seed == worst[4]
    page.wrong.hovered.emit(None)
    # Other features of the same levels, of which nothing is computed again.
    desk.choose(page.features, "all")
    answered(desk, page)
    assert len(page.result.features) >= 20
    for name in [name for name in sys.modules if name.split(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    page.ask_again()
    desk.wait(lambda: bool(page.runner.problem))
    assert page.view.problem.text() == "Fits need scikit-learn; `make studies` installs it."


def test_patches_that_no_level_bears_leave_a_sentence(desk: Desk, panel: ExplainPanel) -> None:
    page = levels_page(desk, panel, 20)
    desk.choose(page.show_as, "12")
    pictured(desk, page.gallery)
    patch_edits.add_patch(desk.document, Scale(positive=3e38, negative=3e38))
    desk.wait(page.trouble.isVisible)
    assert page.trouble.text().endswith(".")
    desk.wait(lambda: not desk.context.level_pictures.busy)
    desk.document.undo()
    pictured(desk, page.gallery)
    assert not page.trouble.isVisible()
