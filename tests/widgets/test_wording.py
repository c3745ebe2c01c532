"""One way of writing for all: ellipses without a space before them, tooltips without a full stop, plain English."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from tests.widgets.conftest import Hand, MakeHand
from tests.widgets.dialogs import DIALOGS


def texts(root: QWidget) -> list[str]:
    """What buttons and labels say."""
    return [found.text() for found in root.findChildren(QWidget) if isinstance(found, QLabel | QAbstractButton)]


def tips(root: QWidget) -> list[str]:
    """All tooltips, but for those of labels, which repeat what they show."""
    return [found.toolTip() for found in root.findChildren(QWidget) if not isinstance(found, QLabel)]


def test_of_actions_and_the_window(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    actions = [hand.context.actions[spec.id] for spec in hand.context.actions]
    said = [action.text() for action in actions] + texts(hand.window)
    assert not [text for text in said if " …" in text]
    shown = [action.toolTip() for action in actions] + tips(hand.window)
    assert not [tip for tip in shown if tip.endswith(".") or ".  (" in tip or ".." in tip]


@pytest.mark.parametrize("name", DIALOGS)
def test_of_dialogs(hand: Hand, name: str) -> None:
    dialog = DIALOGS[name](hand)
    try:
        assert not [text for text in texts(dialog) if text.endswith(" …")]
        assert not [tip for tip in tips(dialog) if tip.endswith(".") or ".." in tip]
    finally:
        dialog.close()
        dialog.deleteLater()
