"""The stage: only the maze, what is pressed is shown, and everything comes back as it was."""

from __future__ import annotations

import base64

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QToolBar

from tests.widgets.conftest import Hand, MakeHand
from widgets.presentation.pointer import SIDE, large_pointer
from widgets.presentation.stage import keys_pressed


@pytest.fixture
def hand(make_hand: MakeHand) -> Hand:
    made = make_hand(engine=False)
    made.window.docks.docks["channels"].close()
    made.window.resize(760, 700)
    QApplication.processEvents()
    return made


def layout(hand: Hand) -> tuple[QRect, dict[str, tuple[bool, QRect | bool]]]:
    window = hand.window
    parts = [*window.findChildren(QToolBar), *window.findChildren(QDockWidget), window.menuBar(), window.statusBar()]
    # What lies behind another tab has no place of its own.
    places = {
        part.objectName() or type(part).__name__: (part.isHidden(), part.x() >= 0 and part.geometry()) for part in parts
    }
    return window.geometry(), places


def test_f11_hides_the_chrome_and_escape_restores_all_of_it(hand: Hand) -> None:
    before = layout(hand)
    focus = QApplication.focusWidget()
    view = hand.window.maze_view
    numbers = view.numbers.sizeHint().height()
    hand.key(Qt.Key.Key_F11)
    assert hand.window.isFullScreen()
    assert all(hidden for hidden, _ in layout(hand)[1].values())
    assert view.picture.thickness > 1
    assert view.numbers.sizeHint().height() > numbers
    assert hand.context.actions["view.presentation"].isChecked()
    assert QGuiApplication.overrideCursor() is not None
    hand.key(Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert layout(hand) == before
    assert view.picture.thickness == 1
    assert view.numbers.sizeHint().height() == numbers
    assert not hand.context.actions["view.presentation"].isChecked()
    assert QGuiApplication.overrideCursor() is None
    assert QApplication.focusWidget() is focus


def test_what_came_of_the_mouse_is_said_on_stage_and_larger(make_hand: MakeHand) -> None:
    hand = make_hand()
    hand.wait(lambda: hand.window.playback.player.fresh)
    bar = hand.window.playback.bar
    label = bar.verdicts.original.label
    usual = label.font().pointSizeF()
    hand.key(Qt.Key.Key_F11)
    QApplication.processEvents()
    assert not bar.controls.isVisible()
    assert label.isVisible()
    assert label.font().pointSizeF() > usual
    hand.key(Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert bar.controls.isVisible()
    assert label.font().pointSizeF() == usual
    hand.context.set_text_scale(2.0)
    QApplication.processEvents()
    for part in (label, bar.count, hand.window.maze_view.legend):
        assert part.font().pointSizeF() > 1.5 * usual, "text follows its size after a visit to the stage as before it"
    hand.context.set_text_scale(1.0)


def test_keys_are_shown_beside_the_numbers_of_a_square_not_over_them(make_hand: MakeHand) -> None:
    hand = make_hand()
    hand.answered()
    hand.key(Qt.Key.Key_F11)
    QApplication.processEvents()
    stage, view = hand.window.around.presentation.stage, hand.window.maze_view
    # Zoomed in, every corner covers the maze: the numbers are in one far from the pointer.
    for _ in range(2):
        hand.key(Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    stage.clear()
    seen, readout, corner = view.canvas.box.viewRect(), view.panes["original"].readout, hand.window.rect().center()
    everywhere = [(row, col) for row in range(hand.maze.world) for col in range(hand.maze.world)]
    for square in everywhere:
        if hand.maze.is_open(square) and seen.contains(square[1] + 0.5, square[0] + 0.5):
            hand.move(square)
            QApplication.processEvents()
            place = QRect(readout.mapTo(hand.window, QPoint()), readout.size())
            if readout.isVisible() and place.center().x() < corner.x() and place.center().y() > corner.y():
                break
    else:
        pytest.fail("no square has its numbers on the left at the bottom")
    hand.key(Qt.Key.Key_B)
    assert stage.keys == ("B",)
    assert not stage.keys_place.toAlignedRect().intersects(place)


def test_keys_and_clicks_are_shown_while_they_do_their_work(hand: Hand) -> None:
    hand.key(Qt.Key.Key_F11)
    stage = hand.window.around.presentation.stage
    assert stage.geometry() == hand.window.rect()
    hand.key(Qt.Key.Key_3)
    assert stage.keys == ("3",)
    assert hand.context.view.mode == "difference"
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stage.keys == ("Ctrl", "Z")
    bare = stage.grab().toImage()
    square = hand.maze.mouse
    hand.press(square)
    where = stage.mapFrom(hand.window, hand.window.maze_view.canvas.viewport().mapTo(hand.window, hand.at(square)))
    pressed = stage.grab().toImage()
    assert pressed.pixelColor(where + QPoint(8, 0)) != bare.pixelColor(where + QPoint(8, 0))
    hand.release(square)
    hand.key(Qt.Key.Key_F11)
    assert not stage.isVisible()
    assert stage.keys == ()


def test_escape_during_a_drag_takes_the_drag_back_first(hand: Hand) -> None:
    hand.key(Qt.Key.Key_F11)
    before = hand.document.state
    hand.context.view.set_tool("wall")
    hand.press((hand.maze.mouse[0] - 1, hand.maze.mouse[1]))
    assert hand.document.state != before
    hand.key(Qt.Key.Key_Escape)
    assert hand.document.state == before
    assert hand.window.around.presentation.on
    hand.key(Qt.Key.Key_Escape)
    assert not hand.window.around.presentation.on


def test_a_window_closed_on_stage_remembers_its_own_layout(hand: Hand) -> None:
    before = hand.window.saveState(1)
    hand.key(Qt.Key.Key_F11)
    hand.window.close()
    kept = base64.b64decode(hand.context.settings.get("layout"))
    assert kept == before.data()


@pytest.mark.parametrize(
    ("key", "modifiers", "caps"),
    [
        (Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier, ("Ctrl", "Shift", "P")),
        (Qt.Key.Key_Shift, Qt.KeyboardModifier.ShiftModifier, ()),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, ("←",)),
        (Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier, ("Ctrl", "+")),
    ],
)
def test_keys_are_named_as_on_the_keyboard(key: Qt.Key, modifiers: Qt.KeyboardModifier, caps: tuple[str, ...]) -> None:
    assert keys_pressed(key, modifiers) == caps


def test_the_stage_lets_events_through(hand: Hand) -> None:
    hand.key(Qt.Key.Key_F11)
    place = hand.window.rect().center()
    assert hand.window.childAt(place) is not hand.window.around.presentation.stage
    QTest.mouseMove(hand.window, place)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_pointer_is_drawn_in_the_screens_own_pixels(qapp: QApplication, ratio: float) -> None:
    picture = large_pointer(ratio).pixmap()
    assert picture.devicePixelRatio() == ratio
    assert picture.width() == round(SIDE * ratio)
    assert picture.toImage().pixelColor(round(8 * ratio), round(16 * ratio)).name() == "#ffffff"
