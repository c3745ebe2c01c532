"""Panels go, come back, and stay where they were put."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from app import stack_edits
from app.interventions.patches import AddVector
from tests.widgets.conftest import MakeHand


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


def test_a_patch_is_seen_whole_at_first(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    hand.window.resize(1480, 940)
    stack_edits.add_patch(hand.document, AddVector(coefficient=-1.0))
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
