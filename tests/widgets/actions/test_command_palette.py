"""The command palette, and every tooltip, menu and list made from the one registry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document import patch_edits
from app.interventions.patches import Zero
from tests.widgets.conftest import Hand, MakeHand, Shared
from widgets.controls.fuzzy_match import match
from widgets.controls.keycaps import keys_of

CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="module")
def shared(make_shared: MakeHand) -> Shared:
    return Shared(make_shared(engine=False))


@pytest.fixture
def hand(shared_hand: Hand) -> Hand:
    """The module's window, put back as it was before each test."""
    return shared_hand


def titles(hand: Hand) -> list[str]:
    return [row.action.text() for row in hand.window.features.commands.rows.rows]


def open_commands(hand: Hand) -> None:
    hand.key(Qt.Key.Key_P, CONTROL_SHIFT)
    hand.wait(lambda: QApplication.focusWidget() is hand.window.features.commands.line)


def test_a_few_letters_and_enter_do_a_command(hand: Hand) -> None:
    open_commands(hand)
    QTest.keyClicks(hand.window.features.commands.line, "sbs")
    assert titles(hand)[0] == "Side by side"
    hand.key(Qt.Key.Key_Return)
    assert hand.context.view.mode == "side_by_side"
    assert not hand.window.features.commands.isVisible()
    open_commands(hand)
    assert titles(hand)[0] == "Side by side", "the one used last is first"


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("coef", "Subtract the cheese vector"),
        ("top-right", "Add the top-right vector"),
        ("effect", "Patches on/off"),
        ("ablat", "Panel: Channels"),
        ("steer", "Retarget: pin the cheese channels"),
        ("activation addition", "Add the top-right vector"),
        ("seed", "Random level"),
        ("gif", "Export movie…"),
        ("video", "Export movie…"),
        ("svg", "Export picture…"),
        ("csv", "Export numbers…"),
        ("checkpoint", "Open policy…"),
        ("talk", "Presentation"),
        ("patches on/off", "Switch all patches off"),
    ],
)
def test_commands_are_found_by_what_else_they_are_called(hand: Hand, typed: str, title: str) -> None:
    patch_edits.add_patch(hand.document, Zero())
    open_commands(hand)
    QTest.keyClicks(hand.window.features.commands.line, typed)
    wanted = "Switch all patches off" if title == "Patches on/off" else title
    assert wanted in titles(hand)[:6]


@pytest.mark.parametrize(
    ("typed", "first", "later"),
    [("undo", "Undo add zero patch", "Panel: History"), ("random", "Random level", "New maze…")],
)
def test_what_has_it_in_its_title_comes_before_what_is_called_so_too(
    hand: Hand, typed: str, first: str, later: str
) -> None:
    patch_edits.add_patch(hand.document, Zero())
    open_commands(hand)
    QTest.keyClicks(hand.window.features.commands.line, typed)
    assert titles(hand)[0] == first
    assert later in titles(hand)
    (row,) = (row for row in hand.window.features.commands.rows.rows if row.action.text() == later)
    assert row.places == (), "words that are searched for are not shown"


def test_arrow_keys_choose_and_escape_gives_the_keyboard_back(hand: Hand) -> None:
    before = QApplication.focusWidget()
    open_commands(hand)
    QTest.keyClicks(hand.window.features.commands.line, "tool")
    first = titles(hand)
    hand.key(Qt.Key.Key_Down)
    hand.key(Qt.Key.Key_Down)
    hand.key(Qt.Key.Key_Up)
    hand.key(Qt.Key.Key_Return)
    assert hand.context.actions[f"tool.{hand.context.view.tool}"].text() == first[1]
    open_commands(hand)
    hand.key(Qt.Key.Key_Escape)
    assert not hand.window.features.commands.isVisible()
    assert QApplication.focusWidget() is before


def test_letters_typed_there_are_no_shortcuts(hand: Hand) -> None:
    hand.context.view.set_tool("wall")
    open_commands(hand)
    hand.key(Qt.Key.Key_C)
    assert hand.context.view.tool == "wall"
    assert hand.window.features.commands.line.text() == "c"


