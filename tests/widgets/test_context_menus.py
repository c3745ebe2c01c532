"""Menus of a right click: on a square, a tab, a card, a channel and a vector; and squares chosen by dragging."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from app.document import patch_edits
from app.document.view_mode import Mode
from app.field.square_layers import LayerKind
from app.interventions.patches import AddVector, PatchStack, ProjectOut, SetValue, Zero
from app.interventions.patches_file import stack_from_json
from app.interventions.vectors import ActivationVector
from app.maze.ascii import from_ascii
from tests.widgets.conftest import Hand
from widgets.actions.pin_actions import PIN_VALUE
from widgets.panels.channels.channels_panel import ChannelsPanel
from widgets.panels.patches import PatchesPanel

RIGHT = Qt.MouseButton.RightButton


@pytest.fixture
def hand(shared_hand: Hand) -> Hand:
    """The module's window, put back as it was before each test."""
    return shared_hand


def pick(title: str) -> None:
    """Choose in the menu that is open."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    found = [action for action in menu.actions() if action.text() == title]
    assert found, f"{title} is not among {[action.text() for action in menu.actions()]}"
    assert found[0].isEnabled(), title
    menu.close()
    found[0].trigger()
    QApplication.processEvents()


def right_click(widget: QWidget, at: QPoint) -> None:
    """A right click as Qt gives it to a widget that has a context menu."""
    QApplication.sendEvent(widget, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at)))


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def test_a_square_is_pinned_copied_and_walled(hand: Hand) -> None:
    patch_edits.add_patch(hand.document, SetValue(channels=(3,), square=(9, 9), value=PIN_VALUE))
    hand.answered()
    hand.drag((5, 7), button=RIGHT)
    pick("Move the pin here")
    assert hand.document.state.stack.patches == (SetValue(channels=(3,), square=(5, 7), value=PIN_VALUE),)
    assert hand.document.history.done[-1].verb == "Move pin"
    assert hand.context.view.mode is Mode.PATCHED
    hand.answered()
    hand.drag((5, 8), button=RIGHT)
    pick("Copy numbers of this square")
    lines = [line.split("\t") for line in clipboard().splitlines()]
    assert lines[0] == ["square (5, 8)", "original", "patched"]
    latest = hand.context.bridge.latest
    assert latest is not None
    row = latest.original.index((5, 8))
    assert [float(line[1]) for line in lines[1:6]] == pytest.approx(latest.original.probs[row], rel=1e-5)
    assert [float(line[2]) for line in lines[1:6]] == pytest.approx(latest.patched.probs[row], rel=1e-5)
    hand.drag((5, 8), button=RIGHT)
    pick("Add wall here")
    assert hand.maze.is_wall((5, 8))
    patch_edits.clear_stack(hand.document)
    hand.drag((5, 7), button=RIGHT)
    pick("Pin the cheese channels here")
    hand.wait(lambda: len(hand.document.state.stack.patches) == 1)
    (patch,) = hand.document.state.stack.patches
    assert isinstance(patch, SetValue)
    assert patch.square == (5, 7)


def test_a_tab_is_duplicated_copied_restored_and_compared(hand: Hand) -> None:
    hand.context.actions.trigger("tab.duplicate")
    hand.drag((5, 7), (5, 8))
    tabs = hand.window.tabs
    first, second = (tabs.tabRect(at).center() for at in (0, 1))
    edited = hand.maze

    def choose(at: QPoint, title: str) -> None:
        tabs.customContextMenuRequested.emit(at)
        pick(title)

    choose(second, "Copy as text")
    assert from_ascii(clipboard(), 15) == edited
    choose(second, "Back to the level as generated")
    assert hand.maze != edited
    hand.document.undo()
    choose(first, "Compare with this one")
    companion = hand.window.maze_view.companion
    assert companion is not None
    assert companion.document.state.active == 1
    choose(first, "Duplicate")
    assert [tab.title for tab in hand.document.state.mazes] == ["Small", "Small copy 2", "Small copy 1"]
    hand.window.compare.stop()


def test_a_card_does_by_name_what_its_buttons_do(own_hand: Hand) -> None:
    hand = own_hand
    stack = PatchStack((Zero(channels=(1,)), AddVector(layer="embedder.relu3", coefficient=-1.0)))
    patch_edits.open_stack(hand.document, stack)
    hand.window.docks.bring("patches")
    panel = hand.window.patches_panel

    def choose(at: int, title: str) -> None:
        right_click(panel.cards.cards[at], QPoint(4, 4))
        pick(title)

    choose(0, "Move down")
    assert hand.document.state.stack.patches == stack.patches[::-1]
    choose(0, "Solo")
    choose(0, "End solo")
    choose(1, "Switch off")
    assert not hand.document.state.stack.patches[1].enabled
    choose(0, "Show its layer under Channels")
    assert hand.context.view.layer == "embedder.relu3"
    choose(0, "Copy as JSON")
    assert stack_from_json(json.loads(clipboard())).patches == (stack.patches[1],)
    choose(1, "Delete")
    assert hand.document.state.stack.patches == (stack.patches[1],)


def test_squares_of_a_patch_are_dragged_over_the_maze(hand: Hand) -> None:
    patch_edits.open_stack(hand.document, PatchStack((Zero(channels=(1,)), Zero(channels=(2,)))))
    panel = hand.window.patches_panel
    assert isinstance(panel, PatchesPanel)
    right_click(panel.cards.cards[0], QPoint(4, 4))
    pick("Choose its squares on the maze")
    assert hand.context.view.tool == "squares"
    maze, done = hand.maze, len(hand.document.history.done)
    # Over a wall's corner and the mouse's square: walls are left out.
    hand.drag((5, 6), (5, 9), (6, 9))
    squares = ((5, 6), (5, 7), (5, 8), (5, 9), (6, 9))
    wanted = tuple(square for square in squares if maze.is_open(square))
    assert [patch.squares for patch in hand.document.state.stack.patches] == [wanted, None]
    assert hand.window.maze_view.canvas.marks.chosen == set(wanted)
    assert len(hand.document.history.done) == done + 1
    hand.drag((5, 7), (5, 8))
    assert hand.document.state.stack.patches[0].squares == tuple(
        square for square in wanted if square not in ((5, 7), (5, 8))
    )
    hand.document.undo()
    hand.drag((5, 6), (5, 9), (6, 9))
    assert hand.document.state.stack.patches[0].squares is None, "of no square it would act nowhere"
    assert hand.maze == maze
    hand.key(Qt.Key.Key_V)
    assert not hand.window.maze_view.canvas.marks.chosen


def test_a_channel_colours_the_squares_and_gives_its_numbers(hand: Hand) -> None:
    hand.window.docks.bring("channels")
    panel = hand.window.findChild(ChannelsPanel)
    assert panel is not None
    hand.wait(lambda: panel.grid.shown is not None)
    # Another test's patches are gone from the activations, too.
    hand.wait(lambda: hand.context.bridge.latest_activations.request.stack == hand.document.state.stack)
    for title in ("Copy its numbers", "Colour the maze's squares by it"):
        right_click(panel.grid.viewport(), panel.grid.picture_rect(2).center())
        pick(title)
    found = hand.context.bridge.latest_activations
    assert found is not None
    rows = [line.split("\t") for line in clipboard().splitlines()[1:]]
    assert np.array(rows, dtype=float) == pytest.approx(found.original[2], rel=1e-4, abs=1e-6)
    layers = hand.window.square_layers
    assert (layers.kind, layers.channel) == (LayerKind.ACTIVATION, 2)


def test_a_vector_is_added_subtracted_and_projected_out(hand: Hand) -> None:
    policy = hand.document.state.policy
    assert policy is not None
    values = np.ones((32, 16, 16), dtype=np.float32)
    layer = "embedder.block2.res1.resadd"
    path = hand.context.vectors.keep(ActivationVector("Ones", "random", layer, values, policy.weights_hash))
    hand.window.docks.bring("vectors")
    QApplication.processEvents()
    listed = hand.window.vectors_panel.list
    at = listed.visualItemRect(listed.item(0)).center()
    for title in ("Add to stack", "Subtract in stack", "Project out in stack", "Copy its facts"):
        QTest.mousePress(listed.viewport(), RIGHT, pos=at)
        right_click(listed.viewport(), at)
        pick(title)
    vector = str(path)
    assert hand.document.state.stack.patches == (
        AddVector(layer=layer, vector=vector, coefficient=1.0),
        AddVector(layer=layer, vector=vector, coefficient=-1.0),
        ProjectOut(layer=layer, vector=vector),
    )
    assert clipboard().splitlines()[0] == "Name\tOnes"
