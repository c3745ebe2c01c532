"""The Explain panel in little room: the plot is in sight, choices fold, and their names are in one column."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QWidget

from tests.widgets.conftest import Hand, MakeHand, Shared
from tests.widgets.panels.conftest import Desk, large_text  # noqa: F401
from tests.widgets.studies.conftest import answered
from widgets.controls.collapsible import Folding
from widgets.controls.panel_parts import FieldLabel
from widgets.studies.explain_panel import PAGES, ExplainPanel

LOW = 300
"""Height of the panel in a window of 1366 x 768."""


@pytest.fixture(scope="module")
def shared(make_shared: MakeHand) -> Shared:
    hand = make_shared()
    hand.window.resize(1366, 728)
    hand.window.docks.reset()
    return Shared(hand)


def test_in_a_window_of_a_small_screen_the_whole_plot_is_in_sight(shared_hand: Hand) -> None:
    window = shared_hand.window
    window.docks.bring("explain")
    page = window.explain_panel.show_page("response")
    shared_hand.wait(lambda: page.runner.result is not None and not page.runner.busy, 60_000)
    QTest.qWait(10)
    assert window.height() <= 728
    plot = page.view.plot
    assert plot.isVisible()
    viewport = window.explain_panel._stack.currentWidget().viewport()
    picture = QRect(plot._picture.mapTo(viewport, QPoint(0, 0)), plot._picture.size())
    assert viewport.rect().contains(picture), (viewport.rect(), picture)
    # What is chosen, and which plot it is, are said over it.
    assert page.choices.button.whole == page.summary()
    assert "block2.res1.resadd · this maze" in page.choices.button.whole
    assert page.view.plots.isVisible()
    window.docks.bring("patches")


def test_a_click_unfolds_the_choices_and_is_remembered(desk: Desk) -> None:
    panel = desk.put(ExplainPanel, 400, LOW)
    assert not panel.show_page("push").levels.isVisible()
    page = answered(desk, panel.show_page("outcome"))
    assert not page.levels.isVisible()
    Desk.click(page.choices.button)
    assert page.levels.isVisible()
    desk.choose(page.steps, "256")
    answered(desk, page)
    assert page.runner.result.question.steps == 256
    assert page.choices.button.whole == "this maze · within 256 steps"
    # Every question has them unfolded now, and so has the next start.
    assert panel.show_page("push").levels.isVisible()
    other = desk.put(ExplainPanel, 400, LOW)
    assert other.show_page("outcome").levels.isVisible()
    Desk.click(page.choices.button)
    assert not page.levels.isVisible()


def test_where_there_is_room_choices_are_unfolded(desk: Desk) -> None:
    panel = desk.put(ExplainPanel, 400, LOW)
    page = answered(desk, panel.show_page("push"))
    lower = page.view.plot.height()
    assert not page.levels.isVisible()
    assert page.view.plots.parent() is page.choices
    # The whole of the choices is in the tooltip, and as much of it as there is room for in the line.
    title = page.choices.button
    assert title.text().endswith("…")
    assert title.text()[:-1] in title.whole
    assert title.whole in title.toolTip()
    assert page.view.finding.y() > page.view.plot.y()
    panel.resize(400, 900)
    QApplication.processEvents()
    assert page.levels.isVisible()
    assert page.view.plots.parent() is page.view
    assert page.view.finding.y() < page.view.plot.y()
    assert page.view.plot.height() > lower


def test_what_is_said_of_a_plot_is_after_the_finding_where_there_is_little_room(desk: Desk) -> None:
    panel = desk.put(ExplainPanel, 400, LOW)
    page = answered(desk, panel.show_page("response"))
    view = page.view
    note, reading = view.plot.note, view.plot.reading

    def top(part: QWidget) -> int:
        return part.mapTo(view, QPoint(0, 0)).y()

    assert note.isVisible()
    viewport = panel._stack.currentWidget().viewport()
    finding = QRect(view.finding.mapTo(viewport, QPoint(0, 0)), view.finding.size())
    assert view.finding.text().startswith(("Most of the asymmetry", "No single stage"))
    # Nearly all of it is in sight.
    assert finding.bottom() - view.finding.fontMetrics().height() // 2 <= viewport.height(), (finding, viewport.size())
    assert top(view.plot) < top(view.finding) < top(reading) < top(note)
    panel.resize(400, 900)
    QApplication.processEvents()
    assert view.plot.isAncestorOf(note)
    assert top(view.finding) < top(reading) < top(note)
    panel.resize(400, LOW)
    QApplication.processEvents()
    assert top(view.finding) < top(note)


def test_no_stage_of_the_table_has_its_name_cut_off(desk: Desk) -> None:
    """Of "block2.res2.relu1" and "block2.res2.relu2" the ends are all that tells them apart."""
    panel = desk.put(ExplainPanel, 400, 900)
    page = answered(desk, panel.show_page("response"))
    page.view.numbers.set_open(True)
    page.view.tables.choose("stages")
    page.view._choose_table("stages")
    QApplication.processEvents()
    table = page.view.table
    names = [str(table.model().index(row, 0).data()) for row in range(table.model().rowCount())]
    assert "block2.res2.relu2" in names
    assert table.isVisible()
    for row, name in enumerate(names):
        option = QStyleOptionViewItem()
        table.initViewItemOption(option)
        wanted = table.itemDelegate().sizeHint(option, table.model().index(row, 0)).width()
        assert wanted <= table.columnWidth(0), name


@pytest.mark.parametrize("name", PAGES)
def test_names_of_choices_and_their_fields_are_in_two_columns(desk: Desk, name: str) -> None:
    panel = desk.put(ExplainPanel, 400, 900)
    page = panel.show_page(name)
    for part in page.choices.inner.findChildren(Folding):
        part.set_open(True)
    QApplication.processEvents()
    labels = [label for label in page.choices.inner.findChildren(FieldLabel) if label.isVisible()]
    assert labels
    fields = [label.buddy() for label in labels]
    assert len({label.mapTo(page, QPoint(0, 0)).x() for label in labels}) == 1
    assert len({field.mapTo(page, QPoint(0, 0)).x() for field in fields}) == 1
    page.runner.cancel()
    desk.idle()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off_in_a_narrow_panel_with_large_text(
    desk: Desk,
    large_text: None,  # noqa: F811
    name: str,
) -> None:
    panel = desk.put(ExplainPanel, 320, 900)
    page = panel.show_page(name)
    for part in page.choices.inner.findChildren(Folding):
        part.set_open(True)
    QApplication.processEvents()
    assert panel.width() == 320
    area = panel._stack.currentWidget()
    assert area.widget().minimumSizeHint().width() <= area.viewport().width(), name
    page.runner.cancel()
    desk.idle()


def test_a_stage_that_is_ticked_is_frozen_in_one_more_curve(desk: Desk) -> None:
    panel = desk.put(ExplainPanel, 400, 900)
    page = answered(desk, panel.show_page("response"))
    for part in page.choices.inner.findChildren(Folding):
        part.set_open(True)
    QApplication.processEvents()
    item = page.stages.item(1)
    page.stages.scrollToItem(item)
    box = page.stages.visualItemRect(item)
    QTest.mouseClick(page.stages.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(box.x() + 14, box.center().y()))
    assert page.kept == (item.data(Qt.ItemDataRole.UserRole),)
    answered(desk, page)
    assert page.runner.result.question.kept == page.kept
    assert any(series.name == f"frozen: {item.text()}" for series in page.view.plot.plot.series)


def test_up_to_four_squares_are_pinned_next_to_the_one_that_is_looked_at(desk: Desk) -> None:
    panel = desk.put(ExplainPanel, 400, 900)
    page = answered(desk, panel.show_page("push"))
    maze = desk.document.state.maze
    squares = [tuple(map(int, each)) for each in maze.squares.tolist() if tuple(each) != maze.cheese][:6]
    for square in squares[:5]:
        desk.context.view.inspect(square)
        Desk.click(page.pin)
    desk.context.view.inspect(squares[5])
    answered(desk, page)
    # The oldest of five made room.
    assert page.runner.result.question.squares == (squares[5], *squares[1:5])
    assert page.pinned.text().count("(") == 4
    names = [plot.title for plot in page.runner.answer.plots]
    assert all(any(f"({row}, {col})" in name for name in names) for row, col in page.runner.result.question.squares)


def test_a_stale_plot_is_painted_once_where_it_is(desk: Desk) -> None:
    panel = desk.put(ExplainPanel, 400, 900)
    page = answered(desk, panel.show_page("push"))
    page.view.set_low(True)
    QTest.qWait(50)
    # It moves: the background is painted again where it was.
    page.view.plot.set_stale(True)
    page.view.set_low(False)

    def picture(pixmap: QPixmap) -> QImage:
        return pixmap.toImage().convertToFormat(QImage.Format.Format_RGB32)

    desk.wait(lambda: picture(panel.screen().grabWindow(panel.winId())) == picture(panel.grab()), 10_000)


def test_pushes_at_a_wall_under_the_pointer_are_not_asked_for(desk: Desk) -> None:
    panel = desk.put(ExplainPanel, 400, 900)
    page = answered(desk, panel.show_page("push"))
    maze = desk.document.state.maze
    wall = next((row, col) for row in range(maze.world) for col in range(maze.world) if not maze.is_open((row, col)))
    desk.context.view.set_hover(wall)
    assert not page.view.plot.stale
    assert not page.runner.problem
    assert page.runner.result.question.squares == (maze.mouse,)
