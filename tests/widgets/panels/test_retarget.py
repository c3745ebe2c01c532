"""Retargeting in the window: cheese channels are found, pinned, and the pin is dragged over the maze."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document import maze_edits, patch_edits
from app.document.view_mode import Mode
from app.field.measures import path_probability
from app.interventions.patches import AddVector, PatchStack, SetValue, Zero
from app.maze.maze import Maze
from app.number_format import fixed
from app.policy.layers import DEFAULT_LAYER
from app.policy.loading import load_policy
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.policy.policy_info import default_policy_path
from app.studies.cheese_channels import find_cheese_channels
from app.studies.working_layer import LAYERS, WorkingLayer, find_working_layer
from tests.widgets.conftest import Hand, MakeHand
from tests.widgets.panels.conftest import Desk, MakeDesk
from widgets.actions.pin_actions import PIN_VALUE
from widgets.maze_view.canvas_items import FADE
from widgets.panels.patches import PatchesPanel
from widgets.services import cheese_channel_cache
from widgets.services.cheese_channel_cache import LEVELS

OTHER_LAYER = "embedder.block3.res1.resadd"


def test_cheese_channels_are_measured_and_offered_as_defaults(desk: Desk) -> None:
    panel = desk.put(PatchesPanel)
    desk.click(panel.find_button)
    assert panel.finder.isVisible()
    assert panel.progress.isVisible()
    desk.wait(lambda: panel.finder.list.count() > 0)
    assert not panel.progress.isVisible()
    policy = desk.document.state.policy
    assert policy is not None
    expected = find_cheese_channels(policy, layer_name=DEFAULT_LAYER, world=15, count=LEVELS)
    shown = [panel.finder.list.item(at).data(Qt.ItemDataRole.UserRole) for at in range(panel.finder.list.count())]
    assert shown == [each.channel for each in expected[: len(shown)]]
    assert panel.finder.ticked == desk.context.cheese.defaults(policy, DEFAULT_LAYER, 15)
    panel.finder.list.item(1).setCheckState(Qt.CheckState.Checked)
    ticked = tuple(sorted(panel.finder.ticked))
    desk.click(panel.finder.pin)
    assert desk.patches == (SetValue(channels=ticked, square=(9, 9), value=PIN_VALUE),)
    assert not panel.finder.isVisible()
    desk.click(panel.find_button)
    desk.click(panel.finder.zero)
    assert desk.patches[1] == Zero(channels=tuple(sorted(desk.context.cheese.defaults(policy, DEFAULT_LAYER, 15))))


def test_finding_can_be_stopped_and_begun_again(desk: Desk) -> None:
    panel = desk.put(PatchesPanel)
    desk.click(panel.find_button)
    desk.click(panel.progress.cancel)
    assert not panel.progress.isVisible()
    assert "Stopped" in panel.finder._words.text()
    assert panel.finder.list.count() == 0
    desk.click(panel.find_button)
    desk.click(panel.find_button)
    desk.wait(lambda: panel.finder.list.count() > 0)


def test_the_menu_pins_the_cheese_channels_once_they_are_known(desk: Desk) -> None:
    panel = desk.put(PatchesPanel)
    panel.menu.add_pin()
    desk.wait(lambda: len(desk.patches) == 1)
    policy = desk.document.state.policy
    assert policy is not None
    patch = desk.patches[0]
    assert isinstance(patch, SetValue)
    assert patch.channels == desk.context.cheese.defaults(policy, DEFAULT_LAYER, 15)


def test_what_steers_acts_where_it_works_and_names_another_layer(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    actions = hand.context.actions
    assert not actions["patches.subtract_here"].isEnabled()
    hand.context.view.set_layer("embedder.relu3")
    assert actions["patches.subtract_here"].text() == "Subtract the cheese vector at relu3"
    assert actions["patches.pin_here"].text() == "Retarget: pin the cheese channels at relu3"
    for name in ("subtract", "subtract_here", "top_right"):
        actions.trigger(f"patches.{name}")
    layers = [patch.layer for patch in hand.document.state.stack.patches]
    assert layers == [DEFAULT_LAYER, "embedder.relu3", DEFAULT_LAYER]
    hand.context.view.set_layer("embedder.fc")
    assert not actions["patches.pin_here"].isEnabled()
    maze_edits.open_policy(hand.document, load_policy(default_policy_path()))
    hand.context.view.set_tool("pin")
    hand.click((9, 7))
    patch = hand.document.state.stack.patches[-1]
    # Its facts name the setting that led it best.
    assert patch == SetValue(layer="embedder.block1.res2.resadd", channels=(11,), square=(9, 7), value=20.0)


def test_the_layer_is_chosen_by_what_was_measured(reference_policy: Policy) -> None:
    found = find_working_layer(reference_policy, 15, count=12)
    assert found.levels >= 4
    assert found.best == DEFAULT_LAYER
    assert found.shift(DEFAULT_LAYER) < -5
    elsewhere = WorkingLayer(LAYERS, (-0.1, -8.0, -0.3, -2.0, float("nan"), 0.0), 7)
    assert elsewhere.best == "embedder.block1.res2.resadd" != elsewhere.layers[2] == DEFAULT_LAYER
    assert WorkingLayer(LAYERS, (-0.1, -8.0, -4.5, 0.0, 0.0, 0.0), 7).best == DEFAULT_LAYER
    assert WorkingLayer(LAYERS, (float("nan"),) * 6, 7).best == DEFAULT_LAYER


def test_a_pin_says_how_surely_the_mouse_is_led_there(make_desk: MakeDesk) -> None:
    target = (9, 9)
    pin = SetValue(channels=(3,), square=target, value=30.0)
    desk = make_desk(stack=PatchStack((pin,)))
    panel = desk.put(PatchesPanel, height=900)
    answer = desk.context.bridge.answer
    assert answer is not None
    before, after = (path_probability(field, target) for field in (answer.original, answer.patched))
    assert before is not None
    assert after is not None
    lead = panel.cards.cards[0].lead
    assert lead.isVisible()
    assert lead.text() == f"Path probability to the pin {fixed(before)} → {fixed(after)}"
    patch_edits.move_pin(desk.document, 0, (0, 0))
    desk.answered()
    assert lead.text() == "The pin is on a wall: no way leads to it"
    patch_edits.open_stack(desk.document, PatchStack((AddVector(coefficient=-1.0),)))
    maze_edits.remove_cheese(desk.document)
    desk.answered()
    assert "the maze has no cheese" in panel.cards.cards[0].effect.text()


def test_a_card_takes_the_cheese_channels_as_its_own(make_desk: MakeDesk) -> None:
    desk = make_desk(stack=PatchStack((Zero(channels=(30, 31)), Zero(layer="embedder.fc"))))
    panel = desk.put(PatchesPanel, height=900)
    assert not panel.cards.cards[1].cheese.isEnabled()
    desk.click(panel.cards.cards[0].cheese)
    desk.wait(lambda: len(desk.verbs) == 1)
    policy = desk.document.state.policy
    assert policy is not None
    defaults = desk.context.cheese.defaults(policy, DEFAULT_LAYER, 15)
    assert desk.patches[0] == Zero(channels=tuple(sorted(defaults)))


def test_what_was_asked_for_first_comes_too_and_closing_the_finder_ends_only_its_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_begin, measure = threading.Event(), cheese_channel_cache._measure

    def measure_later(*arguments: Any) -> object:
        assert may_begin.wait(60)
        return measure(*arguments)

    monkeypatch.setattr(cheese_channel_cache, "_measure", measure_later)
    panel = desk.put(PatchesPanel)
    panel.menu.add_pin()
    desk.context.view.set_layer(OTHER_LAYER)
    panel.menu.add_pin_here()
    desk.click(panel.find_button)
    desk.click(panel.find_button)
    assert panel.progress.isVisible()
    may_begin.set()
    desk.wait(lambda: len(desk.patches) == 2)
    assert [patch.layer for patch in desk.patches] == [DEFAULT_LAYER, OTHER_LAYER]
    desk.wait(lambda: not desk.context.busy)
    may_begin.clear()
    desk.context.view.set_layer("embedder.block3.res2.resadd")
    desk.click(panel.find_button)
    assert panel.progress.isVisible()
    desk.click(panel.find_button)
    assert not panel.progress.isVisible(), "what nobody waits for is not measured"
    may_begin.set()
    desk.idle()


def test_the_finder_follows_the_policy_and_keeps_ticks_otherwise(desk: Desk) -> None:
    panel = desk.put(PatchesPanel)
    desk.click(panel.find_button)
    desk.wait(lambda: panel.finder.list.count() > 0)
    panel.finder.list.item(1).setCheckState(Qt.CheckState.Checked)
    ticked = panel.finder.ticked
    desk.context.view.set_layer(OTHER_LAYER)
    panel.menu.add_pin_here()
    desk.wait(lambda: len(desk.patches) == 1)
    assert panel.finder.ticked == ticked
    other = policy_of(random_network(1, 5), "other")
    maze_edits.open_policy(desk.document, other)
    assert panel.finder.list.count() == 0, "channels of the policy before are not offered"
    assert not panel.finder.pin.isEnabled()
    desk.wait(lambda: panel.finder.list.count() > 0)
    assert panel.finder.ticked == desk.context.cheese.defaults(other, OTHER_LAYER, 15)


def test_the_command_brings_the_closed_panel(hand: Hand) -> None:
    dock = hand.window.docks.docks["patches"]
    dock.close()
    assert not dock.isVisible()
    hand.context.actions.trigger("patches.find")
    panel = dock.widget()
    assert isinstance(panel, PatchesPanel)
    assert panel.finder.isVisible()
    assert not panel.finder.visibleRegion().isEmpty()
    hand.wait(lambda: panel.finder.list.count() > 0)


def test_the_command_measures_the_layer_shown_now_where_another_is_offered(hand: Hand) -> None:
    panel = hand.window.docks.docks["patches"].widget()
    assert isinstance(panel, PatchesPanel)
    hand.context.actions.trigger("patches.find")
    hand.wait(lambda: panel.finder.list.count() > 0)
    hand.context.view.set_layer(OTHER_LAYER)
    hand.context.actions.trigger("patches.find")
    assert panel.finder.isVisible()
    hand.wait(lambda: panel.finder.list.count() > 0)
    policy = hand.document.state.policy
    assert policy is not None
    assert panel.finder.ticked == hand.context.cheese.defaults(policy, OTHER_LAYER, 15)
    panel.finder.list.item(1).setCheckState(Qt.CheckState.Checked)
    ticked = panel.finder.ticked
    hand.context.actions.trigger("patches.find")
    assert panel.finder.ticked == ticked, "what is offered already is left as it is"


def test_the_finder_leaves_the_place_between_the_panels(hand: Hand) -> None:
    window, docks = hand.window, hand.window.docks.docks
    window.resize(1600, 940)
    QApplication.processEvents()
    window.docks.share_out()
    QApplication.processEvents()
    panel = docks["patches"].widget()
    assert isinstance(panel, PatchesPanel)
    for patches in ((), (Zero(channels=(1,)),)):
        patch_edits.open_stack(hand.document, PatchStack(patches))
        hand.answered()
        heights = [docks[name].height() for name in ("patches", "channels")]
        hand.context.cheese._known.clear()
        panel.find_button.click()
        QApplication.processEvents()
        assert panel.progress.isVisible()
        assert [docks[name].height() for name in ("patches", "channels")] == heights
        hand.wait(lambda: panel.finder.list.count() > 0)
        QApplication.processEvents()
        assert [docks[name].height() for name in ("patches", "channels")] == heights
        panel.find_button.click()
        QApplication.processEvents()
        assert [docks[name].height() for name in ("patches", "channels")] == heights


def pinned(make_hand: MakeHand, *patches: SetValue | Zero) -> tuple[Hand, Maze]:
    hand = make_hand()
    hand.context.view.set_mode(Mode.PATCHED)
    patch_edits.open_stack(hand.document, PatchStack(patches))
    hand.answered()
    return hand, hand.maze


def test_the_pin_is_dragged_over_the_maze_and_the_field_follows(make_hand: MakeHand) -> None:
    start, corner = (5, 5), (9, 9)
    hand, maze = pinned(make_hand, SetValue(channels=(3,), square=start, value=5.5))
    assert hand.window.maze_view.canvas.pins.pins == ((start, True),)
    hand.context.view.set_tool("pin")
    undoable = len(hand.document.history.done)
    hand.press(start)
    hand.move((5, 7))
    patch = hand.document.state.stack.patches[0]
    assert isinstance(patch, SetValue)
    assert patch.square == (5, 7)
    hand.move(corner)
    hand.release(corner)
    assert hand.document.state.stack.patches == (SetValue(channels=(3,), square=corner, value=5.5),)
    assert hand.maze == maze
    assert len(hand.document.history.done) == undoable + 1
    hand.answered()
    hand.document.undo()
    assert hand.document.state.stack.patches == (SetValue(channels=(3,), square=start, value=5.5),)


def test_the_original_network_has_no_pin_and_the_tool_shows_where_it_acts(make_hand: MakeHand) -> None:
    square = (5, 7)
    hand, maze = pinned(make_hand, SetValue(channels=(3,), square=square, value=5.5))
    hand.context.view.set_mode(Mode.SIDE_BY_SIDE)
    panes = hand.window.maze_view.panes
    assert [bool(panes[role].canvas.pins.pins) for role in Mode.SIDE_BY_SIDE.roles] == [False, True, True]
    hand.context.view.set_mode(Mode.ORIGINAL)
    hand.click(square)
    assert hand.document.state.stack.patches[0] == SetValue(channels=(3,), square=square, value=5.5)
    assert hand.maze.is_wall(square), "the brush paints where no pin is seen"
    hand.document.undo()
    assert hand.maze == maze
    hand.context.view.set_tool("pin")
    hand.drag(square, (5, 8))
    assert hand.context.view.mode is Mode.PATCHED
    assert hand.window.maze_view.canvas.pins.pins == (((5, 8), True),)
    hand.answered()
    hand.move((5, 9))
    hand.move((5, 8))
    card = hand.window.maze_view.panes[Mode.PATCHED].readout.text().splitlines()
    assert card[0] == "(5, 8)  pin"
    assert card[1].startswith("Path probability to the pin ")


def test_channels_of_another_policy_are_told_and_found_again(desk: Desk) -> None:
    pin = SetValue(channels=(3, 5), square=(9, 9), value=PIN_VALUE)
    patch_edits.open_stack(desk.document, PatchStack((pin, Zero(channels=(7,)))))
    panel = desk.put(PatchesPanel)
    note = panel.other_policy
    assert not note.isVisible()
    other = policy_of(random_network(1, 5), "other")
    maze_edits.open_policy(desk.document, other)
    assert note.isVisible()
    assert note.words.text().replace("\u200b", "").startswith("Channels 3, 5, 7 of the stack were chosen for small")
    desk.document.undo()
    assert not note.isVisible()
    desk.document.redo()
    desk.click(note.again)
    desk.wait(lambda: not note.isVisible())
    wanted = tuple(sorted(desk.context.cheese.defaults(other, DEFAULT_LAYER, 15)))
    assert desk.patches == (replace(pin, channels=wanted), Zero(channels=(7,)))
    assert desk.verbs[-1] == "Find channels again"
    for seed in (6, 7):
        maze_edits.show_checkpoint(desk.document, policy_of(random_network(1, seed), f"step {seed}"))
        assert not note.isVisible(), "a series is one network as it learns"


def test_a_pin_is_a_thing_that_other_tools_drag_too(make_hand: MakeHand) -> None:
    hand, maze = pinned(make_hand, SetValue(channels=(3,), square=(6, 5), value=5.5), Zero(channels=(1,)))
    hand.context.view.set_tool("wall")
    hand.drag((6, 5), (7, 5))
    patch = hand.document.state.stack.patches[0]
    assert isinstance(patch, SetValue)
    assert patch.square == (7, 5)
    assert hand.maze == maze


def test_a_pin_is_seen_on_the_square_where_it_can_be_taken_hold_of(make_hand: MakeHand) -> None:
    square = (7, 5)
    hand, maze = pinned(make_hand)
    canvas = hand.window.maze_view.canvas
    patch_edits.open_stack(hand.document, PatchStack((SetValue(channels=(3,), square=square, value=0.0),)))
    hand.answered()

    def still() -> bool:
        before = canvas.grab().toImage()
        QTest.qWait(FADE)
        return bool(canvas.grab().toImage() == before)

    # A field fades in, which is not to be taken for the pin.
    hand.wait(still)
    with_pin = canvas.grab().toImage()
    canvas.pins.hide()
    without = canvas.grab().toImage()
    canvas.pins.show()
    points = (QPoint(x, y) for x in range(with_pin.width()) for y in range(with_pin.height()))
    seen = [point for point in points if with_pin.pixel(point) != without.pixel(point)]
    assert seen
    for end in (min(seen, key=QPoint.y), max(seen, key=QPoint.y), min(seen, key=QPoint.x), max(seen, key=QPoint.x)):
        QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=end)
        hand.move((5, 7))
        hand.release((5, 7))
        patch = hand.document.state.stack.patches[0]
        assert isinstance(patch, SetValue)
        assert patch.square == (5, 7)
        hand.document.undo()
    assert hand.maze == maze


def test_the_tool_adds_a_pin_where_there_is_none(make_hand: MakeHand) -> None:
    hand, _ = pinned(make_hand)
    hand.context.view.set_tool("pin")
    hand.click((9, 7))
    hand.wait(lambda: len(hand.document.state.stack.patches) == 1)
    patch = hand.document.state.stack.patches[0]
    assert isinstance(patch, SetValue)
    assert patch.square == (9, 7)
    hand.click((5, 5))
    assert len(hand.document.state.stack.patches) == 1


def test_a_new_pin_follows_the_drag_that_puts_it_down(make_hand: MakeHand) -> None:
    hand, _ = pinned(make_hand)
    hand.context.view.set_tool("pin")
    hand.drag((9, 7), (9, 8), (9, 9))
    hand.wait(lambda: len(hand.document.state.stack.patches) == 1)
    patch = hand.document.state.stack.patches[0]
    assert isinstance(patch, SetValue)
    assert patch.square == (9, 9)
