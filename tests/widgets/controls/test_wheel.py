"""A wheel that passes over a control changes nothing; one that has the keyboard is turned by it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QSpinBox, QWidget

from tests.widgets.conftest import Hand, MakeHand
from widgets.actions.new_maze_dialog import NewMazeDialog
from widgets.shell.level_bar import LevelBar


@pytest.fixture
def hand(make_hand: MakeHand) -> Hand:
    return make_hand(engine=False)


def roll(control: QWidget) -> None:
    """One notch towards the user, over the middle of a control, sent as the window system does."""
    middle = control.rect().center()
    event = QWheelEvent(
        QPointF(middle),
        QPointF(control.mapToGlobal(middle)),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(control, event)
    QApplication.processEvents()


def test_in_the_level_bar(hand: Hand) -> None:
    bar = hand.window.findChild(LevelBar)
    assert bar is not None
    before = hand.document.state, hand.window.levels.wish
    for control in (bar.world, bar.dim, bar.region, bar.background, bar.seed):
        roll(control)
        assert not control.hasFocus()
    assert (hand.document.state, hand.window.levels.wish) == before
    hand.window.resize(1900, 1000)
    QApplication.processEvents()
    bar.background.setFocus()
    assert bar.background.hasFocus()
    roll(bar.background)
    assert hand.maze.background == before[0].maze.background + 1


def test_in_the_dialog_of_new_mazes(hand: Hand) -> None:
    dialog = NewMazeDialog(hand.context, hand.window)
    dialog.show()
    dialog.tab.setFocus()
    before = dialog.maze()
    for control in (*dialog.findChildren(QComboBox), *dialog.findChildren(QSpinBox)):
        roll(control)
    assert dialog.maze() == before
    assert dialog.tab.hasFocus()
    dialog.close()
    dialog.deleteLater()
