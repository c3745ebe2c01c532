"""A monkey at the window: seeded random gestures, after which undoing everything leads back to the start."""

from __future__ import annotations

import os
import random

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document import maze_edits, patch_edits
from app.interventions.patches import AddVector, Scale, Zero
from app.maze.maze import Square
from tests.widgets.conftest import Hand, MakeHand
from widgets.maze_view.tools import TOOLS

FULL = os.environ.get("FULL") == "1"
GESTURES = 500 if FULL else 150
ACTIONS = (
    "edit.undo",
    "edit.redo",
    "maze.toggle_cheese",
    "maze.rotate_left",
    "maze.rotate_right",
    "maze.mirror",
    "maze.flip",
    "maze.carve",
    "maze.copy",
    "maze.paste",
    "level.restore",
    "tab.duplicate",
    "tab.next",
    "tab.close",
    "view.original",
    "view.patched",
    "view.difference",
    "view.side_by_side",
    "view.fit",
    "view.fit_world",
    "view.zoom_in",
    "view.zoom_out",
    "compare.maze",
    "compare.swap",
    "compare.stop",
)
KEYS = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Space,
    Qt.Key.Key_Escape,
)


class Monkey:
    """Does one random thing after another."""

    def __init__(self, hand: Hand, seed: int) -> None:
        self.hand = hand
        self.dice = random.Random(seed)
        self.log: list[str] = []

    def square(self) -> Square:
        side = self.hand.maze.world
        return self.dice.randrange(-1, side + 1), self.dice.randrange(-1, side + 1)

    def gesture(self) -> None:
        """One of them."""
        kind = self.dice.choices(
            (self.drag, self.action, self.key, self.tool, self.wheel, self.patch, self.interrupted, self.theme),
            (30, 22, 20, 8, 6, 6, 5, 3),
        )[0]
        self.log.append(kind.__name__)
        kind()

    def drag(self) -> None:
        button = self.dice.choices((Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton), (3, 1))[0]
        squares = [self.square() for _ in range(self.dice.randrange(2, 5))]
        self.hand.drag(*squares, button=button)
        self.close_menu()

    def interrupted(self) -> None:
        """Undo, or another view, in the middle of a drag."""
        self.hand.press(self.square())
        self.hand.move(self.square())
        self.hand.context.actions.trigger(self.dice.choice(("edit.undo", "view.patched", "tab.duplicate", "edit.redo")))
        self.hand.move(self.square())
        self.hand.release(self.square())

    def action(self) -> None:
        name = self.dice.choice(ACTIONS)
        self.log.append(name)
        if name == "tab.duplicate" and len(self.hand.document.state.mazes) > 4:
            name = "tab.close"
        self.hand.context.actions.trigger(name)

    def key(self) -> None:
        shift = self.dice.choice((Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier))
        self.hand.window.maze_view.canvas.setFocus()
        QTest.keyClick(self.hand.window.maze_view.canvas, self.dice.choice(KEYS), shift)

    def tool(self) -> None:
        self.hand.context.view.set_tool(self.dice.choice(TOOLS).id)

    def wheel(self) -> None:
        canvas = self.hand.window.maze_view.canvas
        place = QPointF(self.dice.randrange(canvas.width()), self.dice.randrange(canvas.height()))
        event = QWheelEvent(
            place,
            canvas.mapToGlobal(place),
            QPoint(),
            QPoint(0, self.dice.choice((-240, 120, 360))),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(canvas.viewport(), event)

    def patch(self) -> None:
        document = self.hand.document
        count = len(document.state.stack.patches)
        if count and self.dice.random() < 0.5:
            position = self.dice.randrange(count)
            choice = self.dice.randrange(3)
            if choice == 0:
                patch_edits.delete_patch(document, position)
            elif choice == 1:
                patch_edits.enable_patch(document, position, not document.state.stack.patches[position].enabled)
            else:
                patch_edits.solo_patch(document, position, not document.state.stack.patches[position].solo)
        elif count < 4:
            new = self.dice.choice((Zero(channels=(3,)), Scale(positive=0.5), AddVector(coefficient=-1.0)))
            patch_edits.add_patch(document, new)

    def theme(self) -> None:
        maze_edits.set_background(self.hand.document, self.dice.randrange(9))

    @staticmethod
    def close_menu() -> None:
        menu = QApplication.activePopupWidget()
        if menu is not None:
            menu.close()


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(1, 21) if FULL else [1])
def test_undoing_everything_leads_back_to_the_start(make_hand: MakeHand, seed: int) -> None:
    hand = make_hand()
    start = hand.document.state
    monkey = Monkey(hand, seed)
    reported: list[str] = []
    hand.context.reported.connect(lambda _, sentence, details: reported.append(sentence + details) if details else None)
    for number in range(GESTURES):
        monkey.gesture()
        if number % 10 == 0:
            QApplication.processEvents()
    assert not reported, f"after {monkey.log[-6:]}: {reported[0]}"
    hand.document.end()
    assert len(hand.document.history.done) < 1000, "the history would have forgotten the start"
    while hand.document.history.done:
        hand.document.undo()
    assert hand.document.state == start
    hand.answered()
