"""Controls drawn by the style sheet itself."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton
from pytestqt.qtbot import QtBot

from app.drawing.colour import contrast
from tests.widgets.conftest import MakeHand
from widgets.panels.patches.card import PatchCard


def box_of(check: QCheckBox) -> QImage:
    """The check box's own box, without its text."""
    option = QStyleOptionButton()
    check.initStyleOption(option)
    place = check.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, check)
    return check.grab(place).toImage()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_check_boxes_are_seen_in_both_themes_and_grow_with_the_text(
    make_hand: MakeHand, qtbot: QtBot, theme: str
) -> None:
    hand = make_hand(engine=False)
    hand.context.set_theme(theme)
    hand.context.actions.trigger("patches.subtract")
    palette = hand.context.palette

    def check() -> QCheckBox:
        (card,) = hand.window.findChildren(PatchCard)
        return card.enabled

    image = box_of(check())
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {palette.accent, palette.accent_text} <= colours, "a tick on a filled box"
    assert contrast(palette.text_muted, palette.panel_raised) >= 3, "the rim of one that is not ticked"
    small = image.width()
    hand.context.set_text_scale(2.0)
    assert box_of(check()).width() >= 1.8 * small
    hand.context.set_text_scale(1.0)
