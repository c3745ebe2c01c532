"""A number of the stack is swept by the bar's axis and by its clock, as a user would."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.document import patch_edits
from app.interventions.patches import Noise, SetValue, Zero
from tests.widgets.conftest import Hand
from widgets.playback.sweep_player import VALUES

LAYER = "embedder.block2.res1.resadd"


@pytest.fixture
def opened(hand: Hand) -> Hand:
    """The window with its sweep's bar, and a stack of two numbers."""
    hand.context.actions["sweep.bar"].trigger()
    patch_edits.add_patch(hand.document, Zero(layer=LAYER, channels=(0,)))
    patch_edits.add_patch(hand.document, SetValue(layer=LAYER, channels=(4,), squares=((5, 5),), value=0.5))
    patch_edits.add_patch(hand.document, Noise(layer=LAYER, sigma=1.0, enabled=False))
    hand.answered()
    return hand


def press(hand: Hand, index: int) -> None:
    """Click on a value's place on the axis."""
    scrub = hand.window.sweep_bar.scrub
    QTest.mouseClick(scrub, Qt.MouseButton.LeftButton, pos=QPoint(scrub.x_of(index), scrub.height() // 2))


def test_the_axis_sets_the_number_and_shows_it(opened: Hand) -> None:
    bar = opened.window.sweep_bar
    assert [bar.number.itemText(at) for at in range(bar.number.count())] == [
        "Patch 2 (set-value patch): value",
        "Patch 3 (noise patch): sigma",
    ]
    before = len(opened.document.history.done)
    press(opened, VALUES - 1)
    assert opened.document.state.stack.patches[1].value == 2
    assert bar.said.text() == "2"
    opened.answered()
    assert opened.context.bridge.answer.request.stack.patches[1].value == 2
    press(opened, VALUES // 2)
    assert opened.document.state.stack.patches[1].value == 0
    assert len(opened.document.history.done) <= before + 2
    patch_edits.change_patch(opened.document, 1, "Set value", value=-1.0)
    assert bar.scrub.value() == VALUES // 4, "what the card sets shows on the axis"


def test_a_range_is_typed_and_played_in_one_undo(opened: Hand) -> None:
    bar = opened.window.sweep_bar
    bar.end.setFocus()
    bar.end.selectAll()
    QTest.keyClicks(bar.end, "-1")
    QTest.keyClick(bar.end, Qt.Key.Key_Return)
    press(opened, VALUES - 3)
    done = len(opened.document.history.done)
    opened.context.actions["sweep.play"].trigger()
    assert opened.context.actions["sweep.play"].text() == "Pause the sweep"
    opened.wait(lambda: opened.context.actions["sweep.play"].text() == "Play the sweep")
    assert opened.document.state.stack.patches[1].value == -1
    assert len(opened.document.history.done) == done + 1
    opened.document.undo()
    assert opened.document.state.stack.patches[1].value == pytest.approx(-1.05)


def test_another_number_is_chosen_and_its_patch_switched_on(opened: Hand) -> None:
    bar = opened.window.sweep_bar
    bar.number.setFocus()
    QTest.keyClick(bar.number, Qt.Key.Key_Down)
    press(opened, 0)
    noise = opened.document.state.stack.patches[2]
    assert (noise.sigma, noise.enabled) == (0, True)


def test_without_a_number_it_says_what_to_add(hand: Hand) -> None:
    bar = hand.window.sweep_bar
    assert bar.isHidden()
    hand.context.actions["sweep.bar"].trigger()
    assert "add a patch with a number" in bar.said.text()
    assert not hand.context.actions["sweep.play"].isEnabled()
    QTest.mouseClick(bar.close_button, Qt.MouseButton.LeftButton)
    assert bar.isHidden()
