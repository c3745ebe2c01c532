"""Presentation mode: only the maze, pressed keys are shown, and everything is restored exactly."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QToolBar, QWidget

from app.document import patch_edits
from app.document.view_mode import Mode
from app.field.square_layers import LayerKind
from app.interventions.patches import Scale
from tests.widgets.conftest import Hand, MakeHand
from widgets.presentation.large_pointer import SIDE, large_pointer
from widgets.presentation.presentation_overlay import keys_pressed


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
    # What is behind another tab has no place of its own.
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


def in_window(hand: Hand, part: QWidget) -> QRect:
    return QRect(part.mapTo(hand.window, QPoint()), part.size())


@pytest.fixture(params=[(1.0, (1600, 1000)), (2.0, (1366, 768))], ids=["usual text", "large text"])
def on_stage(make_hand: MakeHand, request: pytest.FixtureRequest) -> Iterator[Hand]:
    """A stage of a screen's size with two tabs, three fields and the outcome of the mice."""
    scale, size = request.param
    made = make_hand()
    made.context.set_text_scale(scale)
    made.context.actions.trigger("tab.duplicate")
    made.context.view.set_mode("side_by_side")
    patch_edits.add_patch(made.document, Scale())
    made.answered()
    made.wait(lambda: made.window.playback.player.fresh)
    made.key(Qt.Key.Key_F11)
    made.window.resize(*size)
    QTest.qWait(30)
    yield made
    made.context.set_text_scale(1.0)


def read_sizes(hand: Hand) -> dict[str, float]:
    window = hand.window
    pane = window.maze_view.panes["original"]
    hand.key(Qt.Key.Key_1)
    hand.move(hand.maze.mouse)
    assert pane.readout.isVisible()
    return {
        "tabs": window.tabs.font().pointSizeF(),
        "legend": window.maze_view.legend.font().pointSizeF(),
        "outcome": window.playback.bar.verdicts.original.label.font().pointSizeF(),
        "pane": pane.title.font().pointSizeF(),
        "card": pane.readout.font().pointSizeF(),
        "dot": window.playback.bar.verdicts.original.swatch.width(),
    }


def test_all_that_is_to_be_read_grows_and_shrinks_again(on_stage: Hand) -> None:
    hand = on_stage
    larger, tab = read_sizes(hand), hand.window.tabs.tabRect(0).height()
    hand.key(Qt.Key.Key_F11)
    hand.window.resize(1366, 768)
    QTest.qWait(30)
    usual = read_sizes(hand)
    assert all(larger[name] >= 1.05 * usual[name] for name in usual), (usual, larger)
    assert tab > hand.window.tabs.tabRect(0).height()


def test_an_explanation_on_stage_is_read_from_the_back_of_a_room(on_stage: Hand) -> None:
    """The Explain panel, brought onto the stage: what was found, the curve and its words are as large as the legend."""
    hand = on_stage
    page = hand.window.explain_panel.show_page("response")
    hand.window.docks.bring("explain")
    hand.wait(lambda: page.view.plot.plot is not None and not page.runner.busy, 60_000)
    QTest.qWait(30)
    view = page.view

    def sizes() -> list[float]:
        axis = view.plot._canvas.getAxis("bottom").style["tickFont"]
        labels = (view.finding, view.more, view.plot.legend, view.plot.reading, view.plot.note, view.table)
        return [axis.pointSizeF(), *(part.font().pointSizeF() for part in labels)]

    assert view.plot.isVisible()
    larger, high = sizes(), view.plot._picture.height()
    later = hand.window.explain_panel.show_page("push")
    assert later.view.finding.font().pointSizeF() == view.finding.font().pointSizeF()
    later.runner.cancel()
    hand.window.explain_panel.show_page("response")
    hand.key(Qt.Key.Key_F11)
    hand.window.resize(1366, 768)
    QTest.qWait(30)
    usual = sizes()
    assert all(a >= 1.05 * b for a, b in zip(larger, usual, strict=True)), (usual, larger)
    assert later.view.finding.font().pointSizeF() == view.finding.font().pointSizeF()
    assert high > view.plot._picture.height()
    hand.window.docks.bring("patches")


