"""Numbers and notes around a maze never move or resize it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox

from app.document import patch_edits
from app.interventions.patches import AddVector, PatchStack, Zero
from tests.widgets.conftest import Hand
from tests.widgets.maze_view.test_canvas import shifted
from widgets.controls.number_field import Number
from widgets.maze_view.free_space import maze_rect
from widgets.panels.patches.card import PatchCard


@pytest.fixture
def hand(shared_hand: Hand) -> Hand:
    """The module's window, put back as it was before each test."""
    return shared_hand


def places(hand: Hand) -> list[tuple[QPoint, QRect]]:
    """The place of each canvas in sight in the window, and its maze on it."""
    QApplication.processEvents()
    QApplication.processEvents()
    view = hand.window.maze_view
    return [(canvas.mapTo(hand.window, QPoint()), maze_rect(canvas, hand.maze)) for canvas in view.canvases]


def card(hand: Hand) -> PatchCard:
    hand.window.docks.docks["patches"].raise_()
    QApplication.processEvents()
    found = hand.window.findChild(PatchCard)
    assert found is not None
    return found


@pytest.mark.parametrize("mode", [Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4])
def test_the_first_patch_and_its_tick_leave_the_maze_in_its_place(hand: Hand, mode: Qt.Key) -> None:
    hand.key(mode)
    before = places(hand)
    pane = hand.window.maze_view.panes["patched" if mode == Qt.Key.Key_2 else "difference"]
    assert "empty" in pane.note.sentence
    patch_edits.add_patch(hand.document, Zero())
    hand.answered()
    assert not pane.note.isVisible()
    assert places(hand) == before
    tick = card(hand).findChild(QCheckBox)
    assert tick is not None
    for said in (True, False):
        QTest.mouseClick(tick, Qt.MouseButton.LeftButton, pos=QPoint(8, tick.height() // 2))
        hand.answered()
        assert pane.note.isVisible() == said
        assert places(hand) == before


def test_a_slider_dragged_through_nought_leaves_the_mazes_in_their_places(hand: Hand) -> None:
    hand.key(Qt.Key.Key_4)
    patch_edits.open_stack(hand.document, PatchStack((AddVector(coefficient=4.0),)))
    hand.answered()
    before = places(hand)
    number = card(hand).findChild(Number, "coefficient")
    assert isinstance(number, Number)
    slider, note = number.slider, hand.window.maze_view.panes["difference"].note
    start, nought = slider.handle_x(), slider.width() // 2
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(start, 8))
    said = []
    for x in range(start, 2 * nought - start, -1):
        QTest.mouseMove(slider, QPoint(x, 8))
        patch = hand.document.state.stack.patches[0]
        assert isinstance(patch, AddVector)
        if abs(patch.coefficient) < 0.15:
            hand.answered()
            said.append(note.sentence)
        assert places(hand) == before
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(2 * nought - start, 8))
    assert any(said), "at 0 there is something to say"


def test_a_wall_that_brings_a_mark_into_the_legend_leaves_the_maze_in_its_place(hand: Hand) -> None:
    for width in (700, 900, 1100, 1300):
        hand.window.resize(width, 800)
        before = places(hand)
        was = hand.window.maze_view.picture.unreachable
        hand.drag(shifted(1, 2), shifted(2, 1))
        hand.answered()
        assert hand.window.maze_view.picture.unreachable != was
        assert places(hand) == before, width
        hand.document.undo()
        hand.answered()


def test_views_of_one_field_show_the_maze_in_one_place(hand: Hand) -> None:
    hand.key(Qt.Key.Key_1)
    before = places(hand)
    for key in (Qt.Key.Key_2, Qt.Key.Key_3):
        hand.key(key)
        assert places(hand) == before


def test_a_sentence_keeps_off_the_maze_where_there_is_room(hand: Hand) -> None:
    for mode in (Qt.Key.Key_3, Qt.Key.Key_4):
        hand.key(mode)
        places(hand)
        pane = hand.window.maze_view.panes["difference"]
        assert pane.note.isVisible()
        assert pane.canvas.rect().contains(pane.note.geometry())
        covered = pane.note.geometry().intersected(maze_rect(pane.canvas, hand.maze).adjusted(8, 8, -8, -8))
        # Side by side the maze takes all the width of its pane, and a long sentence some of its top.
        assert covered.height() <= (0 if mode == Qt.Key.Key_3 else pane.note.height() // 2)


def test_beside_each_other_no_sentence_lies_over_arrows(hand: Hand) -> None:
    panes = hand.window.maze_view.panes
    for mode, saying in ((Qt.Key.Key_4, {"difference"}), (Qt.Key.Key_2, {"patched"}), (Qt.Key.Key_1, set())):
        hand.key(mode)
        QApplication.processEvents()
        assert {role for role, pane in panes.items() if pane.note.isVisible()} == saying


def test_in_a_comparison_of_all_fields_each_pair_of_numbers_lies_under_its_own_mazes(hand: Hand) -> None:
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    hand.key(Qt.Key.Key_4)
    QApplication.processEvents()
    view = hand.window.maze_view
    assert view.other_numbers is not None

    def low(widget: object) -> int:
        assert hasattr(widget, "mapTo")
        return int(widget.mapTo(hand.window, QPoint()).y())

    assert low(view.other_panes["original"]) < low(view.other_numbers) < low(view.panes["original"]) < low(view.numbers)
    hand.key(Qt.Key.Key_1)
    QApplication.processEvents()
    assert low(view.numbers) == low(view.other_numbers)
    assert low(view.panes["original"]) == low(view.other_panes["original"])
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    assert view.numbers.width() == view.width()
