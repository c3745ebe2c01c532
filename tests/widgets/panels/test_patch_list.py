"""The list of cards stays where it is, and shows what was added, copied or moved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollBar

from app.document import maze_edits, patch_edits
from app.interventions.patches import NO_PATCHES, AddVector, Mean, Noise, PatchStack, Resample, Scale, Zero
from app.interventions.patches_file import save_patches
from app.interventions.vectors import ActivationVector
from tests.widgets.conftest import MakeHand
from tests.widgets.panels.conftest import Desk, MakeDesk
from tests.widgets.panels.test_patches import number
from widgets.panels.patches import PatchesPanel
from widgets.panels.patches.card import PatchCard

MANY = (Zero(), Mean(), Resample(), Scale(), AddVector(), Noise())


def opened(make_desk: MakeDesk, height: int = 500) -> tuple[Desk, PatchesPanel, QScrollBar]:
    """A panel with a card of nearly every kind, all with their details, and its scroll bar."""
    desk = make_desk(stack=PatchStack(MANY))
    panel = desk.put(PatchesPanel, height=height)
    for card in panel.cards.cards:
        card.set_open(True)
    QApplication.processEvents()
    desk.wait(lambda: all("mean total variation" in card.effect.text() for card in panel.cards.cards))
    return desk, panel, panel._filled.verticalScrollBar()


def seen(panel: PatchesPanel, card: PatchCard) -> bool:
    """True if a card is in sight from its top on, as far as there is room."""
    shown, room = card.visibleRegion().boundingRect(), panel._filled.viewport().height()
    return shown.top() <= 0 and shown.height() >= min(card.height(), room) - 1


def test_a_change_of_the_maze_moves_no_card(make_desk: MakeDesk) -> None:
    desk, panel, bar = opened(make_desk)
    bar.setValue(bar.maximum())
    heights = [card.height() for card in panel.cards.cards]
    place = bar.value()
    maze_edits.remove_cheese(desk.document)
    QApplication.processEvents()
    # At once, while pictures and effects are still unknown, and when they are there.
    assert ([card.height() for card in panel.cards.cards], bar.value()) == (heights, place)
    assert panel.effects.pictures(MANY[0].layer) is None
    desk.wait(lambda: panel.effects.pictures(MANY[0].layer) is not None)
    assert [card.strip.isVisible() for card in panel.cards.cards] == [True] * len(MANY)
    assert bar.value() == place


def test_a_copy_is_in_sight_and_has_the_keyboard(make_desk: MakeDesk) -> None:
    desk, panel, bar = opened(make_desk)
    bar.setValue(panel.cards.cards[3].geometry().top())
    desk.click(panel.cards.cards[3].duplicate)
    assert desk.patches[4] == desk.patches[3] == Scale()
    assert seen(panel, panel.cards.cards[4])
    panel.cards.cards[4].setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Delete)
    assert desk.patches == MANY
    place = bar.value()
    desk.document.undo()
    assert seen(panel, panel.cards.cards[4])
    assert panel.cards.cards[4].hasFocus()
    desk.document.undo()
    assert abs(bar.value() - place) <= panel.cards.cards[4].height()


def test_cards_that_are_made_anew_take_the_keyboard_from_nobody_else(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    docks = hand.window.docks
    patch_edits.add_patch(hand.document, Scale())
    docks.bring("patches")
    panel = docks.docks["patches"].widget()
    assert isinstance(panel, PatchesPanel)
    QApplication.processEvents()
    number(panel.cards.cards[0], "negative").field.setFocus()
    panel.cards.cards[0].setFocus()
    hand.window.maze_view.canvas.setFocus()
    patch_edits.add_patch(hand.document, Zero(channels=(3,)))
    QApplication.processEvents()
    assert QApplication.focusWidget() is hand.window.maze_view.canvas
    hand.document.undo()
    QApplication.processEvents()
    assert QApplication.focusWidget() is hand.window.maze_view.canvas


def test_patches_of_a_file_are_seen_from_the_first_on(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk, panel, bar = opened(make_desk)
    bar.setValue(bar.maximum())
    file = tmp_path / "patches.json"
    save_patches(file, PatchStack(MANY[::-1]))
    panel.open_file(file)
    desk.idle()
    QApplication.processEvents()
    assert [patch.kind for patch in desk.patches][:2] == ["noise", "add"]
    assert bar.value() == 0
    assert seen(panel, panel.cards.cards[0])


def test_a_lone_card_stays_where_it_is_while_its_numbers_change(make_desk: MakeDesk) -> None:
    desk = make_desk(stack=PatchStack((Scale(),)))
    panel = desk.put(PatchesPanel, height=260)
    bar = panel._filled.verticalScrollBar()
    bar.setValue(bar.maximum())
    place = bar.value()
    desk.key(number(panel.cards.cards[0], "negative").slider, Qt.Key.Key_Right)
    assert desk.patches != (Scale(),)
    assert bar.value() == place > 0


def test_a_card_that_was_dragged_is_in_sight(make_desk: MakeDesk) -> None:
    desk, panel, bar = opened(make_desk)
    bar.setValue(panel.cards.cards[3].geometry().top())
    QApplication.processEvents()
    handle, below = panel.cards.cards[3].handle, panel.cards.cards[4].geometry()
    end = handle.mapFromGlobal(panel.cards.mapToGlobal(QPoint(below.left(), below.bottom() - 4)))
    desk.drag(handle, QPoint(3, 3), QPoint(3, 60), end)
    assert [patch.kind for patch in desk.patches] == ["zero", "mean", "resample", "add", "scale", "noise"]
    assert seen(panel, panel.cards.cards[4])


def test_a_card_higher_than_the_panel_shows_its_top(make_desk: MakeDesk) -> None:
    desk = make_desk(stack=PatchStack(MANY[:1]))
    panel = desk.put(PatchesPanel, height=260)
    panel.menu.aboutToShow.emit()
    next(action for action in panel.menu.actions() if action.text() == "Noise").trigger()
    QApplication.processEvents()
    added = panel.cards.cards[-1]
    assert added.height() > panel._filled.viewport().height()
    assert not added.title.visibleRegion().isEmpty()


def test_cards_tell_the_name_a_vector_has_in_the_library(desk: Desk) -> None:
    library = desk.context.vectors
    policy = desk.document.state.policy
    assert policy is not None
    stage = policy.layers[-1]
    path = library.keep(ActivationVector("First", "random", stage.name, [1.0] * stage.channels, policy.weights_hash))  # type: ignore[arg-type]
    assert path is not None
    maze_edits.set_stack(desk.document, "Add", PatchStack((AddVector(layer=stage.name, vector=str(path)),)))
    panel = desk.put(PatchesPanel)
    assert panel.cards.cards[0].summary.text().startswith("1 × First ·")
    library.rename(path, "Second")
    assert panel.cards.cards[0].summary.text().startswith("1 × Second ·")


def test_the_finder_asks_for_no_more_room_than_a_low_dock_has(make_desk: MakeDesk) -> None:
    desk = make_desk(stack=PatchStack(MANY))
    panel = desk.put(PatchesPanel)
    desk.click(panel.find_button)
    desk.wait(lambda: panel.finder.list.count() > 6)
    QApplication.processEvents()
    assert panel.minimumSizeHint().height() <= 330
    panel.resize(340, 330)
    QApplication.processEvents()
    inside = panel.finder.list.geometry()
    assert inside.bottom() < panel.finder.pin.geometry().top()
    assert not panel.finder.pin.visibleRegion().isEmpty()
    panel.resize(340, 900)
    QApplication.processEvents()
    assert panel.finder.list.height() > inside.height()


def test_without_a_policy_the_stack_can_still_be_edited(make_desk: MakeDesk) -> None:
    desk = make_desk(policy=None, stack=PatchStack((AddVector(),)))
    panel = desk.put(PatchesPanel)
    card = panel.cards.cards[0]
    assert not card.effect.isVisible()
    desk.click(card.duplicate)
    assert desk.patches == (AddVector(), AddVector())


def test_an_open_list_of_a_card_goes_with_its_patch(make_desk: MakeDesk) -> None:
    desk = make_desk(stack=PatchStack((Scale(),)))
    panel = desk.put(PatchesPanel, height=900)
    card = panel.cards.cards[0]
    choice = card.layer_choice
    choice.showPopup()
    assert choice.view().isVisible()
    patch_edits.delete_patch(desk.document, 0)
    QApplication.processEvents()
    assert not choice.view().isVisible()
    # What was chosen there in the last moment is of no patch.
    choice.chosen.emit("embedder.block3.res2.resadd")
    assert desk.document.state.stack == NO_PATCHES
