"""The canvas by real gestures: painting, erasing, dragging things, undo, zoom, hover."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document import maze_edits, patch_edits
from app.drawing.figure import visible_box
from app.interventions.patches import Zero
from app.maze.maze import Square
from app.maze.moves import MOVES
from app.number_format import fixed
from tests.widgets.conftest import Hand, MakeHand
from widgets.maze_view.tools import TOOLS


@pytest.fixture
def hand(shared_hand: Hand) -> Hand:
    """The module's window, put back as it was before each test."""
    return shared_hand


def shifted(row: int, col: int) -> Square:
    """A square of the small maze by its own rows and columns, from the bottom left of its wall."""
    return row + 4, col + 4


MOUSE, CHEESE = shifted(1, 1), shifted(5, 5)


def test_the_helper_knows_where_things_are(hand: Hand) -> None:
    assert hand.maze.mouse == MOUSE
    assert hand.maze.cheese == CHEESE


def test_a_drag_from_an_open_square_paints_walls_and_is_one_undo(hand: Hand) -> None:
    before = hand.maze
    hand.drag(shifted(1, 2), shifted(1, 3), shifted(1, 4))
    assert all(hand.maze.is_wall(shifted(1, col)) for col in (2, 3, 4))
    assert [entry.verb for entry in hand.document.history.done] == ["Paint walls"]
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hand.maze == before
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert hand.maze.is_wall(shifted(1, 3))


def test_a_drag_from_a_wall_erases_and_leaves_open_squares_open(hand: Hand) -> None:
    hand.drag(shifted(3, 2), shifted(3, 3), shifted(3, 4))
    assert not any(hand.maze.is_wall(shifted(3, col)) for col in (2, 3, 4))


def test_a_fast_stroke_leaves_no_square_out(hand: Hand) -> None:
    hand.drag(shifted(5, 1), shifted(5, 4))
    assert all(hand.maze.is_wall(shifted(5, col)) for col in (1, 2, 3, 4))


def test_a_right_drag_erases_whatever_the_first_square_is(hand: Hand) -> None:
    hand.drag(shifted(3, 1), shifted(3, 2), shifted(3, 3), button=Qt.MouseButton.RightButton)
    assert not hand.maze.is_wall(shifted(3, 2))
    assert hand.document.history.done[-1].verb == "Erase walls"


def test_painting_leaves_mouse_and_cheese_alone(hand: Hand) -> None:
    hand.drag(shifted(5, 4), CHEESE, shifted(4, 5))
    assert hand.maze.cheese == CHEESE
    assert hand.maze.is_wall(shifted(5, 4))
    assert hand.maze.is_wall(shifted(4, 5))
    hand.drag(shifted(1, 2), MOUSE, shifted(2, 1))
    assert hand.maze.mouse == MOUSE


def test_cheese_and_mouse_are_dragged_but_never_onto_each_other(hand: Hand) -> None:
    hand.drag(CHEESE, shifted(4, 5), shifted(3, 5))
    assert hand.maze.cheese == shifted(3, 5)
    assert hand.document.history.done[-1].verb == "Move cheese"
    hand.drag(MOUSE, shifted(1, 5), shifted(3, 5))
    assert hand.maze.mouse == shifted(2, 5), "the mouse stops next to the cheese"
    assert len(hand.document.history.done) == 2
    hand.drag(shifted(3, 5), shifted(2, 5))
    assert hand.maze.cheese == shifted(3, 5)


def test_a_thing_is_not_dragged_into_a_wall(hand: Hand) -> None:
    hand.drag(MOUSE, shifted(1, 0))
    assert hand.maze.mouse == MOUSE
    assert not hand.document.history.done


