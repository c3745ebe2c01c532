"""The card next to the pointer does not cover the arrows it is about."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document import patch_edits
from app.interventions.patches import Zero
from app.maze.levels import random_level
from tests.widgets.conftest import Hand, MakeHand
from widgets.maze_view.pane import Pane


def covered(hand: Hand, pane: Pane, card: QRect) -> int:
    """Squares whose middle is under a card."""
    squares = hand.maze.squares.tolist()
    return sum(card.contains(pane.canvas.pixel_at((row, col))) for row, col in squares)


@pytest.mark.parametrize(
    ("mode", "zooms"), [(Qt.Key.Key_1, 0), (Qt.Key.Key_4, 0), (Qt.Key.Key_1, 3), (Qt.Key.Key_4, 4)]
)
def test_the_card_covers_no_more_arrows_than_any_corner_would(make_hand: MakeHand, mode: Qt.Key, zooms: int) -> None:
    hand = make_hand(random_level(25, 25, 2))
    patch_edits.add_patch(hand.document, Zero())
    hand.answered()
    hand.key(mode)
    for _ in range(zooms):
        hand.key(Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    for pane in hand.window.maze_view.panes.values():
        if not pane.isVisible():
            continue
        room = pane.canvas.rect().adjusted(6, 6, -6, -6)
        for row, col in hand.maze.squares[::29].tolist():
            at = pane.canvas.pixel_at((row, col))
            if not room.contains(at):
                continue
            QTest.mouseMove(pane.canvas.viewport(), at)
            QApplication.processEvents()
            card = pane.readout.geometry()
            if not pane.readout.isVisible() or "ends here" in pane.readout.text():
                continue
            corners = [QRect(QPoint(), card.size()) for _ in range(4)]
            corners[0].moveTopLeft(room.topLeft())
            corners[1].moveTopRight(room.topRight())
            corners[2].moveBottomLeft(room.bottomLeft())
            corners[3].moveBottomRight(room.bottomRight())
            clear = [corner for corner in corners if not corner.adjusted(-24, -24, 24, 24).contains(at)]
            # A card's edge may run through a row of squares.
            edge = 2 * (card.width() + card.height()) // 40
            assert covered(hand, pane, card) <= min(covered(hand, pane, corner) for corner in clear or corners) + edge


def test_the_card_stays_where_it_is_while_that_is_as_good_as_any_place(hand: Hand) -> None:
    hand.window.resize(1800, 800)
    QApplication.processEvents()
    pane = hand.window.maze_view.panes["original"]
    places = set()
    for row, col in hand.maze.squares.tolist():
        if (row, col) != hand.maze.cheese:
            hand.move((row, col))
            assert pane.readout.isVisible()
            assert covered(hand, pane, pane.readout.geometry()) == 0
            places.add((pane.readout.geometry().right(), pane.readout.y()))
    assert len(places) == 1
