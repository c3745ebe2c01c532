"""Mazes next to each other: as large as they can be, in the order of their tabs; the cell cursor; a square let go."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.document import maze_edits
from app.document.view_mode import Mode
from app.maze.generator import level
from tests.widgets.conftest import Hand, MakeHand
from widgets.maze_view.pane_arrangement import close_rect, columns_of_largest


@pytest.mark.parametrize(
    ("size", "expected"),
    [((900, 300), 3), ((600, 500), 2), ((300, 900), 1), ((900, 560), 3)],
    ids=["wide", "nearly square", "high", "a desk's"],
)
def test_mazes_are_stacked_where_that_makes_them_larger(size: tuple[int, int], expected: int) -> None:
    assert columns_of_largest(3, *size, 24, 1.0, 0) == expected
    assert columns_of_largest(3, *size, 24, 1.0, expected) == expected


def in_front(hand: Hand) -> Hand:
    """The window with the keyboard."""
    hand.window.activateWindow()
    hand.wait(hand.window.isActiveWindow)
    hand.window.maze_view.canvas.setFocus()
    return hand


def test_side_by_side_shows_half_a_cell_of_wall_and_stacks_in_a_narrow_room(make_hand: MakeHand) -> None:
    hand = in_front(make_hand(engine=False))
    view = hand.window.maze_view
    alone = view.canvas.box.viewRect()
    hand.key(Qt.Key.Key_4)
    shown = view.canvas.box.viewRect()
    assert shown.contains(close_rect(hand.maze))
    assert min(shown.width(), shown.height()) == pytest.approx(hand.maze.dim + 1)
    assert min(shown.width(), shown.height()) < min(alone.width(), alone.height())
    assert len({canvas.mapTo(view, QPoint()).y() for canvas in view.canvases}) == 1
    view.stage.resize(300, 900)
    assert [view._grid.getItemPosition(view._grid.indexOf(pane))[:2] for pane in view.panes.values()] == [
        (0, 0),
        (1, 0),
        (2, 0),
    ]
    hand.key(Qt.Key.Key_1)
    assert view.canvas.box.viewRect().width() >= hand.maze.dim + 2, "alone it has a cell of wall again"


def test_mazes_next_to_each_other_are_whole_in_the_smallest_window(make_hand: MakeHand) -> None:
    hand = in_front(make_hand(engine=False))
    view = hand.window.maze_view
    hand.window.resize(640, 450)
    hand.key(Qt.Key.Key_4)
    hand.wait(lambda: view.stage.width() < 3 * 120)
    for pane in view.panes.values():
        assert pane.rect().contains(pane.canvas.geometry())
        assert view.stage.rect().contains(pane.geometry())
        assert pane.canvas.box.viewRect().contains(close_rect(hand.maze))


def lefts(hand: Hand) -> tuple[int, int]:
    """The places of the maze in front and of the other one, from the left."""
    view = hand.window.maze_view
    front, other = view.canvases
    return front.mapTo(view, QPoint()).x(), other.mapTo(view, QPoint()).x()


def test_compared_mazes_keep_the_order_of_their_tabs(hand: Hand) -> None:
    in_front(hand)
    hand.key(Qt.Key.Key_1)
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    hand.wait(lambda: len(hand.window.maze_view.canvases) == 2)
    assert [tab.title for tab in hand.document.state.mazes] == ["Small", "Small copy 1"]
    assert hand.document.state.tab.title == "Small copy 1"
    hand.wait(lambda: lefts(hand)[1] < lefts(hand)[0])
    companion = hand.window.maze_view.companion
    assert companion is not None
    companion.swap_wanted()
    # The first tab is in front now, and stays at the left.
    hand.wait(lambda: lefts(hand)[0] < lefts(hand)[1])
    maze_edits.move_maze(hand.document, hand.document.state.active, 1)
    hand.wait(lambda: lefts(hand)[1] < lefts(hand)[0])
    hand.wait(lambda: not companion.bridge.busy)
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)


def test_the_cell_cursor_begins_where_the_user_clicked(make_hand: MakeHand) -> None:
    hand = in_front(make_hand(engine=False, tool="select"))
    canvas = hand.window.maze_view.canvas
    square = (hand.maze.mouse[0], hand.maze.mouse[1] + 2)
    assert hand.maze.is_open(square)
    hand.key(Qt.Key.Key_Up)
    assert canvas.marks.cursor_square == hand.maze.mouse
    hand.click(square)
    assert hand.context.view.inspected == square
    hand.key(Qt.Key.Key_Right)
    assert canvas.marks.cursor_square == square
    hand.key(Qt.Key.Key_Right)
    assert canvas.marks.cursor_square == (square[0], square[1] + 1)


def test_an_inspected_square_that_becomes_a_wall_is_let_go(make_hand: MakeHand) -> None:
    hand = in_front(make_hand(engine=False, tool="select"))
    square = (hand.maze.mouse[0], hand.maze.mouse[1] + 2)
    hand.click(square)
    assert hand.context.view.inspected == square
    hand.context.view.set_tool("wall")
    hand.click(square)
    assert hand.maze.is_wall(square)
    assert hand.context.view.inspected is None


def test_the_legends_words_break_between_two_meanings(make_hand: MakeHand) -> None:
    legend = make_hand(engine=False).window.maze_view.legend
    words = legend._shown_words
    meanings = [meaning.strip() for meaning in words.split("·")]
    assert len(meanings) == 3
    where_lines_may_break = legend._unbroken(400, words).split(" ")
    assert [part.replace("\u00a0", " ") for part in where_lines_may_break if part not in ("", "·")] == meanings
    assert legend._unbroken(80, words) == words, "narrower than a meaning it breaks anywhere"


def test_in_a_small_window_the_room_of_a_wrapped_legend_goes_to_the_mazes(make_hand: MakeHand) -> None:
    hand = in_front(make_hand(engine=False))
    view = hand.window.maze_view
    assert view.legend.height() > 0
    view.setMaximumWidth(350)
    around, line = hand.window.height() - view.height(), view.fontMetrics().height()
    hand.window.resize(900, around + 20 * line)
    hand.wait(lambda: view.legend.height() == 0)
    assert view.height() >= 18 * line
    hand.window.resize(900, around + 40 * line)
    hand.wait(lambda: view.legend.height() > 0)


def test_six_mazes_have_the_height_that_numbers_below_would_take(make_hand: MakeHand) -> None:
    hand = in_front(make_hand(level(15, 6)))
    view = hand.window.maze_view
    hand.window.resize(1366, 728)
    hand.key(Qt.Key.Key_4)
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    hand.wait(lambda: len(view.canvases) == 6)
    QTest.qWait(20)
    other = view.other_numbers
    assert other is not None
    for canvas in view.canvases:
        assert canvas.viewport().height() / canvas.box.viewRect().height() * hand.maze.dim >= 150
        for numbers in (view.numbers, other):
            assert numbers.mapTo(view, QPoint()).x() >= canvas.mapTo(view, QPoint(canvas.width(), 0)).x()
    # A long name gives way, and not the role.
    maze_edits.rename_maze(hand.document, hand.document.state.active, "A maze with a name that is rather long")
    for role, pane in view.panes.items():
        assert pane.title.shown.endswith(f" · {role.label}")
        assert "…" in pane.title.shown
        assert pane.title.fontMetrics().horizontalAdvance(pane.title.shown) <= pane.title.width() + 1
    # Each side's numbers are next to its own mazes.
    assert abs(centre(view.numbers, view) - centre(view.canvases[0], view)) < 30
    assert abs(centre(other, view) - centre(view.canvases[3], view)) < 30
    # In a high window they are below: there they cost the mazes nothing.
    hand.window.resize(1000, 1100)
    hand.wait(lambda: view.numbers.geometry().top() >= view.panes[Mode.ORIGINAL].geometry().bottom())
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    hand.wait(lambda: len(view.canvases) == 3)
    hand.wait(lambda: view.numbers.geometry().top() >= view.panes[Mode.ORIGINAL].geometry().bottom())


def centre(part: QWidget, view: QWidget) -> int:
    return part.mapTo(view, part.rect().center()).y()


def near(first: str, second: str) -> bool:
    """True if two colours differ by no more than the blending of a line's rim."""
    pairs = zip(QColor(first).getRgb(), QColor(second).getRgb(), strict=True)
    return all(abs(a - b) < 60 for a, b in pairs)