def test_what_cannot_be_done_now_is_last_and_does_nothing(hand: Hand) -> None:
    open_commands(hand)
    QTest.keyClicks(hand.window.features.commands.line, "undo")
    rows = hand.window.features.commands.rows.rows
    undo = [row.spec.id for row in rows].index("edit.undo")
    assert all(not row.action.isEnabled() for row in rows[undo:])
    hand.window.features.commands._do(undo)
    assert hand.window.features.commands.isVisible()
    QTest.keyClicks(hand.window.features.commands.line, "zzzz")
    assert titles(hand) == []
    assert hand.window.features.commands.none.isVisible()
    hand.key(Qt.Key.Key_Return)
    assert hand.window.features.commands.isVisible()


def test_a_click_elsewhere_closes_it(hand: Hand) -> None:
    open_commands(hand)
    hand.window.maze_view.canvas.setFocus()
    assert not hand.window.features.commands.isVisible()


def test_every_action_is_in_a_menu_and_its_tooltip_ends_with_its_keys(hand: Hand) -> None:
    in_menus = set()
    menus = [action.menu() for action in hand.window.menuBar().actions()]
    while menus:
        menu = menus.pop()
        for action in menu.actions():
            in_menus.add(action.objectName())
            if action.menu() is not None:
                menus.append(action.menu())
    for spec in hand.context.actions:
        action = hand.context.actions[spec.id]
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        assert action.toolTip().endswith(f"({shown})") if shown else action.toolTip()
    around = {"file.new", "view.commands", "view.presentation", "view.reset_layout", "help.about", "help.shortcuts"}
    assert around | {f"panel.{name}" for name in hand.window.docks.docks} <= in_menus


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("undo", "Undo", "Random level of procgen's own"),
        ("sas", "Save session as…", "Side by side as it was"),
        ("fit", "Fit the maze", "Flip it"),
        ("rl", "Random level", "Colours: light"),
        ("sample 100", "Sample 100 episodes", "Sample 1,000 episodes"),
        ("sample 1000", "Sample 1,000 episodes", "Sample 100 episodes"),
    ],
)
def test_words_and_their_beginnings_count_more(typed: str, better: str, worse: str) -> None:
    first, second = match(typed, better), match(typed, worse)
    assert first is not None
    assert second is None or first.score > second.score


@given(st.text(max_size=12), st.text(max_size=20))
def test_a_match_holds_the_letters_in_order(typed: str, text: str) -> None:
    found = match(typed, text)
    wanted = [letter for letter in typed.casefold() if not letter.isspace()]
    if found is None:
        letters = iter(letter.lower() for letter in text)
        assert not all(letter in letters for letter in wanted)
    else:
        assert list(found.places) == sorted(set(found.places))
        assert [text[at].lower() for at in found.places] == wanted


@pytest.mark.parametrize(
    ("keys", "caps"),
    [("Ctrl+Shift+P", ("Ctrl", "Shift", "P")), ("Ctrl++", ("Ctrl", "+")), ("F1", ("F1",)), ("+", ("+",)), ("", ())],
)
def test_a_shortcut_is_its_keys(keys: str, caps: tuple[str, ...]) -> None:
    assert keys_of(QKeySequence(keys)) == caps


def test_text_and_colours_are_commands_and_their_menus_know_it(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    from PySide6.QtWidgets import QMenu

    menus = {menu.title(): menu for menu in hand.window.menuBar().findChildren(QMenu)}
    for letters, title, ticked in (("text 150", "Text size", "150%"), ("colours dark", "Appearance", "Dark")):
        open_commands(hand)
        QTest.keyClicks(hand.window.features.commands.line, letters)
        hand.key(Qt.Key.Key_Return)
        menus[title].aboutToShow.emit()
        assert [action.text() for action in menus[title].actions() if action.isChecked()] == [ticked]
    assert hand.context.settings.get("text_scale", 1.0) == 1.5
    assert hand.context.palette.name == "dark"


def test_it_takes_the_keyboard_from_a_floating_panel_and_lies_beside_it(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    hand.window.resize(1400, 800)
    dock, palette = hand.window.docks.docks["inspector"], hand.window.features.commands
    dock.setFloating(True)
    dock.resize(300, 300)
    dock.move(hand.window.mapToGlobal(QPoint(600, 60)))
    dock.activateWindow()
    hand.wait(dock.isActiveWindow)
    QTest.keyClick(dock, Qt.Key.Key_P, CONTROL_SHIFT)
    hand.wait(lambda: palette.line.hasFocus())
    lies = QRect(palette.mapToGlobal(QPoint()), palette.size())
    assert not lies.intersects(dock.frameGeometry())
    hand.key(Qt.Key.Key_Escape)
    hand.wait(dock.isActiveWindow)
    dock.setFloating(False)
