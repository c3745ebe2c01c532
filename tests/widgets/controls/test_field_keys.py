"""Keys in fields of the real window: Enter and Esc give the keyboard back, commands with a modifier work there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QWidget

from app.document import maze_edits
from app.document.view_mode import Mode
from app.interventions.patches import Mean, Noise, PatchStack, Resample, Scale, SetValue
from tests.widgets.conftest import Hand, MakeHand, Shared
from widgets.controls.number_field import ExactNumber
from widgets.panels.patches.card import ChannelsEntry


@pytest.fixture(scope="module")
def shared(make_shared: MakeHand) -> Shared:
    return Shared(make_shared(engine=False))


@pytest.fixture
def hand(shared_hand: Hand) -> Hand:
    """The module's window, put back as it was before each test, with a patch."""
    return prepared(shared_hand)


def prepared(hand: Hand) -> Hand:
    patch = SetValue(channels=(1,), square=(7, 7), value=2.0)
    maze_edits.set_stack(hand.document, "Set a value", PatchStack((patch,)))
    hand.window.docks.bring("patches")
    hand.window.patches_panel.cards.cards[0].set_open(True)
    QApplication.processEvents()
    return hand


def typed(field: QWidget, text: str) -> None:
    field.setFocus()
    field.selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(field, text)


def value_field(hand: Hand) -> ExactNumber:
    found = hand.window.patches_panel.cards.cards[0].findChildren(ExactNumber)
    return next(field for field in found if field.accessibleName() == "Value")


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_a_view_key_after_enter_changes_the_view_and_no_number(hand: Hand, key: Qt.Key) -> None:
    field = value_field(hand)
    typed(field, "3.5")
    QTest.keyClick(field, key)
    assert hand.document.state.stack.patches[0].value == 3.5
    assert QApplication.focusWidget() is hand.window.keyboard_home
    hand.key(Qt.Key.Key_4)
    assert hand.context.view.mode == Mode.SIDE_BY_SIDE
    assert hand.document.state.stack.patches[0].value == 3.5
    assert field.text() == "3.5"


def test_a_seed_that_was_entered_does_not_look_as_if_it_were_being_typed(hand: Hand) -> None:
    field = hand.window.level_bar.seed
    typed(field, "137")
    QTest.keyClick(field, Qt.Key.Key_Return)
    hand.wait(lambda: hand.document.state.tab.seed == 137)
    assert QApplication.focusWidget() is hand.window.keyboard_home
    assert not field.lineEdit().hasSelectedText()


@pytest.mark.parametrize("mode", list(Mode))
def test_in_every_view_the_keyboard_goes_to_a_maze_in_sight(hand: Hand, mode: Mode) -> None:
    hand.context.view.set_mode(mode)
    field, canvas = value_field(hand), hand.window.maze_view.canvas
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        typed(field, "3.5")
        QTest.keyClick(field, key)
        assert QApplication.focusWidget() is canvas
        assert canvas.isVisible()
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is not canvas


def test_esc_drops_what_was_typed_and_leaves_the_field(hand: Hand) -> None:
    field = value_field(hand)
    typed(field, "9")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is hand.window.keyboard_home
    assert (field.text(), hand.document.state.stack.patches[0].value) == ("2", 2.0)
    entry = hand.window.patches_panel.cards.cards[0].findChild(ChannelsEntry)
    typed(entry, "5-7")
    QTest.keyClick(entry, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is hand.window.keyboard_home
    assert (entry.text(), hand.document.state.stack.patches[0].channels) == ("1", (1,))


def test_commands_with_a_modifier_work_in_every_field(make_hand: MakeHand) -> None:
    hand = prepared(make_hand(engine=False))
    seen: list[str] = []
    action = hand.context.actions["export.picture"]
    action.triggered.disconnect()
    action.triggered.connect(lambda: seen.append("export"))
    for field in (value_field(hand), hand.window.level_bar.seed, hand.window.findChild(ChannelsEntry)):
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    assert seen == ["export"] * 3


def test_a_command_on_a_key_that_qts_fields_keep_for_themselves_works_there(make_hand: MakeHand) -> None:
    # Everywhere Qt moves to the start of a field by Ctrl+Home, and on X11 to its end by Ctrl+E.
    hand = prepared(make_hand())
    player = hand.window.playback.player
    hand.wait(lambda: player.fresh and player.last > 0)
    for field in (value_field(hand), hand.window.level_bar.seed, hand.window.findChild(ChannelsEntry)):
        player.seek(1)
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
        assert player.step == 0
        assert QApplication.focusWidget() is field


def test_a_fields_own_editing_keys_stay(hand: Hand) -> None:
    field = value_field(hand)
    typed(field, "12")
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "12"
    assert QApplication.focusWidget() is field


def fields_in_sight(hand: Hand) -> list[QWidget]:
    """Every field for numbers or words in the window that can be typed into."""
    found = [*hand.window.findChildren(QAbstractSpinBox), *hand.window.findChildren(QLineEdit)]
    return [
        field
        for field in found
        if field.isVisible() and field.isEnabled() and not isinstance(field.parent(), QAbstractSpinBox)
    ]


def test_enter_and_esc_leave_every_field_of_the_window(make_hand: MakeHand) -> None:
    hand = prepared(make_hand(engine=False))
    patches = (Mean(), Resample(), Scale(), SetValue(channels=(1,), square=(7, 7), fill=0.5), Noise())
    maze_edits.set_stack(hand.document, "All", PatchStack(patches))
    for card in hand.window.patches_panel.cards.cards:
        card.set_open(True)
    hand.window.resize(1600, 900)
    seen: set[str] = set()
    for panel in ("patches", "explain", "vectors"):
        hand.window.docks.bring(panel)
        if panel == "vectors":
            hand.window.vectors_panel.new.click()
            hand.window.vectors_panel.make.kind.choose("averaged")
            hand.window.vectors_panel.make._show_fields()
        QApplication.processEvents()
        for field in fields_in_sight(hand):
            seen.add(field.accessibleName())
            for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
                field.setFocus()
                assert QApplication.focusWidget() is field
                QTest.keyClick(field, key)
                assert QApplication.focusWidget() is hand.window.keyboard_home, (field.accessibleName(), key)
    wanted = {"Level seed", "Seed", "Observations", "Value", "Row", "Channels", "Sigma", "Fill", "Levels", "Positive ×"}
    assert wanted <= seen, seen