def test_the_tools_put_mouse_and_cheese_on_clicked_squares(hand: Hand) -> None:
    hand.key(Qt.Key.Key_M)
    hand.click(shifted(1, 4))
    assert hand.maze.mouse == shifted(1, 4)
    hand.key(Qt.Key.Key_Delete)
    assert hand.maze.cheese is None
    hand.key(Qt.Key.Key_C)
    hand.click(shifted(3, 4))
    assert hand.maze.cheese == shifted(3, 4)
    assert hand.document.history.done[-1].verb == "Put back cheese"


def test_delete_removes_the_cheese_and_puts_it_back_where_it_was(hand: Hand) -> None:
    hand.key(Qt.Key.Key_Delete)
    assert hand.maze.cheese is None
    assert hand.context.actions["maze.toggle_cheese"].text() == "Put back cheese"
    hand.answered()
    assert "removed" in hand.window.maze_view.numbers.sentence
    hand.key(Qt.Key.Key_Delete)
    assert hand.maze.cheese == CHEESE


def test_undo_in_the_middle_of_a_drag_takes_all_of_it_back_and_ends_it(hand: Hand) -> None:
    before = hand.maze
    hand.press(shifted(1, 2))
    hand.move(shifted(1, 3))
    assert hand.maze != before
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hand.maze == before
    hand.move(shifted(1, 4))
    hand.release(shifted(1, 4))
    assert hand.maze == before
    hand.drag(shifted(1, 2), shifted(1, 3))
    assert hand.maze.is_wall(shifted(1, 3)), "the next drag works as always"


def test_escape_gives_a_drag_up(hand: Hand) -> None:
    before = hand.maze
    hand.press(shifted(1, 2))
    hand.move(shifted(1, 4))
    hand.key(Qt.Key.Key_Escape)
    hand.move(shifted(1, 5))
    hand.release(shifted(1, 5))
    assert hand.maze == before


def test_loops_islands_and_an_unreachable_cheese_are_allowed_and_marked(hand: Hand) -> None:
    picture = hand.window.maze_view.picture
    assert not picture.unreachable
    hand.drag(shifted(5, 4), shifted(4, 4))
    hand.drag(shifted(4, 5), shifted(4, 5))
    assert picture.unreachable, "the cheese is on an island"
    assert "cheese cannot be reached" in hand.window.maze_view.numbers.sentence
    hand.drag(shifted(1, 4), shifted(1, 4))
    hand.drag(shifted(5, 2), shifted(5, 2))
    hand.answered()
    latest = hand.context.bridge.latest
    assert latest is not None
    row = latest.original.index(shifted(3, 4))
    assert row is not None, "squares that the mouse cannot reach have arrows too"
    assert latest.original.done[row]
    fills = {getattr(shape, "fill", None) for shape in picture.static}
    assert hand.context.palette.unreachable in fills


def test_keys_move_a_cursor_and_paint(own_hand: Hand) -> None:
    hand = own_hand
    hand.key(Qt.Key.Key_Right)
    canvas = hand.window.maze_view.canvas
    assert canvas.marks.cursor_square == MOUSE
    for _ in range(2):
        hand.key(Qt.Key.Key_Right)
    assert canvas.marks.cursor_square == shifted(1, 3)
    assert hand.context.view.hover == shifted(1, 3)
    hand.key(Qt.Key.Key_Space)
    assert hand.maze.is_wall(shifted(1, 3))
    hand.key(Qt.Key.Key_Space)
    assert not hand.maze.is_wall(shifted(1, 3))
    hand.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert hand.maze.is_wall(shifted(1, 3))
    assert hand.maze.is_wall(shifted(1, 4))
    hand.key(Qt.Key.Key_Escape)
    assert canvas.marks.cursor_square is None


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Tab])
def test_the_numbers_of_the_cursors_square_go_with_it(own_hand: Hand, key: Qt.Key) -> None:
    hand = own_hand
    canvas = hand.window.maze_view.canvas
    readout = hand.window.maze_view.panes[canvas.role].readout
    hand.key(Qt.Key.Key_Right)
    assert readout.isVisible()
    hand.key(key)
    assert canvas.marks.cursor_square is None
    assert not readout.isVisible()
    assert hand.context.view.hover is None


