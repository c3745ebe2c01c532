"""Panels go, come back, and stay where they were put."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QStyle, QTabBar, QToolButton, QWidget

from app.document import patch_edits
from app.interventions.patches import AddVector
from tests.widgets.conftest import SOON, Hand, MakeHand
from widgets.services.settings import Settings
from widgets.shell.docks import Docks


def test_a_panel_closed_by_its_button_comes_back_by_its_action(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    for name, dock in hand.window.docks.docks.items():
        dock.raise_()
        QApplication.processEvents()
        buttons = dock.titleBarWidget().findChildren(QToolButton)
        close = next(button for button in buttons if button.accessibleName().startswith("Close"))
        QTest.mouseClick(close, Qt.MouseButton.LeftButton)
        action = hand.context.actions[f"panel.{name}"]
        assert dock.isHidden()
        assert not action.isChecked()
        action.trigger()
        assert not dock.isHidden()
        assert action.isChecked()


def test_a_panel_that_is_docked_again_is_in_front(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    dock = hand.window.docks.docks["patches"]
    buttons = dock.titleBarWidget().findChildren(QToolButton)
    float_or_dock = next(button for button in buttons if button.accessibleName().startswith("Float"))
    for floating in (True, False):
        QTest.mouseClick(float_or_dock, Qt.MouseButton.LeftButton)
        QApplication.processEvents()
        assert dock.isFloating() is floating
    assert not dock.visibleRegion().isEmpty()


def test_a_patch_is_seen_whole_at_first(make_hand: MakeHand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Docks, "screen_height", 1000)
    hand = make_hand(engine=False)
    hand.window.resize(1480, 940)
    patch_edits.add_patch(hand.document, AddVector(coefficient=-1.0))
    QApplication.processEvents()
    hand.context.actions.trigger("view.reset_layout")
    QApplication.processEvents()
    assert hand.window.docks.docks["patches"].width() > 400
    panel = hand.window.docks.docks["patches"].widget()
    card = panel.cards.cards[0]  # type: ignore[attr-defined]
    assert card.visibleRegion().boundingRect().height() > 0.9 * card.height()


def test_layout_and_toggles_are_remembered_and_reset(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    first = {name: dock.isHidden() for name, dock in hand.window.docks.docks.items()}
    hand.context.actions.trigger("panel.channels")
    area = Qt.DockWidgetArea.LeftDockWidgetArea
    hand.window.addDockWidget(area, hand.window.docks.docks["patches"])
    hand.context.actions.trigger("view.legend")
    hand.window.resize(1180, 740)
    hand.window.close()
    again = make_hand(engine=False)
    assert again.window.docks.docks["channels"].isHidden()
    assert not again.context.actions["panel.channels"].isChecked()
    assert again.window.dockWidgetArea(again.window.docks.docks["patches"]) == area
    assert not again.window.maze_view.legend.isVisible()
    assert not again.context.actions["view.legend"].isChecked()
    again.context.actions.trigger("view.reset_layout")
    assert {name: dock.isHidden() for name, dock in again.window.docks.docks.items()} == first
    right = Qt.DockWidgetArea.RightDockWidgetArea
    assert again.window.dockWidgetArea(again.window.docks.docks["patches"]) == right


def test_a_floating_panel_is_above_the_window_after_a_start_too(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    hand.window.docks.docks["patches"].setFloating(True)
    QApplication.processEvents()
    hand.window.close()
    shown: list[str] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                shown.append(watched.objectName())
            return False

    watch = Watch()
    QApplication.instance().installEventFilter(watch)
    again = make_hand(engine=False)
    QApplication.processEvents()
    QApplication.instance().removeEventFilter(watch)
    dock = again.window.docks.docks["patches"]
    assert dock.isFloating()
    assert dock.isVisible()
    # A window system keeps it above the window it belongs to if that was there before.
    assert shown[-1] == dock.objectName()
    assert again.window.objectName() in shown


def test_a_floating_panel_has_an_edge(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    dock = hand.window.docks.docks["patches"]
    dock.setFloating(True)
    QApplication.processEvents()
    seen = dock.grab().toImage()
    edge = {seen.pixel(0, y) for y in range(seen.height())}
    assert len(edge) == 1
    assert edge != {seen.pixel(8, 8)}
    dock.setFloating(False)


def test_a_panel_has_room_once_it_floats(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    hand.window.resize(1366, 700)
    dock = hand.window.docks.docks["explain"]
    hand.window.docks.bring("explain")
    QApplication.processEvents()
    before = dock.height()
    (button,) = [each for each in dock.findChildren(QToolButton) if each.accessibleName() == "Float or dock: Explain"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert dock.isFloating()
    screen = dock.screen().availableGeometry()
    assert dock.height() >= max(before, min(40 * dock.fontMetrics().height(), screen.height() * 3 // 4))
    assert screen.top() <= dock.geometry().top()
    assert dock.geometry().bottom() <= screen.bottom()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not dock.isFloating()


def places(hand: Hand) -> dict[str, tuple[set[str], bool]]:
    """With which others each panel shares its place, and whether it is put away."""
    window, docks = hand.window, hand.window.docks.docks
    return {
        name: ({other.objectName() for other in window.tabifiedDockWidgets(dock)}, dock.isHidden())
        for name, dock in docks.items()
    }


def scale_text(hand: Hand, scale: float) -> None:
    hand.context.set_text_scale(scale)
    QTest.qWait(30)


@pytest.fixture
def on_small_screen(make_hand: MakeHand, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    monkeypatch.setattr(Docks, "screen_height", 1000)
    hand = make_hand(engine=False)
    hand.window.docks.reset()
    QTest.qWait(30)
    yield hand
    hand.context.set_text_scale(1.0)


def test_panels_go_back_to_their_places_after_large_text(on_small_screen: Hand) -> None:
    hand = on_small_screen
    before = places(hand)
    assert len(before["policy"][0]) < len(before) - 1
    scale_text(hand, 2.0)
    assert len(places(hand)["policy"][0]) == len(before) - 1
    for _ in range(2):
        hand.context.actions.trigger("panel.history")
        QApplication.processEvents()
    scale_text(hand, 1.0)
    after = places(hand)
    assert after.pop("history")[1], "what was closed meanwhile stays closed"
    del before["history"]
    assert after == {name: (others - {"dock.history"}, hidden) for name, (others, hidden) in before.items()}


def test_panels_go_back_when_the_screen_is_higher(on_small_screen: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    hand = on_small_screen
    before = places(hand)
    scale_text(hand, 2.0)
    gathered = places(hand)
    assert gathered != before
    monkeypatch.setattr(Docks, "screen_height", 2160)
    handle = hand.window.windowHandle()
    handle.screenChanged.emit(handle.screen())
    assert places(hand) == before


def test_a_panel_docked_elsewhere_in_large_text_stays_there(on_small_screen: Hand) -> None:
    hand = on_small_screen
    scale_text(hand, 2.0)
    hand.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, hand.window.docks.docks["patches"])
    mine = places(hand)
    scale_text(hand, 1.0)
    assert places(hand) == mine


def test_panels_that_were_rearranged_in_large_text_stay_so(on_small_screen: Hand) -> None:
    hand = on_small_screen
    scale_text(hand, 2.0)
    dock = hand.window.docks.docks["patches"]
    dock.raise_()
    QApplication.processEvents()
    buttons = dock.titleBarWidget().findChildren(QToolButton)
    QTest.mouseClick(next(b for b in buttons if b.accessibleName().startswith("Float")), Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    mine = places(hand)
    scale_text(hand, 1.0)
    assert dock.isFloating()
    assert places(hand) == mine
    dock.setFloating(False)


def kept(hand: Hand, name: str) -> object:
    """A remembered choice, as it is on the disk."""
    return Settings(hand.context.settings.file).get(name)


def test_a_crash_forgets_no_arrangement(remembered_soon: None, make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    dock = hand.window.docks.docks["inspector"]
    dock.raise_()
    QApplication.processEvents()
    close = next(b for b in dock.titleBarWidget().findChildren(QToolButton) if b.accessibleName().startswith("Close"))
    QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    hand.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, hand.window.docks.docks["patches"])
    # The window is never closed.
    hand.wait(lambda: kept(hand, "closed_panels") == ["inspector"])
    again = make_hand(engine=False)
    assert again.window.docks.docks["inspector"].isHidden()
    left = Qt.DockWidgetArea.LeftDockWidgetArea
    assert again.window.dockWidgetArea(again.window.docks.docks["patches"]) == left


def test_the_stage_is_not_remembered(remembered_soon: None, make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    hand.wait(lambda: kept(hand, "closed_panels") == [])
    hand.key(Qt.Key.Key_F11)
    QTest.qWait(2 * SOON)
    # All that was remembered until now is on the disk when this is.
    hand.context.settings.set("later", True)
    hand.wait(lambda: kept(hand, "later") is True)
    assert kept(hand, "closed_panels") == []
    hand.key(Qt.Key.Key_Escape)


def test_panels_gathered_by_large_text_are_remembered_where_the_user_had_them(
    on_small_screen: Hand, make_hand: MakeHand
) -> None:
    hand = on_small_screen
    before = places(hand)
    scale_text(hand, 2.0)
    # It is behind others: the first brings it, the second puts it away.
    for _ in range(2):
        hand.context.actions.trigger("panel.history")
        QApplication.processEvents()
    gathered = places(hand)
    assert gathered["policy"] != before["policy"]
    hand.window.close()
    again = make_hand(engine=False)
    QTest.qWait(30)
    assert again.window.docks.docks["history"].isHidden(), "what was closed stays closed"
    assert places(again)["policy"][0] == gathered["policy"][0] - {"dock.history"}, "there is no more room than before"
    scale_text(again, 1.0)
    assert again.window.docks.docks["history"].isHidden()
    again.context.actions.trigger("panel.history")
    assert places(again) == before


def test_buttons_grow_with_the_text(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    hand.context.actions.trigger("tab.duplicate")
    background = hand.window.level_bar.background
    usual_picture = background.iconSize().height()
    buttons = {
        "title": hand.window.docks.docks["patches"].titleBarWidget().findChild(QToolButton),
        "playback": hand.window.playback.bar.buttons["playback.play"],
        "tab": hand.window.tabs.tabButton(0, QTabBar.ButtonPosition.RightSide),
    }
    usual = {name: button.iconSize().height() for name, button in buttons.items()}
    scale_text(hand, 2.0)
    buttons["tab"] = hand.window.tabs.tabButton(0, QTabBar.ButtonPosition.RightSide)
    larger = {name: button.iconSize().height() for name, button in buttons.items()}
    larger_picture = background.iconSize().height()
    menu = hand.window.findChild(QMenu)
    assert menu.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize, None, menu) == larger_picture
    scale_text(hand, 1.0)
    assert larger_picture >= 1.8 * usual_picture
    assert all(larger[name] >= 1.8 * usual[name] for name in usual), (usual, larger)


def test_heights_of_panels_come_back_after_large_text(
    remembered_soon: None, make_hand: MakeHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Docks, "screen_height", 800)
    hand = make_hand(engine=False)
    hand.window.resize(1200, 760)
    docks = hand.window.docks.docks
    QApplication.processEvents()
    hand.window.resizeDocks([docks["patches"], docks["channels"]], [200, 480], Qt.Orientation.Vertical)
    QTest.qWait(2 * SOON)
    before = docks["patches"].height()
    scale_text(hand, 2.0)
    assert len(places(hand)["policy"][0]) == len(docks) - 1, "gathered"
    scale_text(hand, 1.0)
    hand.window.resize(1200, 760)
    QApplication.processEvents()
    assert docks["patches"].height() == pytest.approx(before, abs=8)


def test_the_window_stays_on_its_screen_in_large_text(
    make_hand: MakeHand, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(Docks, "screen_height", 900)
    hand = make_hand(engine=False)
    request.addfinalizer(lambda: hand.context.set_text_scale(1.0))
    hand.window.docks.docks["patches"].setFloating(True)
    hand.window.resize(1480, 800)
    hand.window.move(0, 90)
    for start in (hand, None):
        now = start or make_hand(engine=False)
        if start:
            scale_text(now, 2.0)
        QTest.qWait(30)
        assert now.window.frameGeometry().bottom() < 900
        assert now.window.y() >= 0
        now.window.close()
    now.window.docks.docks["patches"].setFloating(False)


def test_a_panel_behind_another_is_brought_by_its_action_and_one_in_sight_put_away(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    docks, actions = hand.window.docks, hand.context.actions
    docks.bring("patches")
    QApplication.processEvents()
    dock = docks.docks["explain"]
    assert dock.visibleRegion().isEmpty()
    for _ in range(2):
        actions["panel.explain"].trigger()
        QApplication.processEvents()
        assert not dock.isHidden()
        assert not dock.visibleRegion().isEmpty()
        assert actions["panel.explain"].isChecked()
        actions["panel.explain"].trigger()
        QApplication.processEvents()
        assert dock.isHidden()
        assert not actions["panel.explain"].isChecked()
    assert "explain" in docks.closed