def test_the_cell_cursor_looks_unlike_the_inspected_square(make_hand: MakeHand) -> None:
    hand = in_front(make_hand(engine=False, tool="select"))
    canvas = hand.window.maze_view.canvas
    square = (hand.maze.mouse[0], hand.maze.mouse[1] + 2)

    def edges() -> tuple[str, str]:
        """The colours in the middle of a square's left edge, and at its corner."""
        QApplication.processEvents()
        box = canvas.mapFromScene(canvas.box.mapViewToScene(QPointF(square[1], square[0] + 1))).toTuple()
        middle = canvas.mapFromScene(canvas.box.mapViewToScene(QPointF(square[1], square[0] + 0.5))).toTuple()
        shown = canvas.viewport().grab().toImage()
        return shown.pixelColor(*middle).name(), shown.pixelColor(box[0] + 1, box[1] + 1).name()

    plain = edges()
    hand.click(square)
    inspected = edges()
    assert near(inspected[0], hand.context.palette.accent)
    assert not near(plain[0], hand.context.palette.accent)
    hand.context.view.inspect(None)
    hand.context.view.set_hover(None)
    canvas.marks.set_cursor_square(square)
    cursor = edges()
    # Corners alone: the middle of an edge is as it was.
    assert cursor[0] == plain[0]
    assert not near(cursor[1], plain[1])


@pytest.mark.parametrize("key", [Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_4])
def test_the_legend_is_in_plain_words_and_its_tooltip_in_exact_ones(make_hand: MakeHand, key: Qt.Key) -> None:
    hand = in_front(make_hand(engine=False))
    legend = hand.window.maze_view.legend
    hand.key(key)
    shown = legend._shown_words.lower()
    assert "longer" in shown
    for term in ("opacity", "expected", "total variation", "halved", "argmax"):
        assert term not in shown
    assert "opacity" in legend.toolTip()
