"""Text at twice its size: no dialog, bar or overlay cuts any of it off, and each fits a common small screen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollArea,
    QScrollBar,
    QStyle,
    QStyleOptionComboBox,
    QToolButton,
    QWidget,
)

from app.document import patch_edits
from app.interventions.patches import Scale
from tests.widgets.conftest import Hand, MakeHand, Shared
from tests.widgets.dialogs import DIALOGS, LONG
from widgets.controls.keycaps import KeyCaps
from widgets.controls.panel_parts import Elided
from widgets.shell.docks import Docks

SCREEN = (1366, 728)
"""Pixels of a common small screen, less a bar of the desktop."""

PICTURES = os.environ.get("MAZESCOPE_PICTURES")
"""A folder for pictures of everything that is looked at here."""


@pytest.fixture(scope="module", params=[1.0, 2.0])
def shared(make_shared: MakeHand, request: pytest.FixtureRequest) -> Iterator[Shared]:
    """The module's window, on the small screen, with text of one of two sizes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Docks, "screen_height", SCREEN[1])
        hand = make_shared()
        hand.context.set_text_scale(request.param)
        QTest.qWait(20)
        hand.window.resize(*SCREEN)
        QTest.qWait(20)
        yield Shared(hand)
        hand.context.set_text_scale(1.0)


def clipped(root: QWidget) -> list[str]:
    """The text of a part that is not whole in sight: "Label 'what it says': why"."""
    found = []
    for widget in (root, *root.findChildren(QWidget)):
        if widget.window() is not root.window() or not widget.isVisible() or widget.size().isEmpty():
            continue
        if isinstance(widget, QScrollBar):
            continue
        why = _cut(widget) or _outside(widget, root)
        if why:
            text = getattr(widget, "text", lambda: "")() or widget.accessibleName()
            found.append(f"{type(widget).__name__} {text!r}: {why}")
    return found


def _cut(widget: QWidget) -> str:
    metrics, size = widget.fontMetrics(), widget.size()
    if isinstance(widget, Elided):
        return "is elided" if "…" in widget.shown and "…" not in widget.text() else ""
    if isinstance(widget, QLabel) and widget.text():
        wanted = widget.heightForWidth(size.width()) if widget.wordWrap() else widget.sizeHint().height()
        # Qt rounds the lines of a wrapped text up and down by turns.
        if size.height() < wanted - 1:
            return f"{size.height()} of {wanted} pixels high"
        needed = widget.minimumSizeHint().width() if widget.wordWrap() else widget.sizeHint().width()
        return f"{size.width()} of {needed} pixels wide" if size.width() < needed else ""
    if isinstance(widget, QAbstractButton | QCheckBox | KeyCaps):
        wanted = widget.sizeHint()
        if isinstance(widget, QAbstractButton) and not widget.text():
            return ""
        ok = size.width() >= wanted.width() and size.height() >= wanted.height()
        return "" if ok else f"{size.toTuple()} of {wanted.toTuple()} pixels"
    if isinstance(widget, QComboBox) and widget.hasHeightForWidth():
        return "" if widget.height() >= widget.heightForWidth(size.width()) else "too low"
    if isinstance(widget, QComboBox):
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        edit = QStyle.SubControl.SC_ComboBoxEditField
        room = widget.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, edit, widget)
        # The style leaves 6 pixels after the icon, and 2 after the text.
        icon = 0 if option.currentIcon.isNull() else widget.iconSize().width() + 8
        needed = metrics.horizontalAdvance(widget.currentText()) + icon
        if room.width() < needed:
            return f"{room.width()} of {needed} pixels wide"
        return "too low" if room.height() < metrics.height() else ""
    if isinstance(widget, QLineEdit):
        if widget.height() < metrics.height():
            return "too low"
        hint = metrics.horizontalAdvance(widget.placeholderText())
        return "its hint is cut" if hint > widget.width() else ""
    if isinstance(widget, QHeaderView):
        return ""
    if isinstance(widget, QAbstractItemView) and widget.model() is not None and not widget.wordWrap():
        wide = widget.sizeHintForColumn(0) if hasattr(widget, "sizeHintForColumn") else 0
        return f"items of {wide} in {widget.viewport().width()} pixels" if wide > widget.viewport().width() else ""
    return ""


def _outside(widget: QWidget, root: QWidget) -> str:
    """True if a widget is beyond the edge of what holds it; what scrolls may, up and down."""
    if widget is root or isinstance(widget.parentWidget(), QAbstractScrollArea):
        return ""
    outer = widget.parentWidget()
    while outer is not None and outer is not root:
        if isinstance(outer, QAbstractScrollArea):
            if not outer.viewport().isAncestorOf(widget):
                return ""
            place = QRect(widget.mapTo(outer.viewport(), QPoint(0, 0)), widget.size())
            sideways = place.left() < 0 or place.right() > outer.viewport().width()
            return "beyond the side of what scrolls" if sideways and isinstance(outer, QScrollArea) else ""
        outer = outer.parentWidget()
    place = QRect(widget.mapTo(root, QPoint(0, 0)), widget.size())
    return "" if root.rect().contains(place) else f"at {place.getRect()} in {root.size().toTuple()}"


