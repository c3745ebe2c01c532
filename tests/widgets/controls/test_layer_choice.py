"""The list of layers: its headings are never chosen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.plugin import QtBot

from app.policy.layers import layers
from widgets.controls.layer_choice import LayerChoice


@pytest.mark.parametrize("opened", [False, True])
def test_the_keyboard_skips_headings(qtbot: QtBot, opened: bool) -> None:
    choice = LayerChoice("Layer")
    qtbot.addWidget(choice)
    choice.show_layers(1, layers(1)[0].name)
    choice.show()
    qtbot.waitExposed(choice)
    choice.setFocus()
    if opened:
        choice.showPopup()
    target = choice.view() if opened else choice
    seen = [choice.currentData()]
    keys = [Qt.Key.Key_Down] * len(layers(1)) + [Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_B]
    for key in keys:
        QTest.keyClick(target, key)
        index = target.currentIndex().data(Qt.ItemDataRole.UserRole) if opened else choice.currentData()
        assert index is not None, f"a heading was reached by {key}"
        seen.append(index)
    assert seen[: len(layers(1))] == [layer.name for layer in layers(1)]
    choice.hidePopup()
