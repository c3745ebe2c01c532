"""Controls drawn by the style sheet itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QRegion
from PySide6.QtWidgets import QCheckBox, QLabel, QStyle, QStyleOptionButton, QWidget
from pytestqt.qtbot import QtBot

from app.drawing.colour import contrast
from tests.widgets.conftest import MakeHand
from widgets.controls.panel_parts import heading, muted
from widgets.panels.patches.card import PatchCard


def box_of(check: QCheckBox) -> QImage:
    """The check box's own box, without its text."""
    option = QStyleOptionButton()
    check.initStyleOption(option)
    place = check.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, check)
    return check.grab(place).toImage()


def strongest(label: QLabel, ground: str) -> float:
    """The largest contrast with its ground that a label's text has."""
    image = QImage(label.size(), QImage.Format.Format_RGB32)
    image.fill(ground)
    label.render(image, QPoint(0, 0), QRegion(), QWidget.RenderFlag.DrawChildren)
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    return max(contrast(colour, ground) for colour in colours)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_that_is_out_of_date_is_seen_to_be(make_hand: MakeHand, theme: str) -> None:
    hand = make_hand(engine=False)
    hand.context.set_theme(theme)
    hand.window.maze_view.outcome.set_texts("Sampled play reaches the cheese")
    labels = (hand.window.maze_view.outcome, muted("Muted"), QLabel("Plain"), heading("Heading"))
    for label in labels:
        if label.parentWidget() is None:
            label.setParent(hand.window.centralWidget())
            label.show()
        label.setEnabled(True)
        fresh = strongest(label, hand.context.palette.panel)
        label.setEnabled(False)
        stale = strongest(label, hand.context.palette.panel)
        assert 1.5 < stale < 0.7 * fresh, (label.text(), fresh, stale)


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
