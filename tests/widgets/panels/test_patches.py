"""The stack of patches: every control does what its name says, and is one undo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox

from app.document import patch_edits
from app.interventions.patches import (
    KINDS,
    NO_PATCHES,
    AddVector,
    Mean,
    Noise,
    Offset,
    Patch,
    PatchStack,
    ProjectOut,
    Resample,
    Scale,
    SetValue,
    Zero,
)
from tests.widgets.panels.conftest import Desk, MakeDesk
from widgets.controls.number_field import Number, WholeNumber
from widgets.controls.panel_parts import Choice
from widgets.panels.patches import PatchesPanel
from widgets.panels.patches.card import PatchCard
from widgets.panels.patches.target_choice import TargetField
from widgets.panels.patches.vector_choice import VectorChoice

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


def number(card: PatchCard, field: str) -> Number:
    found = card.fields.findChild(Number, field)
    assert isinstance(found, Number)
    return found


def put(make_desk: MakeDesk, *patches: Patch, height: int = 900) -> tuple[Desk, PatchesPanel]:
    desk = make_desk(stack=PatchStack(patches))
    return desk, desk.put(PatchesPanel, height=height)


def trigger(panel: PatchesPanel, title: str) -> None:
    panel.menu.aboutToShow.emit()
    next(action for action in panel.menu.actions() if action.text() == title).trigger()
    QApplication.processEvents()


def test_an_empty_stack_says_what_to_do_and_shows_an_example(desk: Desk) -> None:
    panel = desk.put(PatchesPanel)
    assert not panel.cards.isVisible()
    button = next(child for child in panel.findChildren(type(panel.add_button)) if child.text() == "Show an example")
    desk.click(button)
    assert desk.patches == (AddVector(coefficient=-1.0),)
    assert panel.cards.isVisible()
    desk.document.undo()
    assert not panel.cards.isVisible()


def test_every_kind_can_be_added_on_the_layer_shown(desk: Desk) -> None:
    desk.context.view.set_layer("embedder.block3.res1.resadd")
    panel = desk.put(PatchesPanel)
    for title in ("Zero", "Mean", "Resample", "Scale", "Set value", "Offset", "Add vector", "Project out", "Noise"):
        trigger(panel, title)
    assert [patch.kind for patch in desk.patches] == list(KINDS)
    assert {patch.layer for patch in desk.patches} == {"embedder.block3.res1.resadd"}
    assert len(panel.cards.cards) == len(KINDS)
    desk.answered()
    assert not any(card.problem.text() for card in panel.cards.cards)


def test_a_layer_without_pixels_gets_patches_that_fit_it(desk: Desk) -> None:
    desk.context.view.set_layer("embedder.fc")
    panel = desk.put(PatchesPanel)
    for title in ("Set value", "Add vector", "Scale"):
        trigger(panel, title)
    desk.answered()
    assert desk.patches[0] == SetValue(layer="embedder.fc", channels=(0,))
    assert not any(card.problem.text() for card in panel.cards.cards)


def test_dragging_a_slider_is_one_undo_and_the_field_follows(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, AddVector(coefficient=1.0))
    slider = number(panel.cards.cards[0], "coefficient").slider
    middle = slider.height() // 2
    desk.drag(slider, QPoint(slider.handle_x(), middle), *(QPoint(x, middle) for x in range(slider.handle_x(), 30, -9)))
    assert desk.verbs == ["Set coefficient"]
    moved = desk.patches[0]
    assert isinstance(moved, AddVector)
    assert -10 <= moved.coefficient < -5
    assert number(panel.cards.cards[0], "coefficient").field.value() == moved.coefficient
    desk.answered()
    assert desk.context.bridge.latest is not None
    assert desk.context.bridge.latest.request.stack.patches == (moved,)
    desk.document.undo()
    assert desk.patches == (AddVector(coefficient=1.0),)
    assert number(panel.cards.cards[0], "coefficient").field.value() == 1.0


def test_two_drags_are_two_undos(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, AddVector(coefficient=1.0))
    slider = number(panel.cards.cards[0], "coefficient").slider
    for x in (40, 200):
        desk.drag(slider, QPoint(slider.handle_x(), 8), QPoint(x + 5, 8), QPoint(x, 8))
    assert desk.verbs == ["Set coefficient", "Set coefficient"]


def test_shift_moves_ten_times_finer(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Scale(positive=2.0))
    slider = number(panel.cards.cards[0], "positive").slider
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, SHIFT, QPoint(slider.handle_x(), 8))
    start = slider.handle_x()
    for x in (start + 10, start + 20):
        # QTest's own move carries no modifier.
        event = _move(slider, QPoint(x, 8), SHIFT)
        QApplication.sendEvent(slider, event)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, SHIFT, QPoint(start + 20, 8))
    patch = desk.patches[0]
    assert isinstance(patch, Scale)
    assert 2.0 < patch.positive < 2.3
    desk.key(slider, Qt.Key.Key_Right)
    coarse = desk.patches[0]
    assert isinstance(coarse, Scale)
    assert coarse.positive == pytest.approx(patch.positive + 0.1)
    desk.key(slider, Qt.Key.Key_Right, SHIFT)
    fine = desk.patches[0]
    assert isinstance(fine, Scale)
    assert fine.positive == pytest.approx(coarse.positive + 0.01)


def _move(widget: object, at: QPoint, modifier: Qt.KeyboardModifier) -> object:
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    left = Qt.MouseButton.LeftButton
    return QMouseEvent(QEvent.Type.MouseMove, QPointF(at), QPointF(at), Qt.MouseButton.NoButton, left, modifier)


def test_exact_numbers_are_typed(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Noise(sigma=1.0, seed=3))
    card = panel.cards.cards[0]
    field = number(card, "sigma").field
    field.selectAll()
    QTest.keyClicks(field, "2.375")
    assert desk.patches == (Noise(sigma=1.0, seed=3),)
    desk.key(field, Qt.Key.Key_Return)
    assert desk.patches == (Noise(sigma=2.375, seed=3),)
    seed = card.fields.findChild(WholeNumber, "seed")
    assert isinstance(seed, WholeNumber)
    seed.selectAll()
    QTest.keyClicks(seed, "41")
    desk.key(seed, Qt.Key.Key_Return)
    assert desk.patches == (Noise(sigma=2.375, seed=41),)
    assert desk.verbs == ["Set sigma", "Set seed"]


def test_a_number_beyond_the_slider_is_shown_as_it_is(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, SetValue(channels=(1,), square=(7, 7), value=40.0))
    value = number(panel.cards.cards[0], "value")
    assert value.field.value() == 40.0
    assert value.slider.value() == value.slider.maximum()
    assert desk.patches[0] == SetValue(channels=(1,), square=(7, 7), value=40.0)


def test_switch_solo_duplicate_delete(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Zero(channels=(1,)), Noise())
    first, second = panel.cards.cards
    desk.click(first.enabled)
    assert desk.patches == (Zero(channels=(1,), enabled=False), Noise())
    assert first.title.property("muted")
    desk.click(first.enabled)
    desk.click(second.solo)
    assert desk.document.state.stack.active == ((1, Noise(solo=True)),)
    assert first.title.property("muted")
    assert not second.title.property("muted")
    desk.click(first.duplicate)
    assert [patch.kind for patch in desk.patches] == ["zero", "zero", "noise"]
    desk.click(panel.cards.cards[1].delete)
    assert desk.patches == (Zero(channels=(1,)), Noise(solo=True))
    for _ in range(5):
        desk.document.undo()
    assert desk.patches == (Zero(channels=(1,)), Noise())
    assert desk.verbs == []


def test_keys_duplicate_and_delete_a_card(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Zero(channels=(1,)), Noise())
    desk.key(panel.cards.cards[0], Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert [patch.kind for patch in desk.patches] == ["zero", "zero", "noise"]
    desk.key(panel.cards.cards[2], Qt.Key.Key_Delete)
    assert [patch.kind for patch in desk.patches] == ["zero", "zero"]


def test_cards_are_dragged_to_another_place(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Zero(channels=(1,)), Noise(), Scale())
    handle, last = panel.cards.cards[0].handle, panel.cards.cards[2]
    below = handle.mapFromGlobal(last.mapToGlobal(last.rect().bottomLeft()))
    desk.drag(handle, handle.rect().center(), below / 2, below)
    assert [patch.kind for patch in desk.patches] == ["noise", "scale", "zero"]
    assert desk.verbs == ["Move zero patch"]
    handle, first = panel.cards.cards[2].handle, panel.cards.cards[0]
    above = handle.mapFromGlobal(first.mapToGlobal(QPoint(5, 2)))
    desk.drag(handle, handle.rect().center(), above / 2, above)
    assert [patch.kind for patch in desk.patches] == ["zero", "noise", "scale"]
    handle, second = panel.cards.cards[0].handle, panel.cards.cards[1]
    between = handle.mapFromGlobal(second.mapToGlobal(second.rect().bottomLeft() - QPoint(-5, 2)))
    desk.drag(handle, handle.rect().center(), between / 2, between)
    assert [patch.kind for patch in desk.patches] == ["noise", "zero", "scale"]
    place = handle.rect().center()
    desk.drag(panel.cards.cards[0].handle, place, place + QPoint(0, 12))
    assert len(desk.verbs) == 3


def test_escape_leaves_the_order_and_alt_arrows_change_it(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Zero(channels=(1,)), Noise(), Zero(channels=(2,)))
    handle, last = panel.cards.cards[0].handle, panel.cards.cards[2]
    below = handle.mapFromGlobal(last.mapToGlobal(last.rect().bottomLeft()))
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=handle.rect().center())
    QTest.mouseMove(handle, below)
    desk.key(handle, Qt.Key.Key_Escape)
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=below)
    assert desk.verbs == []
    desk.key(panel.cards.cards[0].handle, Qt.Key.Key_Down, ALT)
    assert [patch.kind for patch in desk.patches] == ["noise", "zero", "zero"]
    desk.key(panel.cards.cards[1].handle, Qt.Key.Key_Up, ALT)
    desk.key(panel.cards.cards[0].handle, Qt.Key.Key_Up, ALT)
    assert [patch.kind for patch in desk.patches] == ["zero", "noise", "zero"]


def test_details_fold_and_stay_with_their_patch(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Zero(channels=(1,)), Zero(channels=(2,)))
    desk.click(panel.cards.cards[0].arrow)
    assert [card.is_open for card in panel.cards.cards] == [False, True]
    desk.key(panel.cards.cards[0].handle, Qt.Key.Key_Down, ALT)
    assert desk.patches == (Zero(channels=(2,)), Zero(channels=(1,)))
    assert [card.is_open for card in panel.cards.cards] == [True, False]


def test_channels_and_layer_are_changed_on_the_card(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Zero(channels=(1,)))
    card = panel.cards.cards[0]
    card.channels.selectAll()
    QTest.keyClicks(card.channels, "12, 3-5")
    desk.key(card.channels, Qt.Key.Key_Return)
    assert desk.patches == (Zero(channels=(3, 4, 5, 12)),)
    assert card.channels.text() == "3-5, 12"
    card.channels.selectAll()
    QTest.keyClicks(card.channels, "77")
    desk.key(card.channels, Qt.Key.Key_Return)
    assert desk.patches == (Zero(channels=(3, 4, 5, 12)),)
    assert card.channels.text() == "3-5, 12"
    assert desk.reports == ["error: Channels 77 were asked for; the layer has channels 0 to 31."]
    desk.choose(card.layer_choice, "embedder.block2.res1.conv2")
    assert desk.patches == (Zero(layer="embedder.block2.res1.conv2", channels=(3, 4, 5, 12)),)


def test_where_a_patch_acts_is_chosen_from_the_menu(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Zero(channels=(1,)))
    mouse = desk.document.state.maze.mouse
    desk.context.view.inspect((mouse[0], mouse[1] + 1))
    squares = panel.cards.cards[0].squares

    def choose(start: str) -> None:
        squares.menu().aboutToShow.emit()
        next(action for action in squares.menu().actions() if action.text().startswith(start)).trigger()

    choose("Only the mouse's")
    assert desk.patches == (Zero(channels=(1,), squares=(mouse,)),)
    choose("Also at")
    assert desk.patches == (Zero(channels=(1,), squares=(mouse, (mouse[0], mouse[1] + 1))),)
    assert squares.text() == "2 chosen"
    choose("Not at")
    choose("All squares")
    assert desk.patches == (Zero(channels=(1,)),)
    assert len(desk.verbs) == 4


def test_own_fields_of_ablations(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Mean(), Resample())
    mean, resample = (card.fields for card in panel.cards.cards)
    size = mean.findChildren(Choice)[0]
    desk.choose(size, "same")
    box = resample.findChild(type(panel.cards.cards[0].enabled))
    desk.click(box, QPoint(8, box.height() // 2))
    assert desk.patches == (Mean(size="same"), Resample(same_cheese=True))


def test_each_channel_may_be_resampled_from_a_level_of_its_own(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Resample(channels=(1, 2)))
    box = panel.cards.cards[0].fields.findChild(QCheckBox, "per_channel")
    desk.click(box, QPoint(8, box.height() // 2))
    assert desk.patches == (Resample(channels=(1, 2), per_channel=True),)
    desk.document.undo()
    assert not box.isChecked()


def test_an_offset_has_a_number_and_a_projection_a_vector(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Offset(channels=(1,)), ProjectOut())
    offset, projection = (card.fields for card in panel.cards.cards)
    assert offset.findChild(Number, "value") is not None
    desk.choose(projection.findChildren(VectorChoice)[0], "top-right")
    assert desk.patches == (Offset(channels=(1,)), ProjectOut(vector="top-right"))


def test_a_value_is_set_at_a_square_or_a_pixel_and_the_rest_filled(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, SetValue(channels=(1,), square=(5, 5), value=2.0))
    target = panel.cards.cards[0].fields.findChildren(TargetField)[0]
    desk.choose(target._place, "pixel")
    assert desk.patches == (SetValue(channels=(1,), row=10, column=5, value=2.0),)
    desk.choose(target._place, "square")
    maze = desk.document.state.maze
    assert desk.patches == (SetValue(channels=(1,), square=maze.cheese, value=2.0),)
    target._row.selectAll()
    QTest.keyClicks(target._row, "8")
    desk.key(target._row, Qt.Key.Key_Return)
    assert maze.cheese is not None
    assert desk.patches == (SetValue(channels=(1,), square=(8, maze.cheese[1]), value=2.0),)
    desk.click(target._fills, QPoint(8, target._fills.height() // 2))
    assert desk.patches[0] == SetValue(channels=(1,), square=(8, maze.cheese[1]), value=2.0, fill=0.0)
    assert target._fill.isVisible()


def test_patches_are_saved_and_opened(make_desk: MakeDesk, tmp_path: Path) -> None:
    stack = (Zero(channels=(1,)), AddVector(coefficient=-2.5, enabled=False))
    desk, panel = put(make_desk, *stack)
    file = tmp_path / "patches.json"
    panel.save_file(file)
    assert len(json.loads(file.read_text())["patches"]) == 2
    patch_edits.clear_stack(desk.document)
    panel.open_file(file)
    desk.idle()
    assert desk.patches == stack
    desk.document.undo()
    assert desk.document.state.stack == NO_PATCHES
    file.write_text('{"patches": [{"kind": "one"}]}')
    panel.open_file(file)
    desk.idle()
    assert desk.document.state.stack == NO_PATCHES
    assert len(desk.reports) == 1
    assert "expected one of zero" in desk.reports[0]
    panel.open_file(tmp_path / "absent.json")
    desk.idle()
    assert "absent.json" in desk.reports[1]


def test_the_window_offers_the_same_by_menu_and_palette(desk: Desk) -> None:
    panel = desk.put(PatchesPanel)
    desk.context.actions.trigger("patches.subtract")
    assert desk.patches == (AddVector(coefficient=-1.0),)
    desk.context.actions.trigger("patches.top_right")
    assert desk.patches == (AddVector(coefficient=-1.0), AddVector(vector="top-right", coefficient=1.0))
    desk.context.actions.trigger("patches.clear")
    assert desk.patches == ()
    desk.context.actions.trigger("patches.find")
    assert panel.finder.isVisible()
    desk.wait(lambda: panel.finder.list.count() > 0)


def test_the_top_right_vector_is_one_step_in_the_menu(desk: Desk) -> None:
    panel = desk.put(PatchesPanel)
    trigger(panel, "Add the top-right vector")
    assert desk.patches == (AddVector(vector="top-right", coefficient=1.0),)


def test_the_stack_is_switched_off_and_on_by_a_button_that_says_which(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Zero(channels=(1,)), Noise(enabled=False))
    assert panel.switch.accessibleName() == "Switch all patches off"
    desk.click(panel.switch)
    assert not any(card.enabled.isChecked() for card in panel.cards.cards)
    assert panel.switch.accessibleName() == "Switch patches on again"
    assert desk.context.actions["patches.switch"].text() == "Switch patches on again"
    desk.click(panel.switch)
    assert [card.enabled.isChecked() for card in panel.cards.cards] == [True, False]
    assert desk.verbs == ["Switch all patches off", "Switch patches on"]
    panel.clear.trigger()
    assert not panel.switch.isEnabled()


def test_all_patches_are_cleared_and_come_back(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Zero(channels=(1,)), Noise())
    panel.clear.trigger()
    assert desk.patches == ()
    assert not panel.save.isEnabled()
    desk.document.undo()
    assert desk.patches == (Zero(channels=(1,)), Noise())
    assert len(panel.cards.cards) == 2
