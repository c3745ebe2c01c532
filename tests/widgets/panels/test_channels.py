"""Channels: clicks enlarge, corners switch, the hand and the maze point at the same place."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.document import maze_edits, patch_edits
from app.interventions.patches import NO_PATCHES, AddVector, PatchStack, SetValue, Zero
from app.number_format import compact
from app.policy.layers import DEFAULT_LAYER, pixel_of_square
from tests.widgets.panels.conftest import Desk, MakeDesk
from widgets.panels.channels import ChannelsPanel

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def switch(desk: Desk, panel: ChannelsPanel, channel: int) -> None:
    """A click on the corner button of a small picture."""
    desk.click(panel.grid.viewport(), panel.grid.switch_rect(channel).center())


def click(desk: Desk, panel: ChannelsPanel, channel: int, modifier: Qt.KeyboardModifier | None = None) -> None:
    """A click in the middle of a small picture."""
    desk.click(panel.grid.viewport(), panel.grid.picture_rect(channel).center(), modifier)


def test_the_corner_switches_a_channel_off_and_on_again(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    switch(desk, panel, 5)
    assert not panel.large.isVisible()
    assert desk.patches == (Zero(channels=(5,)),)
    assert panel.grid.shown is not None
    assert panel.grid.shown.mark(5).off
    assert "switched off" in panel.grid.accessibleDescription()
    desk.answered()
    latest = desk.context.bridge.latest
    assert latest is not None
    assert not np.array_equal(latest.original.logits, latest.patched.logits)
    click(desk, panel, 2, CONTROL)
    assert desk.patches == (Zero(channels=(2, 5)),)
    switch(desk, panel, 5)
    click(desk, panel, 2, CONTROL)
    assert desk.patches == ()
    assert desk.verbs == [
        "Switch off channel 5",
        "Switch off channel 2",
        "Switch on channel 5",
        "Switch on channel 2",
    ]


def test_a_switch_is_undone_and_done_again(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    switch(desk, panel, 5)
    desk.document.undo()
    assert desk.document.state.stack == NO_PATCHES
    assert panel.grid.shown is not None
    assert not panel.grid.shown.mark(5).off
    desk.document.redo()
    assert panel.grid.shown.mark(5).off


def test_two_quick_clicks_are_two_switches(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    at, left = panel.grid.switch_rect(3).center(), Qt.MouseButton.LeftButton
    QTest.mouseClick(panel.grid.viewport(), left, pos=at)
    QTest.mouseDClick(panel.grid.viewport(), left, pos=at)
    QTest.mouseRelease(panel.grid.viewport(), left, pos=at)
    assert desk.verbs == ["Switch off channel 3", "Switch on channel 3"]


def test_shift_click_switches_a_range_in_one_undo(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    switch(desk, panel, 1)
    click(desk, panel, 4, SHIFT)
    assert desk.patches == (Zero(channels=(1, 2, 3, 4)),)
    desk.document.undo()
    assert desk.patches == (Zero(channels=(1,)),)


def test_a_press_that_leaves_the_picture_does_nothing(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    desk.drag(panel.grid.viewport(), panel.grid.picture_rect(0).center(), panel.grid.picture_rect(2).center())
    desk.drag(panel.grid.viewport(), panel.grid.switch_rect(0).center(), panel.grid.switch_rect(2).center())
    assert desk.patches == ()
    assert not panel.large.isVisible()


def test_keys_move_switch_and_find_a_channel(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    desk.key(panel.grid, Qt.Key.Key_Right)
    desk.key(panel.grid, Qt.Key.Key_Right)
    desk.key(panel.grid, Qt.Key.Key_Space)
    assert desk.patches == (Zero(channels=(2,)),)
    desk.key(panel.grid, Qt.Key.Key_3)
    desk.key(panel.grid, Qt.Key.Key_1)
    assert panel.grid.current == 31
    assert panel.grid.viewport().rect().contains(panel.grid.picture_rect(31))
    desk.key(panel.grid, Qt.Key.Key_Home)
    assert panel.grid.current == 0
    desk.key(panel.grid, Qt.Key.Key_End)
    assert panel.grid.current == 31


def test_a_double_click_enlarges_and_switches_nothing(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    left, at = Qt.MouseButton.LeftButton, panel.grid.picture_rect(3).center()
    QTest.mouseClick(panel.grid.viewport(), left, pos=at)
    picture = panel.large.picture
    middle = picture.picture_rect().center()
    # What Qt sends for the second half: a double click, to the widget that is there by now.
    QTest.mouseDClick(picture, left, pos=middle)
    QTest.mouseRelease(picture, left, pos=middle)
    assert panel.large.isVisible()
    assert desk.patches == ()
    desk.click(picture, middle)
    QTest.mouseDClick(picture, left, pos=middle)
    QTest.mouseRelease(picture, left, pos=middle)
    assert desk.verbs == ["Switch off channel 3", "Switch on channel 3"]


def test_a_click_enlarges_another_switches_and_escape_comes_back(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    panel.grid.go_to(6)
    click(desk, panel, 6)
    assert desk.patches == ()
    assert panel.large.isVisible()
    assert panel.grid.isVisible(), "the panel keeps its grid"
    assert panel.large.picture.picture_rect().width() >= 22 * panel.fontMetrics().height()
    assert panel.large.title.text() == "Channel 6"
    desk.key(panel.large.picture, Qt.Key.Key_Right)
    assert panel.large.channel == 7
    desk.click(panel.large.picture, panel.large.picture.picture_rect().center())
    assert desk.patches == (Zero(channels=(7,)),)
    assert panel.large.title.text() == "Channel 7, off"
    desk.key(panel.large.picture, Qt.Key.Key_Space)
    assert desk.patches == ()
    desk.key(panel.large.picture, Qt.Key.Key_Escape)
    assert not panel.large.isVisible()
    assert panel.grid.current == 7


def test_enter_enlarges_too_and_another_layer_closes_it(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    desk.key(panel.grid, Qt.Key.Key_Return)
    assert panel.large.isVisible()
    desk.context.view.set_layer("embedder.block3.conv")
    desk.answered()
    assert not panel.large.isVisible()


def test_the_menu_of_a_channel_adds_patches_for_it(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)

    def open_menu(event: QContextMenuEvent) -> QMenu:
        QApplication.sendEvent(panel.grid.viewport(), event)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return menu

    at = panel.grid.picture_rect(2).topLeft() + QPoint(2, 2)
    mouse, keyboard = QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard
    menu = open_menu(QContextMenuEvent(mouse, at, panel.grid.viewport().mapToGlobal(at)))
    next(
        action for action in menu.actions() if action.text() == "Set its value at pixel 1 from the left, 1 from the top"
    ).trigger()
    menu.close()
    assert desk.patches == (SetValue(channels=(2,), row=0, column=0),)
    desk.key(panel.grid, Qt.Key.Key_End)
    menu = open_menu(QContextMenuEvent(keyboard, QPoint(0, 0), QPoint(0, 0)))
    next(action for action in menu.actions() if action.text() == "Switch channel 31 off").trigger()
    menu.close()
    assert desk.patches[1] == Zero(channels=(31,))


def test_another_layer_shows_its_channels_and_is_switched_there(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    desk.choose(panel.controls.layer_choice, "embedder.block2.conv")
    assert desk.context.view.layer == "embedder.block2.conv"
    desk.answered()
    assert panel.grid.shown is not None
    assert panel.grid.shown.side == 32
    switch(desk, panel, 1)
    assert desk.patches == (Zero(layer="embedder.block2.conv", channels=(1,)),)


def test_a_layer_without_pixels_is_bars_that_switch(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    desk.context.view.set_layer("embedder.fc")
    desk.answered()
    assert panel.grid.shown is not None
    assert panel.grid.shown.side == 0
    click(desk, panel, 3)
    assert desk.patches == (Zero(layer="embedder.fc", channels=(3,)),)
    desk.key(panel.grid, Qt.Key.Key_Return)
    assert panel.grid.isVisible()
    assert "features" in panel.where.text()


def test_hovering_a_square_rings_its_pixel_and_the_reverse(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    maze = desk.document.state.maze
    before = panel.grid.viewport().grab().toImage()
    desk.context.view.set_hover(maze.mouse)
    ringed = panel.grid.viewport().grab().toImage()
    assert before != ringed
    desk.context.view.set_hover(None)
    assert panel.grid.viewport().grab().toImage() == before
    heard: list[object] = []
    desk.context.view.pixel_hover_changed.connect(heard.append)
    square = panel.grid.picture_rect(0)
    row, column = pixel_of_square(maze.mouse, maze.world, 16)
    unit = square.width() / 16
    at = QPoint(round(square.x() + (column + 0.5) * unit), round(square.y() + (row + 0.5) * unit))
    QTest.mouseMove(panel.grid.viewport(), at)
    QApplication.processEvents()
    assert heard[-1] == (row, column)
    QTest.mouseMove(panel.grid.viewport(), QPoint(1, 1))
    QApplication.processEvents()
    assert heard[-1] is None


def test_the_enlarged_picture_names_the_squares_of_a_pixel(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    desk.key(panel.grid, Qt.Key.Key_Return)
    maze = desk.document.state.maze
    desk.context.view.set_hover(maze.mouse)
    row, column = pixel_of_square(maze.mouse, maze.world, 16)
    assert panel.grid.shown is not None
    value = compact(float(panel.grid.shown.values[0][row, column]))
    assert panel.large.reading.text() == f"{value} at square ({maze.mouse[0]}, {maze.mouse[1]})"


def test_pictures_follow_the_inspected_square_and_every_edit(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    assert panel.grid.shown is not None
    first = panel.grid.shown.values.copy()
    row, col = desk.document.state.maze.mouse
    desk.context.view.inspect((row, col + 1))
    desk.answered()
    assert not np.array_equal(panel.grid.shown.values, first)
    assert f"({row}, {col + 1})" in panel.where.text()
    inspected = panel.grid.shown.values.copy()
    maze_edits.remove_cheese(desk.document)
    desk.answered()
    assert not np.array_equal(panel.grid.shown.values, inspected)


def test_the_enlarged_mouse_is_on_the_inspected_square_whose_activations_are_shown(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    maze = desk.document.state.maze
    desk.key(panel.grid, Qt.Key.Key_Return)
    picture = panel.large.picture
    square = (maze.mouse[0], maze.mouse[1] + 2)

    def at(place: tuple[int, int]) -> str:
        box = picture.picture_rect()
        unit = box.width() / maze.world
        x, y = box.x() + (place[1] + 0.5) * unit, box.y() + (maze.world - 0.5 - place[0]) * unit
        return picture.grab().toImage().pixelColor(QPoint(round(x), round(y))).name()

    colour = desk.context.palette.mouse
    assert (at(maze.mouse) == colour, at(square) == colour) == (True, False)
    desk.context.view.inspect(square)
    desk.answered()
    assert (at(maze.mouse) == colour, at(square) == colour) == (False, True)


def test_the_enlarged_channel_says_which_numbers_it_shows(desk: Desk) -> None:
    patch_edits.add_patch(desk.document, Zero(channels=(4,)))
    panel = desk.put(ChannelsPanel)
    panel.grid.go_to(4)
    desk.key(panel.grid, Qt.Key.Key_Return)
    seen = desk.context.bridge.latest_activations
    assert seen is not None
    shown = {
        "raw": ("· Original", seen.original),
        "patched": ("· Patched", seen.patched),
        "change": ("· Patched − original", seen.patched - seen.original),
    }
    for quantity, (words, values) in shown.items():
        desk.choose(panel.controls.quantity_choice, quantity)
        assert panel.large.numbers.text() == words
        assert "patched" not in panel.large.title.text().lower(), "a patch is told by the frame, not by the title"
        assert np.array_equal(panel.large.picture._shown.values[4], values[4])


def test_numbers_shown_are_the_named_difference(desk: Desk) -> None:
    patch_edits.add_patch(desk.document, Zero(channels=(4,)))
    panel = desk.put(ChannelsPanel)
    seen = desk.context.bridge.latest_activations
    assert seen is not None
    assert panel.grid.shown is not None
    desk.choose(panel.controls.quantity_choice, "change")
    assert np.array_equal(panel.grid.shown.values, seen.patched - seen.original)
    assert np.abs(panel.grid.shown.values[4]).max() > 0
    assert np.abs(panel.grid.shown.values[5]).max() == 0
    desk.choose(panel.controls.quantity_choice, "cheese")
    assert np.array_equal(panel.grid.shown.values, seen.original - seen.without_cheese)
    assert desk.context.settings.get("channels.quantity") == "cheese"


def test_scales_are_shared_or_each_channels_own(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    assert panel.grid.shown is not None
    assert len(set(panel.grid.shown.limits.tolist())) > 1
    desk.click(panel.controls.scale_button)
    assert len(set(panel.grid.shown.limits.tolist())) == 1
    assert compact(float(panel.grid.shown.limits[0])) in panel.scale.accessibleDescription()


def test_patches_that_do_not_fit_mark_nothing(make_desk: MakeDesk) -> None:
    stack = PatchStack((SetValue(channels=(3,), row=4, column=5), Zero(channels=(99,)), AddVector()))
    desk = make_desk(stack=stack)
    panel = desk.put(ChannelsPanel)
    assert panel.grid.shown is not None
    assert panel.grid.shown.mark(3).patches == 2
    assert panel.grid.shown.mark(3).named
    assert not panel.grid.shown.mark(4).named
    assert panel.grid.shown.mark(4).patches == 1


def test_all_channels_are_switched_on_again_at_once(make_desk: MakeDesk) -> None:
    desk = make_desk(stack=PatchStack((Zero(),)))
    panel = desk.put(ChannelsPanel)
    assert "32 of 32 channels off" in panel.where.text()
    desk.click(panel.all_on)
    assert desk.patches == ()
    assert not panel.all_on.isEnabled()


def test_without_a_policy_it_says_what_to_do(make_desk: MakeDesk, small_policy: object) -> None:
    desk = make_desk(policy=None)
    panel = desk.put(ChannelsPanel)
    assert not panel.grid.isVisible()
    maze_edits.open_policy(desk.document, small_policy)  # type: ignore[arg-type]
    desk.answered()
    assert panel.grid.isVisible()
    desk.document.undo()
    QApplication.processEvents()
    assert not panel.grid.isVisible()


def test_the_default_layer_is_shown_first(desk: Desk) -> None:
    panel = desk.put(ChannelsPanel)
    assert panel.layer is not None
    assert panel.layer.name == DEFAULT_LAYER
    assert panel.controls.layer_choice.currentText() == "block2.res1.resadd"
    titles = [panel.controls.layer_choice.itemText(at) for at in range(panel.controls.layer_choice.count())]
    assert len([title for title in titles if title[:6] not in ("Block ", "Head")]) == 42
