"""In large text panels have room to be used, the user's own arrangement stays, and icons follow the text both ways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar, QToolButton, QWidget

from app.document import patch_edits
from app.interventions.patches import AddVector
from tests.widgets.conftest import Hand, MakeHand
from tests.widgets.shell.test_docks import places, scale_text
from widgets.panels.patches.card import PatchCard
from widgets.shell.docks import Docks


@pytest.fixture
def on_desk(make_hand: MakeHand, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    """A large screen, of which text at twice its size takes much."""
    monkeypatch.setattr(Docks, "screen_height", 1050)
    hand = make_hand(engine=False)
    hand.window.resize(1900, 1000)
    hand.window.docks.reset()
    QTest.qWait(30)
    yield hand
    hand.context.set_text_scale(1.0)


def test_the_slider_of_a_patch_is_in_sight_in_large_text(on_desk: Hand) -> None:
    hand = on_desk
    before = places(hand)
    patch_edits.add_patch(hand.document, AddVector(coefficient=-1.0))
    scale_text(hand, 2.0)
    QTest.qWait(30)
    card = hand.window.findChildren(PatchCard)[0]
    slider = card.visibleRegion().boundingRect()
    assert slider.height() > 0.6 * card.height()
    assert hand.window.docks.docks["patches"].width() < 0.4 * hand.window.width()
    scale_text(hand, 1.0)
    assert places(hand) == before


def test_panels_put_one_over_the_other_in_large_text_stay_so_after_a_start(on_desk: Hand, make_hand: MakeHand) -> None:
    hand = on_desk
    scale_text(hand, 2.0)
    docks = hand.window.docks.docks
    hand.window.splitDockWidget(docks["patches"], docks["channels"], Qt.Orientation.Vertical)
    QTest.qWait(30)
    mine = places(hand)
    hand.window.close()
    again = make_hand(engine=False)
    QTest.qWait(30)
    assert places(again) == mine


def test_every_panel_can_be_reached_by_its_tab_in_large_text(on_desk: Hand) -> None:
    hand = on_desk
    scale_text(hand, 2.0)
    bars = hand.window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    bar = next(bar for bar in bars if bar.isVisible() and bar.count() == len(hand.window.docks.docks))
    assert [bar.tabToolTip(at) for at in range(bar.count())] == [bar.tabText(at) for at in range(bar.count())]
    more = max((button for button in bar.findChildren(QToolButton) if button.isVisible()), key=QToolButton.x)
    for _ in range(bar.count()):
        QTest.mouseClick(more, Qt.MouseButton.LeftButton)
        QTest.qWait(20)
    last = bar.tabRect(bar.count() - 1)
    assert QRect(0, 0, more.x() + more.width(), bar.height()).contains(last.center())
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(last.left() + 20, last.center().y()))
    QApplication.processEvents()
    shown = [dock.windowTitle() for dock in hand.window.docks.docks.values() if not dock.visibleRegion().isEmpty()]
    assert shown == [bar.tabText(bar.count() - 1)]


def icon_sides(window: QWidget) -> dict[str, int]:
    """The side of the icon of each button of the window, by its name."""
    found = {}
    for button in window.findChildren(QToolButton):
        if not button.icon().isNull() and button.objectName() not in ("qt_toolbar_ext_button", "qt_menubar_ext_button"):
            found[f"{button.accessibleName()} {button.parentWidget().accessibleName()}"] = button.iconSize().height()
    return found


def test_all_icons_follow_the_text_both_ways(on_desk: Hand, make_hand: MakeHand) -> None:
    hand = on_desk
    patch_edits.add_patch(hand.document, AddVector(coefficient=-1.0))
    hand.context.actions.trigger("tab.duplicate")
    QTest.qWait(30)
    usual = icon_sides(hand.window)
    assert len(usual) > 30
    scale_text(hand, 2.0)
    larger = icon_sides(hand.window)
    assert {name for name in usual if not 1.8 * usual[name] <= larger[name] <= 2.2 * usual[name]} == set()
    scale_text(hand, 1.0)
    assert icon_sides(hand.window) == usual
    scale_text(hand, 2.0)
    hand.document.mark_saved()
    hand.window.close()
    # A start in large text, and then the usual one.
    again = make_hand(engine=False)
    patch_edits.add_patch(again.document, AddVector(coefficient=-1.0))
    again.context.actions.trigger("tab.duplicate")
    QTest.qWait(30)
    assert icon_sides(again.window) == larger
    scale_text(again, 1.0)
    assert icon_sides(again.window) == usual