def test_the_wheel_zooms_around_the_pointer_and_the_middle_button_pans(hand: Hand) -> None:
    canvas = hand.window.maze_view.canvas
    square = shifted(1, 4)
    place, before = canvas.pixel_at(square), canvas.box.viewRect()
    event = QWheelEvent(
        QPointF(place),
        canvas.mapToGlobal(QPointF(place)),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)
    assert canvas.box.viewRect().width() < before.width() * 0.95
    assert (canvas.pixel_at(square) - place).manhattanLength() <= 3
    hand.drag(square, shifted(3, 4), button=Qt.MouseButton.MiddleButton)
    assert canvas.square_at(QPointF(place)) != square
    hand.key(Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert canvas.box.viewRect().width() == pytest.approx(before.width())
    assert not hand.document.history.done, "what is in sight is not undoable"


def test_side_by_side_shows_the_same_part_of_the_world_in_all_three(hand: Hand) -> None:
    hand.key(Qt.Key.Key_4)
    canvases = hand.window.maze_view.canvases
    assert len(canvases) == 3
    QApplication.processEvents()
    canvases[1].zoom(2.0)
    canvases[1].zoom(1.1, QPointF(10, 10))
    rects = [canvas.box.viewRect() for canvas in canvases]
    for rect in rects:
        assert rect.center().x() == pytest.approx(rects[1].center().x(), abs=0.02)
        assert rect.center().y() == pytest.approx(rects[1].center().y(), abs=0.02)
        assert rect.width() == pytest.approx(rects[1].width(), rel=0.02)


def test_what_was_zoomed_to_outlives_a_narrow_window(own_hand: Hand) -> None:
    hand = own_hand
    # So it is as well for a moment while panes come and go: a canvas is narrow before those next to it have their room.
    view = hand.window.maze_view
    for part in (hand.window.playback.bar, view.legend, *hand.window.docks.docks.values()):
        part.hide()
    hand.key(Qt.Key.Key_4)
    QApplication.processEvents()
    hand.key(Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    usual, chosen = hand.window.size(), view.canvas.sight
    for size in (QSize(hand.window.minimumSizeHint().width(), 1500), usual):
        hand.window.resize(size)
        QApplication.processEvents()
    rects = [canvas.box.viewRect() for canvas in view.canvases]
    for canvas, rect in zip(view.canvases, rects, strict=True):
        assert canvas.sight == chosen
        assert rect.center().x() == pytest.approx(rects[0].center().x(), abs=0.05)
        assert rect.width() == pytest.approx(max(chosen[2], chosen[3] * rect.width() / rect.height()), rel=0.02)


def test_squares_opened_outside_the_maze_come_in_sight(hand: Hand) -> None:
    maze = hand.maze
    everything_open = replace(maze, walls=bytes(len(maze.walls)))
    maze_edits.edit_maze(hand.document, "Open every square", lambda _: everything_open)
    for canvas in hand.window.maze_view.canvases:
        assert canvas.box.viewRect().adjusted(-0.01, -0.01, 0.01, 0.01).contains(0.0, 0.0)
        assert canvas.box.viewRect().adjusted(-0.01, -0.01, 0.01, 0.01).contains(maze.world, maze.world)


def test_the_tool_in_hand_cannot_be_put_down(hand: Hand) -> None:
    wall = hand.context.actions[f"tool.{TOOLS[1].id}"]
    for _ in range(2):
        wall.trigger()
        assert wall.isChecked()
    mode = hand.context.actions["view.difference"]
    for _ in range(2):
        mode.trigger()
        assert mode.isChecked()
    hand.context.actions["view.original"].trigger()
    assert not mode.isChecked()


def test_hovering_shows_the_squares_numbers(hand: Hand) -> None:
    square = shifted(1, 3)
    hand.move(square)
    assert hand.context.view.hover == square
    readout = hand.window.maze_view.panes["original"].readout
    assert readout.isVisible()
    latest = hand.context.bridge.latest
    assert latest is not None
    row = latest.original.index(square)
    assert row is not None
    text = readout.text()
    for move, name in enumerate(MOVES):
        assert f"{name} {latest.original.probs[row, move]:.3f}" in text
    assert f"Value {latest.original.value[row]:.3f}".replace("-", "−") in text
    up, right = latest.original.arrows[row]
    assert f"Arrow ({fixed(up)}, {fixed(right)}) (row, col), length {fixed(math.hypot(up, right))}" in text
    hand.move(shifted(0, 3))
    assert not readout.isVisible(), "a wall has no numbers"


def test_the_modes_draw_original_patched_and_difference(hand: Hand) -> None:
    view = hand.window.maze_view
    hand.key(Qt.Key.Key_3)
    assert view.panes["difference"].note.isVisible()
    assert "empty" in view.panes["difference"].note.text()
    assert view.panes["difference"].canvas._field_item.shapes == ()
    patch_edits.add_patch(hand.document, Zero())
    hand.answered()
    assert not view.panes["difference"].note.isVisible()
    assert view.panes["difference"].canvas._field_item.shapes
    latest = hand.context.bridge.latest
    assert latest is not None
    assert not np.allclose(latest.original.probs, latest.patched.probs)
    hand.key(Qt.Key.Key_2)
    palette = hand.context.palette
    assert {shape.fill for shape in view.panes["patched"].canvas._field_item.shapes} >= {palette.patched}
    assert view.panes["difference"].isHidden()
    assert view.canvas.hasFocus(), "the keyboard stays on the canvas"


def test_a_click_with_select_chooses_the_square_to_inspect(hand: Hand) -> None:
    hand.key(Qt.Key.Key_V)
    hand.click(shifted(1, 4))
    assert hand.context.view.inspected == shifted(1, 4)
    assert hand.context.bridge.inspected_square == shifted(1, 4)
    hand.click(MOUSE)
    assert hand.context.view.inspected is None
    assert not hand.document.history.done


def test_arrows_stay_until_the_answer_comes(make_hand: MakeHand) -> None:
    hand = make_hand()
    picture = hand.window.maze_view.picture
    hand.context.bridge._engine, engine = None, hand.context.bridge._engine
    maze_edits.paint_walls(hand.document, (shifted(1, 3),), True)
    assert picture.original is not None
    assert picture.original.maze == hand.maze
    assert picture.original.index(shifted(1, 3)) is None
    assert picture.original.done.all(), "squares that were open keep their arrows"
    maze_edits.paint_walls(hand.document, (shifted(3, 2),), False)
    assert not picture.original.done[picture.original.index(shifted(3, 2))]
    hand.context.bridge._engine = engine


def test_a_right_click_offers_what_can_be_done_with_the_square(hand: Hand) -> None:
    place = hand.at(shifted(1, 4))
    QTest.mouseClick(hand.window.maze_view.canvas.viewport(), Qt.MouseButton.RightButton, pos=place)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    titles = [action.text() for action in menu.actions()]
    assert "Put the cheese here" in titles
    next(action for action in menu.actions() if action.text() == "Put the cheese here").trigger()
    menu.close()
    assert hand.maze.cheese == shifted(1, 4)


@pytest.mark.parametrize("size", [(900, 150), (200, 700)])
def test_the_whole_maze_is_in_sight_in_a_canvas_of_any_shape(own_hand: Hand, size: tuple[int, int]) -> None:
    hand = own_hand
    canvas = hand.window.maze_view.canvas
    canvas.resize(*size)
    QApplication.processEvents()
    left, bottom, columns, rows = visible_box(hand.maze)
    assert canvas.box.viewRect().contains(QRectF(left, bottom, columns, rows))
