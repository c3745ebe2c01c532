"""On stage, where title bar and panels are hidden, policy and patches are named over the maze."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from app.document import maze_edits, patch_edits
from app.interventions.patches import AddVector, Zero
from app.policy.network import random_network
from app.policy.policy import policy_of
from tests.widgets.conftest import MakeHand


def test_policy_and_patches_are_named_over_the_maze(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    line = hand.window.source_line
    patch_edits.add_patch(hand.document, AddVector(coefficient=-1.0))
    assert not line.isVisible()
    QApplication.processEvents()
    hand.key(Qt.Key.Key_F11)
    assert line.isVisible()
    assert line.shown == "small · −1 × cheese vector at block2.res1.resadd"
    view = hand.window.maze_view
    assert line.mapTo(hand.window, QPoint(0, line.height())).y() <= view.mapTo(hand.window, QPoint(0, 0)).y()
    patch_edits.enable_patch(hand.document, 0, False)
    assert line.shown == "small"
    patch_edits.add_patch(hand.document, Zero(channels=(3,)))
    maze_edits.open_policy(hand.document, policy_of(random_network(1, 5), "other"))
    assert line.shown == "other · zero channel 3 at block2.res1.resadd"
    hand.key(Qt.Key.Key_F11)
    assert not line.isVisible()