def test_two_rows_of_mazes_leave_words_less_room(make_hand: MakeHand) -> None:
    hand = make_hand()
    QApplication.processEvents()
    hand.context.actions.trigger("tab.duplicate")
    hand.key(Qt.Key.Key_F11)
    hand.window.resize(1366, 768)
    QTest.qWait(30)
    label = hand.window.playback.bar.verdicts.original.label
    one = label.font().pointSizeF()
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    hand.wait(lambda: hand.window.maze_view.companion is not None)
    hand.key(Qt.Key.Key_4)
    QTest.qWait(30)
    two = label.font().pointSizeF()
    hand.key(Qt.Key.Key_1)
    QTest.qWait(30)
    assert two < one == label.font().pointSizeF()


def test_the_text_can_be_chosen_anew_on_stage(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    QApplication.processEvents()
    label = hand.window.playback.bar.verdicts.original.label
    usual = label.font().pointSizeF()
    hand.key(Qt.Key.Key_F11)
    hand.context.set_text_scale(2.0)
    QTest.qWait(20)
    assert label.font().pointSizeF() > 2 * usual
    hand.context.set_text_scale(1.0)
    QTest.qWait(20)
    assert usual < label.font().pointSizeF() < 2 * usual
    hand.key(Qt.Key.Key_F11)
    assert label.font().pointSizeF() == usual


def test_the_outcome_stands_under_the_middle_of_the_numbers(on_stage: Hand) -> None:
    hand = on_stage
    verdicts, middle = hand.window.playback.bar.verdicts, in_window(hand, hand.window.maze_view.numbers).center().x()
    lines: dict[int, QRect] = {}
    for verdict in filter(QWidget.isVisible, (verdicts.original, verdicts.patched)):
        words = in_window(hand, verdict.label)
        words.setWidth(verdict.label.fontMetrics().horizontalAdvance(verdict.label.shown))
        line = in_window(hand, verdict.swatch).united(words)
        lines[verdict.y()] = lines.get(verdict.y(), QRect()).united(line)
    assert all(abs(line.center().x() - middle) < 12 for line in lines.values()), lines


def test_keys_and_messages_cover_no_numbers_legend_or_outcome(on_stage: Hand) -> None:
    hand = on_stage
    window, stage = hand.window, hand.window.features.presentation.stage
    read = {
        "numbers": window.maze_view.numbers,
        "legend": window.maze_view.legend,
        "outcome": window.playback.bar.verdicts,
        "tabs": window.tabs,
        "title": window.maze_view.panes["original"].caption,
    }
    for mode in (Qt.Key.Key_4, Qt.Key.Key_1):
        hand.key(mode)
        stage.show_keys(("Ctrl", "Shift", "P"), "ends the presentation")
        for number in range(4):
            hand.context.report(
                f"File {number} with quite a long name is neither a policy nor a vector.", about=f"{number}"
            )
        QTest.qWait(30)
        covering = {"keys": stage.keys_place.toAlignedRect(), "message": in_window(hand, window.message_bar)}
        over = [
            (what, name)
            for what, place in covering.items()
            for name, part in read.items()
            if part.isVisible() and place.intersects(in_window(hand, part))
        ]
        assert not over
        assert all(window.rect().contains(place) for place in covering.values())
        QTest.mouseClick(window.message_bar.dismiss, Qt.MouseButton.LeftButton)


def test_keys_are_shown_beside_the_numbers_of_a_square_not_over_them(make_hand: MakeHand) -> None:
    hand = make_hand()
    hand.answered()
    hand.key(Qt.Key.Key_F11)
    QApplication.processEvents()
    stage, view = hand.window.features.presentation.stage, hand.window.maze_view
    # Every corner is free: the numbers are in the one farthest from the pointer.
    for _ in range(6):
        hand.key(Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    stage.clear()
    readout, corner = view.panes["original"].readout, hand.window.rect().center()
    hand.move(max((int(row), int(col)) for row, col in hand.maze.squares))
    QApplication.processEvents()
    assert readout.isVisible()
    place = QRect(readout.mapTo(hand.window, QPoint()), readout.size())
    assert place.center().y() > corner.y()
    assert place.center().x() < corner.x()
    hand.key(Qt.Key.Key_B)
    assert stage.keys == ("B",)
    assert not stage.keys_place.toAlignedRect().intersects(place)


def test_keys_and_clicks_are_shown_while_they_do_their_work(hand: Hand) -> None:
    hand.key(Qt.Key.Key_F11)
    stage = hand.window.features.presentation.stage
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
    assert hand.window.features.presentation.on
    hand.key(Qt.Key.Key_Escape)
    assert not hand.window.features.presentation.on


def test_a_window_closed_on_stage_remembers_its_own_layout(hand: Hand) -> None:
    before = hand.window.saveState(1)
    hand.key(Qt.Key.Key_F11)
    hand.window.close()
    kept = base64.b64decode(hand.context.settings.get("layout"))
    assert kept == before.data()


def test_a_message_beside_the_maze_gives_way_when_more_mazes_come(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    QApplication.processEvents()
    hand.key(Qt.Key.Key_F11)
    hand.window.resize(1600, 1000)
    hand.context.report("A file with quite a long name is neither a policy nor a vector: it holds 3 tensors.")
    QTest.qWait(30)
    beside = hand.window.message_bar.geometry()
    assert not in_window(hand, hand.window.message_bar).contains(QPoint(800, beside.center().y()))
    hand.key(Qt.Key.Key_4)
    QTest.qWait(30)
    over = hand.window.message_bar.geometry()
    assert over.width() > beside.width()
    assert over.height() < beside.height()
    QTest.mouseClick(hand.window.message_bar.dismiss, Qt.MouseButton.LeftButton)


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
    assert hand.window.childAt(place) is not hand.window.features.presentation.stage
    QTest.mouseMove(hand.window, place)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_pointer_is_drawn_in_the_screens_own_pixels(qapp: QApplication, ratio: float) -> None:
    picture = large_pointer(ratio).pixmap()
    assert picture.devicePixelRatio() == ratio
    assert picture.width() == round(SIDE * ratio)
    assert picture.toImage().pixelColor(round(8 * ratio), round(16 * ratio)).name() == "#ffffff"


def test_another_view_on_stage_brings_no_controls_onto_it(hand: Hand) -> None:
    hand.key(Qt.Key.Key_F11)
    hand.wait(lambda: hand.window.features.presentation.on)
    hand.key(Qt.Key.Key_4)
    assert hand.context.view.mode is Mode.SIDE_BY_SIDE
    assert not hand.window.gain.isVisible()
    hand.key(Qt.Key.Key_Escape)
    hand.wait(lambda: not hand.window.features.presentation.on)
    assert hand.window.gain.isVisible()
    hand.key(Qt.Key.Key_1)
    assert not hand.window.gain.isVisible()


def test_the_choice_of_the_layer_is_not_on_stage_and_its_scale_is(make_hand: MakeHand) -> None:
    hand = make_hand()
    hand.answered()
    hand.window.square_layers.choose(LayerKind.ENTROPY)
    hand.wait(hand.window.under_choice.scale.isVisible)
    hand.key(Qt.Key.Key_F11)
    hand.wait(lambda: hand.window.features.presentation.on)
    assert hand.window.under_choice.kind.isHidden()
    assert hand.window.under_choice.scale.isVisible()
    hand.key(Qt.Key.Key_Escape)
    hand.wait(lambda: not hand.window.features.presentation.on)
    assert hand.window.under_choice.kind.isVisible()
