"""Panels behind others: what nobody sees is not made, and is as it is now when it is brought in front."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from app.document import maze_edits
from app.policy.network import random_network
from app.policy.policy import policy_of
from tests.widgets.conftest import Hand
from widgets.panels.history_panel import HistoryPanel
from widgets.panels.policy_panel import PolicyPanel
from widgets.panels.vectors import VectorsPanel


def brought(hand: Hand, name: str) -> QWidget:
    hand.window.docks.bring(name)
    dock = hand.window.docks.docks[name]
    hand.wait(lambda: not dock.visibleRegion().isEmpty())
    panel = dock.widget()
    assert panel is not None
    return panel


def test_the_list_of_undo_is_read_for_who_sees_it(own_hand: Hand) -> None:
    panel = own_hand.window.docks.docks["history"].widget()
    assert isinstance(panel, HistoryPanel)
    brought(own_hand, "inspector")
    own_hand.wait(lambda: not panel.in_sight)
    rows = panel.model.rowCount()
    maze_edits.duplicate_maze(own_hand.document, own_hand.document.state.active)
    assert panel.model.rowCount() == rows
    brought(own_hand, "history")
    own_hand.wait(lambda: panel.model.rowCount() == len(own_hand.document.history.done) + 1)
    own_hand.document.undo()
    assert panel.model.current == len(own_hand.document.history.done)


def test_a_policy_is_told_of_to_who_sees_it_and_its_layers_when_they_are_unfolded(
    own_hand: Hand,
) -> None:
    panel = own_hand.window.docks.docks["policy"].widget()
    assert isinstance(panel, PolicyPanel)
    brought(own_hand, "patches")
    own_hand.wait(lambda: not panel.in_sight)
    another = policy_of(random_network(1, 1), "Another")
    maze_edits.open_policy(own_hand.document, another)
    own_hand.answered()
    assert panel.name.text() != "Another"
    brought(own_hand, "policy")
    own_hand.wait(lambda: panel.name.text() == "Another")
    layers = {stage.name for stage in another.layers}
    folded = len(panel.findChildren(QLabel))
    assert folded < len(layers)
    QTest.mouseClick(panel._layer_fold.button, Qt.MouseButton.LeftButton)
    assert len(panel.findChildren(QLabel)) >= folded + 2 * len(layers)


def test_the_form_of_a_new_vector_is_made_when_it_is_wanted(own_hand: Hand) -> None:
    panel = brought(own_hand, "vectors")
    assert isinstance(panel, VectorsPanel)
    assert not panel.findChildren(QComboBox)
    QTest.mouseClick(panel.new, Qt.MouseButton.LeftButton)
    assert panel.make.isVisible()
    titles = [tab.title for tab in own_hand.document.state.mazes]
    QTest.mouseClick(panel.new, Qt.MouseButton.LeftButton)
    maze_edits.duplicate_maze(own_hand.document, own_hand.document.state.active)
    QTest.mouseClick(panel.new, Qt.MouseButton.LeftButton)
    shown = [panel.make.maze_a.itemText(at) for at in range(panel.make.maze_a.count())]
    assert shown == [tab.title for tab in own_hand.document.state.mazes]
    assert len(shown) == len(titles) + 1
