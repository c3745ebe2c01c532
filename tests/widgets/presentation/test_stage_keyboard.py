"""Keyboard focus in presentation mode and after it, and which pressed keys are shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.document import patch_edits
from app.interventions.patches import AddVector
from tests.widgets.conftest import Hand, MakeHand
from widgets.controls.focus_ring import FocusRing
from widgets.controls.number_field import Number

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def hand(make_hand: MakeHand) -> Hand:
    made = make_hand(engine=False)
    patch_edits.add_patch(made.document, AddVector(coefficient=-1.0))
    made.window.docks.bring("patches")
    QApplication.processEvents()
    return made


def rings(hand: Hand) -> list[FocusRing]:
    return [ring for ring in hand.window.findChildren(FocusRing) if ring.isVisible()]


@pytest.mark.parametrize("part", ["slider", "field", "switch", "view", "seed"])
def test_the_keyboard_comes_back_to_where_it_was(hand: Hand, part: str) -> None:
    card = hand.window.docks.docks["patches"].widget().cards.cards[0]
    number = card.fields.findChild(Number, "coefficient")
    before: QWidget = {
        "slider": number.slider,
        "field": number.field,
        "switch": card.enabled,
        "view": hand.window.view_switch.buttons["original"],
        "seed": hand.window.level_bar.seed,
    }[part]
    before.setFocus(Qt.FocusReason.TabFocusReason)
    hand.key(Qt.Key.Key_F11)
    assert QApplication.focusWidget() is hand.window.maze_view.canvas
    hand.key(Qt.Key.Key_Escape)
    # The panels are laid out once more a moment later.
    QTest.qWait(50)
    assert QApplication.focusWidget() is before


def test_the_maze_has_the_keyboard_when_what_had_it_is_gone(hand: Hand) -> None:
    card = hand.window.docks.docks["patches"].widget().cards.cards[0]
    card.enabled.setFocus(Qt.FocusReason.TabFocusReason)
    hand.key(Qt.Key.Key_F11)
    hand.key(Qt.Key.Key_Z, CONTROL)
    assert not hand.document.state.stack.patches
    hand.key(Qt.Key.Key_Escape)
    QTest.qWait(50)
    assert QApplication.focusWidget() is hand.window.maze_view.canvas


def test_there_is_no_frame_on_stage_until_tab_moves(hand: Hand) -> None:
    hand.window.maze_view.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    if not rings(hand):
        hand.key(Qt.Key.Key_Tab)
        hand.key(Qt.Key.Key_Backtab)
    assert rings(hand)
    hand.key(Qt.Key.Key_F11)
    assert not rings(hand)
    hand.key(Qt.Key.Key_Tab)
    hand.key(Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is hand.window.maze_view.canvas
    assert rings(hand)


def test_what_is_typed_into_a_field_is_not_shown_as_keys(hand: Hand) -> None:
    hand.key(Qt.Key.Key_F11)
    stage, line = hand.window.features.presentation.stage, hand.window.features.commands.line
    hand.key(Qt.Key.Key_P, CONTROL | SHIFT)
    assert stage.keys == ("Ctrl", "Shift", "P")
    stage.clear()
    QTest.keyClicks(line, "coef")
    hand.key(Qt.Key.Key_Backspace)
    assert line.text() == "coe"
    assert stage.keys == ()
    hand.key(Qt.Key.Key_Down)
    assert stage.keys == ("↓",)
    hand.key(Qt.Key.Key_Escape)
    assert stage.keys == ("Esc",)
    hand.key(Qt.Key.Key_P)
    assert stage.keys == ("P",)
    assert not hand.document.state.stack.active
