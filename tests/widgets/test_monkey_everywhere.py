"""A monkey in every corner of the window: panels, bars, docks, dialogs and keys, as well as the maze."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QTabBar,
    QWidget,
)

from app.document import patch_edits
from app.interventions.patches import AddVector, Noise, Scale, SetValue, Zero
from tests.widgets.conftest import Hand, MakeHand
from widgets.actions.command_palette import CommandPalette

FULL = os.environ.get("FULL") == "1"
GESTURES = 500 if FULL else 200
CONTROLS = (QAbstractButton, QAbstractSlider, QComboBox, QAbstractSpinBox, QTabBar, QAbstractItemView)
LEFT_OUT = ("file.", "help.log", "help.tour", "compare.policy", "view.presentation")
"""Actions that leave the session (as the tour may, by leaving its sample open), or need a screen and other programs."""

KEYS = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Space,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Return,
    Qt.Key.Key_Tab,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Period,
    *(Qt.Key(Qt.Key.Key_0 + digit) for digit in range(10)),
)
MODIFIERS = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)


class Monkey:
    """Does one random thing after another, wherever a user could."""

    def __init__(self, hand: Hand, seed: int) -> None:
        self.hand = hand
        self.dice = random.Random(seed)
        self.log: list[str] = []
        self.palette = hand.window.findChildren(CommandPalette)[0]
        # Whatever waits for an answer is given up, as by a user who presses Esc.
        self.refusing = QTimer(hand.window)
        self.refusing.timeout.connect(self.refuse)
        self.refusing.start(15)

    def gesture(self) -> None:
        """One of them."""
        kinds = (self.control, self.drag, self.action, self.key, self.patch, self.dock, self.undo)
        self.dice.choices(kinds, (38, 18, 16, 14, 6, 3, 5))[0]()

    def control(self) -> None:
        """Click, or drag across, any control in sight."""
        window = self.hand.window
        roots: list[QWidget] = [window, *(top for top in QApplication.topLevelWidgets() if top.isVisible())]
        found = [
            child
            for root in dict.fromkeys(roots)
            for child in root.findChildren(QWidget)
            if isinstance(child, CONTROLS) and child.isVisible() and child.isEnabled()
        ]
        if not found:
            return
        target = self.dice.choice(found)
        place = QPoint(self.dice.randrange(max(1, target.width())), self.dice.randrange(max(1, target.height())))
        self.note(f"{type(target).__name__} {target.accessibleName() or target.objectName()} at {place.toTuple()}")
        if target is self.palette.list and self.left_out(self.palette.list.indexAt(place).row()):
            return
        widget = target.viewport() if isinstance(target, QAbstractItemView) else target
        if isinstance(target, QAbstractSlider):
            QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=place)
            QTest.mouseMove(widget, QPoint(self.dice.randrange(max(1, target.width())), place.y()))
            QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=place)
        else:
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place)

    def left_out(self, row: int) -> bool:
        """True if a row of the command palette, while that is open, does what is left out; "Quit" is near its top."""
        rows = self.palette.rows.rows
        return self.palette.isVisible() and 0 <= row < len(rows) and rows[row].spec.id.startswith(LEFT_OUT)

    def drag(self) -> None:
        side = self.hand.maze.world
        squares = [(self.dice.randrange(side), self.dice.randrange(side)) for _ in range(self.dice.randrange(1, 4))]
        button = self.dice.choice((Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton))
        self.note(f"drag {button.name} {squares}")
        self.hand.drag(*squares, button=button)

    def action(self) -> None:
        names = [spec.id for spec in self.hand.context.actions if not spec.id.startswith(LEFT_OUT)]
        name = self.dice.choice(names)
        if name in ("tab.duplicate", "compare.maze") and len(self.hand.document.state.mazes) > 4:
            name = "tab.close"
        self.note(name)
        self.hand.context.actions.trigger(name)

    def key(self) -> None:
        target = QApplication.focusWidget()
        if target is None or not target.isVisible():
            # A dialog that is closed still has the focus until it is gone, and no key of a user reaches it any more.
            target = self.hand.window
        key, modifier = self.dice.choice(KEYS), self.dice.choice(MODIFIERS)
        if key == Qt.Key.Key_Return and self.left_out(self.palette.list.currentIndex().row()):
            return
        self.note(f"{key.name} {modifier.name} to {type(target).__name__}")
        QTest.keyClick(target, key, modifier)

    def patch(self) -> None:
        new = self.dice.choice(
            (Zero(channels=(3,)), Scale(positive=0.5), AddVector(), Noise(), SetValue(channels=(1,), row=2, column=3))
        )
        if len(self.hand.document.state.stack.patches) < 5:
            self.note(f"add {new.kind}")
            patch_edits.add_patch(self.hand.document, new)

    def dock(self) -> None:
        dock = self.dice.choice(list(self.hand.window.docks.docks.values()))
        self.note(f"toggle {dock.objectName()}")
        dock.toggleViewAction().trigger()

    def undo(self) -> None:
        for _ in range(self.dice.randrange(1, 6)):
            self.hand.context.actions.trigger("edit.undo")
        self.note("undo")

    def refuse(self) -> None:
        waiting = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if waiting is not None:
            waiting.close()

    def note(self, what: str) -> None:
        self.log.append(what)
        if os.environ.get("MONKEY_LOG"):
            with Path(os.environ["MONKEY_LOG"]).open("a") as file:
                file.write(f"{len(self.log)} {what}\n")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(1, 21) if FULL else [1])
def test_undoing_everything_done_anywhere_leads_back_to_the_start(
    make_hand: MakeHand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    # What it types as the name of a file is written there.
    monkeypatch.chdir(tmp_path)
    hand = make_hand()
    hand.context.settings.set("export.folder", str(tmp_path))
    start = hand.document.state
    reported: list[str] = []
    hand.context.reported.connect(lambda _, sentence, details: reported.append(sentence + details) if details else None)
    monkey = Monkey(hand, seed)
    for _ in range(GESTURES):
        monkey.gesture()
        QApplication.processEvents()
        assert not reported, f"after {monkey.log[-6:]}: {reported[0]}"
        assert hand.window.isVisible(), f"the window is gone after {monkey.log[-6:]}"
    for top in QApplication.topLevelWidgets():
        if top is not hand.window and top.isVisible():
            top.close()
    assert hand.window.isVisible()
    hand.document.end()
    assert len(hand.document.history.done) < 1000, "the history would have forgotten the start"
    while hand.document.history.done:
        hand.document.undo()
    assert hand.document.state == start
    hand.answered()
    monkey.refusing.stop()
