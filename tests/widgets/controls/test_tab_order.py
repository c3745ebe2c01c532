"""Tab reaches every control once, in reading order, each named and visibly focused, in the window and all dialogs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDockWidget, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.document import patch_edits
from app.interventions.patches import AddVector, Noise, Scale, Zero
from app.interventions.vectors import ActivationVector
from tests.widgets.conftest import Hand, MakeHand, Shared
from tests.widgets.dialogs import DIALOGS
from widgets.controls.panel_parts import Scrolled
from widgets.panels.patches.card import PatchCard

TAB, BACKTAB = Qt.Key.Key_Tab, Qt.Key.Key_Backtab
ROOM = 3
"""Pixels around a control in which its focus may show."""


@pytest.fixture(scope="module", params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    """The colours: all tests in the one, then all in the other, since to change them takes long."""
    return str(request.param)


@pytest.fixture(scope="module")
def prepared(make_shared: MakeHand, theme: str) -> Shared:
    """A window with patches, a vector, two mazes and something to undo and redo."""
    hand = make_shared()
    hand.window.resize(1480, 980)
    hand.context.vectors.keep(ActivationVector("One", "random", "embedder.fc", np.ones(256, np.float32), "0" * 64))
    for patch in (Zero(channels=(3,)), Scale(), AddVector(), Noise(), Zero()):
        patch_edits.add_patch(hand.document, patch)
    hand.context.actions.trigger("tab.duplicate")
    hand.context.actions.trigger("maze.toggle_cheese")
    hand.context.actions.trigger("edit.undo")
    hand.answered()
    hand.context.set_theme(theme)
    return Shared(hand)


@pytest.fixture
def full(prepared: Shared, qtbot: QtBot) -> Hand:
    """The shared window, put back."""
    return prepared.for_next(qtbot)


def walk(hand: Hand, start: QWidget, key: Qt.Key = TAB) -> list[QWidget]:
    """The controls that Tab leads to from one, until it is back there; each with its links counts once."""
    start.setFocus(Qt.FocusReason.TabFocusReason)
    found = [start]
    for _ in range(400):
        here = QApplication.focusWidget()
        assert here is not None
        QTest.keyClick(here, key)
        here = QApplication.focusWidget()
        assert here is not None, f"after {name_of(found[-1])} nothing has the keyboard"
        if here is start:
            return found
        if here is not found[-1]:
            assert here not in found, f"Tab reaches {name_of(here)} twice"
            found.append(here)
    raise AssertionError(f"Tab never returns to {name_of(start)}")


def controls(window: QWidget) -> list[QWidget]:
    """The controls that a user can reach in a window, in no order."""

    def reachable(widget: QWidget) -> bool:
        if widget.window() is not window or not widget.isVisible() or not widget.isEnabled():
            return False
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or widget.focusProxy() is not None:
            return False
        dock: QWidget | None = widget
        while dock is not None and not isinstance(dock, QDockWidget):
            dock = dock.parentWidget()
        if dock is not None and dock.visibleRegion().isEmpty():
            return False
        if type(widget) not in (QScrollArea, Scrolled):
            return True
        scrolls = widget.verticalScrollBar().maximum() or widget.horizontalScrollBar().maximum()
        return bool(scrolls) and not any(map(reachable, widget.findChildren(QWidget)))

    return [widget for widget in window.findChildren(QWidget) if reachable(widget)]


def name_of(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton | QLabel) else ""
    return widget.accessibleName() or text


def place(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def assert_complete(found: list[QWidget], window: QWidget) -> None:
    wanted = controls(window)
    missed = [f"{type(widget).__name__} {name_of(widget)!r}" for widget in wanted if widget not in found]
    assert not missed, f"Tab never reaches {missed}"
    extra = [f"{type(widget).__name__} {name_of(widget)!r}" for widget in found if widget not in wanted]
    assert not extra, f"Tab reaches what cannot be used: {extra}"
    nameless = [widget for widget in found if not name_of(widget)]
    assert not nameless


def assert_reading_order(found: list[QWidget], window: QWidget) -> None:
    """Within a group, each is below the one before, or at its right."""
    groups: dict[QWidget, list[QWidget]] = {}
    for widget in found:
        groups.setdefault(widget.parentWidget(), []).append(widget)
    for group in groups.values():
        for before, after in pairwise(group):
            first, second = place(before, window), place(after, window)
            below = second.top() > first.bottom() - 5
            right = second.left() > first.right() - 5
            in_line = second.top() <= first.bottom() and first.top() <= second.bottom()
            assert below or (right and in_line), f"{name_of(after)!r} is not after {name_of(before)!r}"


def picture(widget: QWidget, window: QWidget) -> QImage:
    around = place(widget, window).adjusted(-ROOM, -ROOM, ROOM, ROOM).intersected(window.rect())
    QApplication.processEvents()
    return window.grab(around).toImage()


def assert_focus_shows(found: list[QWidget], window: QWidget, theme: str) -> None:
    unseen = []
    for at, widget in enumerate(found):
        if isinstance(widget, QLabel):
            continue  # A link's focus is drawn by Qt in its text, once Tab reaches the link.
        found[at - 1].setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(found[at - 1], TAB)
        if QApplication.focusWidget() is not widget:  # The one before has links.
            widget.setFocus(Qt.FocusReason.TabFocusReason)
        with_focus = picture(widget, window)
        found[at - 1].setFocus(Qt.FocusReason.BacktabFocusReason)
        if picture(widget, window) == with_focus:
            unseen.append(f"{type(widget).__name__} {name_of(widget)!r}")
    assert not unseen, f"in {theme} nobody sees that these have the keyboard: {unseen}"


@pytest.mark.parametrize("panel", ["patches", "policy", "channels", "inspector", "vectors", "history"])
def test_tab_goes_through_the_window_as_one_reads(full: Hand, panel: str, theme: str) -> None:
    window = full.window
    window.docks.bring(panel)
    QApplication.processEvents()
    start = window.level_bar.world
    found = walk(full, start)
    assert_complete(found, window)
    assert_reading_order(found, window)
    assert walk(full, start, BACKTAB) == [start, *reversed(found[1:])]
    areas = [
        window.level_bar,
        window.tool_bar,
        window.tabs,
        window.view_switch,
        window.maze_view,
        window.playback.bar,
        window.docks.docks[panel],
    ]
    first = [
        next(at for at, widget in enumerate(found) if area is widget or area.isAncestorOf(widget)) for area in areas
    ]
    assert first == sorted(first), "bar of levels, tools, tabs, view, maze, rollout, panels"
    inside = [widget for widget in found if panel == "policy" or window.docks.docks[panel].isAncestorOf(widget)]
    assert_focus_shows(inside, window, theme)


def test_tab_leaves_the_maze_even_while_its_cell_cursor_is_out(full: Hand) -> None:
    canvas = full.window.maze_view.canvas
    canvas.setFocus()
    full.key(Qt.Key.Key_Right)
    full.key(TAB)
    assert QApplication.focusWidget() is not canvas
    full.key(BACKTAB)
    assert QApplication.focusWidget() is canvas


def test_cards_that_come_later_take_their_place(full: Hand) -> None:
    window = full.window
    window.docks.bring("patches")
    patch_edits.add_patch(full.document, Scale())
    QApplication.processEvents()
    found = walk(full, window.level_bar.world)
    titles = [name_of(widget) for widget in found if " patch " in name_of(widget) and name_of(widget).endswith(" on")]
    assert len(titles) == len(full.document.state.stack.patches)
    assert [title.split()[-2] for title in titles] == [str(number) for number in range(1, len(titles) + 1)]


def test_what_scrolled_away_comes_into_sight_with_the_keyboard(full: Hand) -> None:
    window = full.window
    window.docks.bring("patches")
    window.resize(1480, 700)
    QApplication.processEvents()
    panel = window.docks.docks["patches"].widget()
    # The cards have their heights once their effects are measured.
    full.wait(lambda: all("…" not in card.effect.text() for card in panel.findChildren(PatchCard)))
    inside = [widget for widget in walk(full, window.level_bar.world) if panel.isAncestorOf(widget)]
    inside[0].setFocus()
    for widget in inside[1:]:
        full.key(TAB)
        while QApplication.focusWidget() is not widget:
            full.key(TAB)
        assert not widget.visibleRegion().isEmpty(), name_of(widget)


def test_a_floating_panel_keeps_the_keyboard_to_itself(full: Hand) -> None:
    dock = full.window.docks.docks["patches"]
    dock.setFloating(True)
    dock.show()
    dock.activateWindow()
    QApplication.processEvents()
    found = walk(full, controls(dock)[0])
    assert_complete(found, dock)
    assert_reading_order(found, dock)
    dock.setFloating(False)


@pytest.mark.parametrize("name", DIALOGS)
def test_tab_goes_through_a_dialog_as_one_reads(full: Hand, name: str, theme: str) -> None:
    dialog = DIALOGS[name](full)
    full.qtbot.waitExposed(dialog)
    dialog.activateWindow()
    QApplication.processEvents()
    assert dialog.isAncestorOf(QApplication.focusWidget()), "the dialog has the keyboard when it opens"
    start = next(widget for widget in controls(dialog) if not isinstance(widget, QLabel))
    found = walk(full, start)
    assert_complete(found, dialog)
    turned = [*found[len(found) :], *found]
    top = min(turned, key=lambda widget: (place(widget, dialog).top() // 12, place(widget, dialog).left()))
    turned = turned[turned.index(top) :] + turned[: turned.index(top)]
    assert_reading_order(turned, dialog)
    assert_focus_shows(found, dialog, theme)
    dialog.close()
