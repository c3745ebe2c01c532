"""Keys that are shortcuts of the window mean something else in some of its widgets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QWidget

from app.document import patch_edits
from app.interventions.patches import AddVector, Noise
from app.interventions.vectors import ActivationVector
from tests.widgets.conftest import Hand, MakeHand
from widgets.controls.number_field import Number, WholeNumber
from widgets.panels.channels.thumbnail_grid import ChannelGrid
from widgets.panels.patches import PatchesPanel


def grid_with_keyboard(hand: Hand) -> ChannelGrid:
    """The channels, in front, with the keyboard."""
    hand.window.docks.bring("channels")
    grid = hand.window.findChild(ChannelGrid)
    assert grid is not None
    hand.wait(lambda: grid.shown is not None)
    grid.setFocus()
    QApplication.processEvents()
    return grid


def test_digits_go_to_a_channel_and_not_to_another_view(hand: Hand) -> None:
    grid = grid_with_keyboard(hand)
    hand.key(Qt.Key.Key_3)
    assert grid.current == 3
    assert hand.context.view.mode == "original"


def test_pages_turn_in_the_channels_and_open_no_other_level(hand: Hand) -> None:
    grid = grid_with_keyboard(hand)
    hand.key(Qt.Key.Key_PageDown)
    assert grid.current != 0
    assert hand.document.state.tab.seed is None


@pytest.mark.parametrize("part", ["slider", "field"])
def test_pages_step_a_number_and_open_no_other_level(make_hand: MakeHand, part: str) -> None:
    hand = make_hand(engine=False)
    patch_edits.add_patch(hand.document, AddVector(coefficient=-1.0))
    hand.window.docks.bring("patches")
    panel = hand.window.docks.docks["patches"].widget()
    number = panel.cards.cards[0].fields.findChild(Number, "coefficient")  # type: ignore[attr-defined]
    getattr(number, part).setFocus()
    QApplication.processEvents()
    hand.key(Qt.Key.Key_PageUp)
    assert hand.document.state.tab.seed is None
    assert hand.document.state.stack.patches == (AddVector(coefficient=0.0),)


CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize("field", ["number", "whole", "channels"])
def test_undo_takes_back_what_was_entered_and_not_the_field_alone(make_hand: MakeHand, field: str) -> None:
    hand = make_hand(engine=False)
    before = Noise(sigma=1.0, seed=2, channels=(3,))
    after = {
        "number": replace(before, sigma=4.0),
        "whole": replace(before, seed=4),
        "channels": replace(before, channels=(4,)),
    }[field]
    patch_edits.add_patch(hand.document, before)
    hand.window.docks.bring("patches")
    panel = hand.window.docks.docks["patches"].widget()
    assert isinstance(panel, PatchesPanel)
    card = panel.cards.cards[0]
    number, whole = card.fields.findChild(Number, "sigma"), card.fields.findChild(WholeNumber, "seed")
    assert number is not None
    assert whole is not None
    entry: QLineEdit | QAbstractSpinBox = {"number": number.field, "whole": whole, "channels": card.channels}[field]
    QApplication.processEvents()
    entry.setFocus()
    entry.selectAll()
    QTest.keyClicks(entry, "4")
    hand.key(Qt.Key.Key_Return)
    assert hand.document.state.stack.patches == (after,)
    hand.key(Qt.Key.Key_Z, CONTROL)
    assert hand.document.state.stack.patches == (before,)
    hand.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert hand.document.state.stack.patches == (after,)
    # What is typed and not yet taken is the field's own to undo.
    entry.setFocus()
    QTest.keyClicks(entry, "7")
    typed = entry.text()
    hand.key(Qt.Key.Key_Z, CONTROL)
    assert entry.text() != typed
    assert hand.document.state.stack.patches == (after,)


def test_pages_turn_in_the_undo_list(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    hand.window.docks.bring("history")
    panel = hand.window.docks.docks["history"].widget()
    panel.list.setFocus()  # type: ignore[attr-defined]
    hand.key(Qt.Key.Key_PageDown)
    assert hand.document.state.tab.seed is None


def test_delete_takes_the_card_out_and_leaves_the_cheese(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    patch_edits.add_patch(hand.document, AddVector(coefficient=-1.0))
    hand.window.docks.bring("patches")
    panel = hand.window.docks.docks["patches"].widget()
    card: QWidget = panel.cards.cards[0]  # type: ignore[attr-defined]
    card.setFocus()
    QApplication.processEvents()
    hand.key(Qt.Key.Key_Delete)
    assert not hand.document.state.stack.patches
    assert hand.maze.cheese is not None


def test_delete_in_the_library_takes_the_selected_vectors_and_not_the_cheese(hand: Hand) -> None:
    panel = hand.window.vectors_panel
    policy = hand.document.state.policy
    assert policy is not None
    library = hand.context.vectors
    for seed in (1, 2, 3):
        values = np.random.default_rng(seed).normal(size=(32, 4, 4)).astype(np.float32)
        library.keep(ActivationVector(f"V{seed}", "random", "embedder.block2.res1.resadd", values, policy.weights_hash))
    hand.window.docks.bring("vectors")
    QApplication.processEvents()
    panel.list.setCurrentRow(0)
    panel.list.setFocus()
    hand.key(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    maze = hand.maze
    hand.key(Qt.Key.Key_Delete)
    assert [entry.path.stem for entry in library.entries()] == ["v3"]
    assert hand.maze == maze
    QTest.mouseClick(panel.deleted.undo, Qt.MouseButton.LeftButton)
    assert [entry.path.stem for entry in library.entries()] == ["v1", "v2", "v3"]