def paint(hand: Hand, name: str, part: QWidget) -> None:
    """Keep pictures of a part in both themes, where a folder for them is named."""
    if PICTURES:
        scale = hand.context.settings.get("text_scale", 1.0)
        for theme in ("light", "dark"):
            hand.context.set_theme(theme)
            QApplication.processEvents()
            part.grab().save(str(Path(PICTURES) / f"{name} {scale:g} {theme}.png"))


@pytest.mark.parametrize("name", DIALOGS)
def test_dialogs_show_all_their_text_and_fit_the_screen(shared_hand: Hand, name: str) -> None:
    dialog = DIALOGS[name](shared_hand)
    shared_hand.qtbot.waitExposed(dialog)
    QTest.qWait(20)
    assert not clipped(dialog)
    # Also as small as a user can make it.
    least = dialog.minimumSizeHint().expandedTo(dialog.minimumSize())
    for size in (dialog.size(), least):
        assert size.width() <= SCREEN[0], size
        assert size.height() <= SCREEN[1], size
    paint(shared_hand, name, dialog)
    dialog.close()


def test_the_command_palette_shows_whole_commands(shared_hand: Hand) -> None:
    palette = shared_hand.window.features.commands
    shared_hand.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert palette.isVisible()
    assert not clipped(palette)
    assert shared_hand.window.rect().contains(palette.geometry())
    paint(shared_hand, "commands", shared_hand.window)
    shared_hand.key(Qt.Key.Key_Escape)


def test_the_tour_fits_the_window(shared_hand: Hand) -> None:
    shared_hand.context.actions.trigger("help.tour")
    shared_hand.answered()
    tour = shared_hand.window.features.tour
    for step in range(4):
        QTest.qWait(90)
        mark = tour.mark
        assert mark is not None
        assert not clipped(mark.card)
        assert mark.rect().contains(mark.card.geometry())
        paint(shared_hand, f"tour {step + 1}", shared_hand.window)
        QTest.mouseClick(mark.card.next, Qt.MouseButton.LeftButton)


def test_messages_take_as_many_lines_as_they_need(shared_hand: Hand) -> None:
    bar = shared_hand.window.message_bar
    shared_hand.context.report(LONG, about="file")
    shared_hand.context.report(LONG.replace("policy", "maze"), about="level")
    QTest.qWait(20)
    assert not clipped(bar)
    paint(shared_hand, "messages", shared_hand.window)


def test_the_bars_of_the_window_show_all_their_text(shared_hand: Hand) -> None:
    patch_edits.add_patch(shared_hand.document, Scale())
    shared_hand.answered()
    window = shared_hand.window
    parts = {
        "levels": window.level_bar,
        "view": window.view_switch,
        "rollout": window.playback.bar,
        "status": window.statusBar(),
        "numbers": window.maze_view.numbers,
        "legend": window.maze_view.legend,
        "menus": window.menuBar(),
    }
    for tool in ("wall", "pin", "select"):
        if f"tool.{tool}" in {spec.id for spec in shared_hand.context.actions}:
            shared_hand.context.actions.trigger(f"tool.{tool}")
        QTest.qWait(20)
        for name, part in parts.items():
            assert not clipped(part), name
    assert window.width() <= SCREEN[0]
    assert window.height() <= SCREEN[1]
    paint(shared_hand, "window", window)


def test_what_a_bar_has_no_room_for_is_behind_a_button_that_can_be_seen(shared_hand: Hand) -> None:
    window = shared_hand.window
    window.resize(window.minimumSizeHint())
    QTest.qWait(30)
    for bar in (window.level_bar, window.tool_bar):
        for more in bar.findChildren(QToolButton, "qt_toolbar_ext_button"):
            if more.isVisible():
                picture = more.grab().toImage()
                colours = {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}
                assert len(colours) > 4, "the chevron is drawn"
                paint(shared_hand, f"more of {bar.objectName()}", bar)


def test_pressed_keys_fit_the_stage(shared_hand: Hand) -> None:
    shared_hand.key(Qt.Key.Key_F11)
    stage = shared_hand.window.features.presentation.stage
    stage.show_keys(("Ctrl", "Shift", "P"), "opens the palette of commands")
    QTest.qWait(20)
    assert not clipped(stage)
    paint(shared_hand, "stage", shared_hand.window)
    shared_hand.key(Qt.Key.Key_Escape)
