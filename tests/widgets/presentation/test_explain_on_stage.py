"""The Explain panel on stage: all of its text is as large as the stage's, whole, and leaves the maze its room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QLabel, QLineEdit, QWidget

from app.maze import generator
from tests.widgets.conftest import Hand, MakeHand
from widgets.controls.collapsible import Folding
from widgets.studies.explain_panel import PAGES
from widgets.studies.study_page import StudyPage

CONTROLS = (QComboBox, QAbstractSpinBox, QAbstractButton, QLineEdit, QLabel)


@pytest.fixture(params=[(1.0, (1600, 1000)), (2.0, (1366, 768))], ids=["usual text", "large text"])
def on_stage(make_hand: MakeHand, request: pytest.FixtureRequest) -> Iterator[Hand]:
    """A stage of a screen's size, on a maze with a decision square."""
    scale, size = request.param
    made = make_hand(maze=generator.level(15, 6))
    made.context.set_text_scale(scale)
    made.key(Qt.Key.Key_F11)
    made.window.resize(*size)
    QTest.qWait(30)
    made.window.docks.bring("explain")
    yield made
    for page in made.window.explain_panel.pages.values():
        page.runner.cancel()
    made.wait(lambda: not made.context.busy)
    made.context.set_text_scale(1.0)


def unfolded(hand: Hand, name: str) -> StudyPage:
    """A page with all of its choices in sight."""
    page = hand.window.explain_panel.show_page(name)
    for part in page.choices.findChildren(Folding):
        part.set_open(True)
    page.choices.set_open(True)
    QApplication.processEvents()
    return page


def controls(part: QWidget) -> list[QWidget]:
    """All controls and labels of a part of the window."""
    return [each for kind in CONTROLS for each in part.findChildren(kind)]


def text_sizes(part: QWidget) -> set[float]:
    """Sizes of the text of all controls and labels of a part of the window."""
    return {each.font().pointSizeF() for each in controls(part)}


def test_choices_and_buttons_are_as_large_as_what_was_found(on_stage: Hand) -> None:
    hand = on_stage
    panel, dock = hand.window.explain_panel, hand.window.docks.docks["explain"]
    legend = hand.window.maze_view.legend.font().pointSizeF()
    for name in PAGES:
        unfolded(hand, name)
    assert text_sizes(dock) == {legend}
    pin = panel.pages["push"].pin
    icon = pin.iconSize().height()
    hand.key(Qt.Key.Key_F11)
    hand.window.docks.bring("explain")
    hand.wait(lambda: panel.isVisible())
    assert text_sizes(dock) == {QApplication.font().pointSizeF()}
    assert pin.iconSize().height() < icon


def test_the_picture_of_a_level_is_as_large_as_the_list_it_is_about(on_stage: Hand) -> None:
    hand = on_stage
    page = hand.window.explain_panel.show_page("levels")
    page.count.setValue(6)
    hand.wait(lambda: page.rows.isVisible() and not page.runner.busy, 60_000)
    page.rows.hovered.emit(2)
    hand.wait(page.preview.isVisible)
    assert page.preview.caption.font().pointSizeF() == page.rows.font().pointSizeF()
    larger = page.preview.side
    page.rows.hovered.emit(None)
    hand.key(Qt.Key.Key_F11)
    hand.window.docks.bring("explain")
    hand.wait(page.rows.isVisible)
    page.rows.hovered.emit(2)
    assert page.preview.caption.font().pointSizeF() == QApplication.font().pointSizeF()
    assert page.preview.side < larger
    page.rows.hovered.emit(None)


def test_no_choice_is_cut_off_and_the_maze_keeps_its_room(on_stage: Hand) -> None:
    hand = on_stage
    panel, window = hand.window.explain_panel, hand.window
    for name in PAGES:
        page = unfolded(hand, name)
        area = panel._stack.currentWidget()
        assert area.widget().minimumSizeHint().width() <= area.viewport().width(), name
        for part in controls(page.choices):
            if part.isVisible():
                assert part.height() >= part.minimumSizeHint().height(), (name, part)
    assert window.maze_view.canvas.width() >= 0.6 * window.width()


def test_the_panel_is_wider_on_stage_and_as_it_was_after_it(make_hand: MakeHand) -> None:
    hand = make_hand()
    docks = hand.window.docks
    hand.window.resize(1600, 1000)
    docks.bring("explain")
    QApplication.processEvents()
    before = docks.docks["explain"].width()
    hand.key(Qt.Key.Key_F11)
    hand.window.resize(1600, 1000)
    QTest.qWait(30)
    docks.bring("explain")
    QApplication.processEvents()
    assert before < docks.docks["explain"].width() <= 1600 / 3 + 1
    hand.key(Qt.Key.Key_F11)
    hand.window.resize(1600, 1000)
    QTest.qWait(30)
    assert docks.docks["explain"].width() == before
