"""After a slider or a button was used by the mouse, keys are the window's; after Tab, they are the control's."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.document import patch_edits
from app.interventions.patches import AddVector
from tests.widgets.conftest import Hand
from widgets.controls.number_field import Number
from widgets.panels.channels.enlarged_channel import ChannelPicture
from widgets.panels.channels.thumbnail_grid import ChannelGrid
from widgets.panels.patches.card import PatchCard

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
PAGE_KEYS = [(Qt.Key.Key_PageDown, "level.next"), (Qt.Key.Key_PageUp, "level.previous")]


@pytest.fixture
def walking(shared_hand: Hand) -> Hand:
    """The module's window with a patch, whose mouse is ready to walk."""
    hand = shared_hand
    patch_edits.add_patch(hand.document, AddVector(coefficient=-1.0))
    hand.window.docks.bring("patches")
    hand.wait(lambda: hand.window.playback.player.fresh)
    return hand


def card(hand: Hand) -> PatchCard:
    return hand.window.docks.docks["patches"].widget().cards.cards[0]


def coefficient(hand: Hand) -> float:
    (patch,) = hand.document.state.stack.patches
    assert isinstance(patch, AddVector)
    return patch.coefficient


def drag_slider(hand: Hand) -> float:
    """Drag the coefficient's handle a little; gives the value it is let go at."""
    number = card(hand).fields.findChild(Number, "coefficient")
    assert number is not None
    slider = number.slider
    start, middle = slider.handle_x(), slider.height() // 2
    QTest.mousePress(slider, LEFT, pos=QPoint(start, middle))
    for x in (start + 8, start + 20):
        QTest.mouseMove(slider, QPoint(x, middle))
    QTest.mouseRelease(slider, LEFT, pos=QPoint(start + 20, middle))
    assert QApplication.focusWidget() is slider
    hand.wait(lambda: hand.window.playback.player.fresh)
    assert coefficient(hand) > -1.0
    return coefficient(hand)


def tab_to(hand: Hand, control: QWidget) -> None:
    for _ in range(200):
        hand.key(Qt.Key.Key_Tab)
        if QApplication.focusWidget() is control:
            return
    raise AssertionError(f"Tab never reaches {control.accessibleName()}")


def test_space_plays_after_a_slider_was_dragged_and_arrow_keys_still_move_it(walking: Hand) -> None:
    player, dragged = walking.window.playback.player, drag_slider(walking)
    walking.key(Qt.Key.Key_Space)
    assert player.playing
    walking.key(Qt.Key.Key_Space)
    assert not player.playing
    walking.key(Qt.Key.Key_Right)
    assert coefficient(walking) == pytest.approx(dragged + 0.1)
    walking.key(Qt.Key.Key_Home)
    assert coefficient(walking) == -10.0


@pytest.mark.parametrize("step", [0, 2])
def test_control_home_is_never_the_sliders(walking: Hand, step: int) -> None:
    dragged = drag_slider(walking)
    player = walking.window.playback.player
    player.seek(step)
    walking.key(Qt.Key.Key_Home, CONTROL)
    assert player.step == 0
    assert coefficient(walking) == dragged


@pytest.mark.parametrize(
    ("key", "action"), [(Qt.Key.Key_PageDown, "level.next"), (Qt.Key.Key_PageUp, "level.previous")]
)
def test_pages_are_levels_after_a_slider_was_dragged_and_steps_after_tab(
    walking: Hand, key: Qt.Key, action: str
) -> None:
    asked: list[bool] = []
    walking.context.actions[action].triggered.connect(lambda on=False: asked.append(on))
    dragged = drag_slider(walking)
    walking.key(key)
    assert len(asked) == 1
    slider = QApplication.focusWidget()
    assert slider is not None
    walking.key(Qt.Key.Key_Tab)
    walking.key(Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is slider
    assert coefficient(walking) == dragged
    walking.key(key)
    assert len(asked) == 1
    assert coefficient(walking) != dragged


@pytest.mark.parametrize("where", ["view", "card", "rollout"])
def test_space_plays_after_a_click_on_a_button(walking: Hand, where: str) -> None:
    player, window = walking.window.playback.player, walking.window
    button = {
        "view": window.view_switch.buttons["patched"],
        "card": card(walking).enabled,
        "rollout": window.playback.bar.buttons["playback.forward"],
    }[where]
    QTest.mouseClick(button, LEFT, pos=QPoint(10, button.height() // 2))
    walking.wait(lambda: player.fresh)
    checked = button.isChecked()
    walking.key(Qt.Key.Key_Space)
    assert player.playing
    assert button.isChecked() == checked
    player.pause()


def test_space_plays_after_a_click_on_a_channel_and_switches_after_tab(walking: Hand) -> None:
    walking.window.docks.bring("channels")
    grid, player = walking.window.findChild(ChannelGrid), walking.window.playback.player
    large = walking.window.findChild(ChannelPicture)
    assert grid is not None
    assert large is not None
    walking.wait(lambda: grid.shown is not None)
    stack = walking.document.state.stack
    QTest.mouseClick(grid.viewport(), LEFT, pos=grid.picture_rect(2).center())
    QTest.mouseMove(large, QPoint(1, 1))
    QTest.mousePress(large, LEFT, pos=QPoint(1, 1))
    QTest.mouseRelease(large, LEFT, pos=QPoint(1, 1))
    for part in (large, grid):
        walking.key(Qt.Key.Key_Space)
        assert walking.document.state.stack == stack, part
        assert player.playing, part
        player.pause()
        if part is large:
            walking.key(Qt.Key.Key_Escape)
            # It has a window of its own.
            walking.window.activateWindow()
            walking.wait(walking.window.isActiveWindow)
            QTest.mousePress(grid.viewport(), LEFT, pos=grid.picture_rect(1).center())
    grid.setFocus()
    walking.key(Qt.Key.Key_Tab)
    walking.key(Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is grid
    walking.key(Qt.Key.Key_Space)
    assert walking.document.state.stack != stack
    assert not player.playing


def test_space_presses_a_button_that_tab_led_to_even_after_it_was_clicked(walking: Hand) -> None:
    player, switch = walking.window.playback.player, card(walking).enabled
    QTest.mouseClick(switch, LEFT, pos=QPoint(10, switch.height() // 2))
    assert not switch.isChecked()
    walking.key(Qt.Key.Key_Tab)
    walking.key(Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is switch
    walking.key(Qt.Key.Key_Space)
    assert switch.isChecked()
    assert not player.playing
    forward = walking.window.playback.bar.buttons["playback.forward"]
    walking.wait(lambda: player.fresh)
    walking.window.maze_view.canvas.setFocus()
    tab_to(walking, forward)
    walking.key(Qt.Key.Key_Space)
    assert player.step == 1
    assert not player.playing


def test_space_presses_what_tab_led_to_in_a_floating_panel(walking: Hand) -> None:
    dock, switch = walking.window.docks.docks["patches"], card(walking).enabled
    dock.setFloating(True)
    dock.activateWindow()
    walking.wait(dock.isActiveWindow)
    switch.setFocus(Qt.FocusReason.TabFocusReason)
    walking.key(Qt.Key.Key_Space)
    assert not switch.isChecked()
    assert not walking.window.playback.player.playing
    dock.setFloating(False)
