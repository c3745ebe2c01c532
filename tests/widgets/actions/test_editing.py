"""Editing beyond the brush: rectangle, fill, whole-maze edits, clipboard, tabs, the undo list."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar

from app.document import maze_edits
from app.maze.ascii import from_ascii, to_ascii
from app.maze.maze import Maze
from app.maze.transforms import carve_path_to_corner, mirror, rotate
from tests.widgets.conftest import SMALL, Hand, MakeHand
from tests.widgets.maze_view.test_canvas import CHEESE, MOUSE, shifted
from widgets.actions.new_maze_dialog import NewMazeDialog
from widgets.panels.history_panel import HistoryPanel


@pytest.fixture
def hand(shared_hand: Hand) -> Hand:
    """The module's window, put back as it was before each test."""
    return shared_hand


def test_a_rectangle_grows_and_shrinks_under_the_pointer_and_is_one_undo(hand: Hand) -> None:
    before = hand.maze
    hand.key(Qt.Key.Key_R)
    assert hand.context.view.tool == "rectangle"
    hand.press(shifted(3, 1))
    hand.move(shifted(5, 3))
    assert hand.maze.is_wall(shifted(5, 3))
    hand.move(shifted(4, 1))
    assert not hand.maze.is_wall(shifted(5, 3)), "a smaller rectangle gives back what it no longer covers"
    hand.release(shifted(4, 1))
    assert hand.maze == before.with_walls((shifted(3, 1), shifted(4, 1)), True)
    assert [entry.verb for entry in hand.document.history.done] == ["Paint rectangle"]
    hand.document.undo()
    assert hand.maze == before


def test_a_rectangle_from_a_wall_opens(hand: Hand) -> None:
    hand.key(Qt.Key.Key_R)
    assert hand.context.view.tool == "rectangle"
    hand.drag(shifted(2, 2), shifted(4, 4))
    assert not any(hand.maze.is_wall(shifted(row, col)) for row in (2, 3, 4) for col in (2, 3, 4))
    assert hand.maze.mouse == MOUSE


def test_a_flood_fill_takes_the_connected_squares_and_no_thing(hand: Hand) -> None:
    hand.key(Qt.Key.Key_F)
    hand.click(shifted(3, 3))
    assert hand.maze.walls.count(0) == 2, "only mouse and cheese stay open"
    hand.document.undo()
    hand.click(shifted(3, 2))
    assert not hand.maze.is_wall(shifted(2, 2))
    assert hand.document.history.done[-1].verb == "Flood fill"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("maze.rotate_left", lambda maze: rotate(maze, 1)),
        ("maze.rotate_right", lambda maze: rotate(maze, 3)),
        ("maze.mirror", lambda maze: mirror(maze, "horizontal")),
        ("maze.flip", lambda maze: mirror(maze, "vertical")),
        ("maze.carve", carve_path_to_corner),
    ],
)
def test_the_whole_maze_is_changed_and_undone(shared_hand: Hand, action: str, expected: object) -> None:
    hand, before = shared_hand, shared_hand.maze
    hand.context.actions.trigger(action)
    assert hand.maze == expected(before)  # type: ignore[operator]
    hand.document.undo()
    assert hand.maze == before


def test_clearing_opens_the_maze_and_leaves_its_world(hand: Hand) -> None:
    hand.context.actions.trigger("maze.clear")
    assert not hand.maze.is_wall(shifted(3, 3))
    assert hand.maze.is_wall((0, 0))
    hand.answered()


def test_a_maze_is_copied_and_pasted_as_itself_and_as_text(hand: Hand) -> None:
    maze_edits.set_background(hand.document, 5)
    maze_edits.paint_walls(hand.document, (shifted(1, 3),), True)
    copied = hand.maze
    hand.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert from_ascii(QApplication.clipboard().text(), 15).walls == copied.walls
    hand.context.actions.trigger("level.restore")
    hand.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert hand.maze == copied, "the background too"
    QApplication.clipboard().setText(SMALL)
    hand.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert hand.maze == from_ascii(SMALL).with_background(5), "text has no background, so it stays"


def test_a_clipboard_without_a_maze_is_refused_in_a_sentence(hand: Hand) -> None:
    before = hand.maze
    QApplication.clipboard().setText("not a maze")
    hand.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert hand.window.message_bar.isVisible()
    assert "not a maze" in hand.window.message_bar.label.text()
    assert hand.maze == before


def test_a_maze_goes_to_a_text_file_and_back(hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "drawn.txt"
    hand.window.files.save_maze(path)
    assert path.read_text() == to_ascii(hand.maze)
    path.write_text(SMALL.replace("M.", ".M"))
    hand.window.files.open_path(path)
    hand.wait(lambda: hand.maze.mouse == shifted(1, 2))
    path.write_text("#?#")
    hand.window.files.open_path(path)
    hand.wait(lambda: "drawn.txt is not a maze" in hand.window.message_bar.label.text())


def test_a_new_random_maze_of_a_size_opens_in_a_tab(hand: Hand) -> None:
    hand.context.actions.trigger("maze.new")
    dialog = next(found for found in QApplication.topLevelWidgets() if isinstance(found, NewMazeDialog))
    dialog.dim.setCurrentIndex(dialog.dim.findData(5))
    dialog.seed.setValue(11)
    expected = dialog.maze()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert hand.maze == expected
    assert hand.maze.dim == 5
    assert len(hand.document.state.mazes) == 2
    hand.answered()
    hand.document.undo()
    assert len(hand.document.state.mazes) == 1


def test_tabs_show_close_and_come_back_by_undo(hand: Hand) -> None:
    first = hand.maze
    hand.key(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    tabs = hand.window.tabs
    assert tabs.isVisible()
    assert [tabs.tabText(at) for at in range(2)] == ["Small", "Small copy 1"]
    hand.drag(shifted(1, 2), shifted(1, 3))
    edited = hand.maze
    assert [tabs.tabIcon(at).isNull() for at in range(2)] == [True, False], "a pencil says that it was edited"
    assert tabs.accessibleTabName(1) == "Small copy 1, edited"
    assert "differs from the level" in tabs.tabToolTip(1)
    hand.context.actions.trigger("level.restore")
    assert tabs.tabIcon(1).isNull()
    assert tabs.accessibleTabName(1) == "Small copy 1"
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(0).center())
    assert hand.maze == first
    hand.answered()
    hand.key(Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    assert hand.maze == edited
    button = tabs.tabButton(1, QTabBar.ButtonPosition.RightSide)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert [tab.title for tab in hand.document.state.mazes] == ["Small"]
    assert not tabs.isVisible()
    hand.document.undo()
    assert hand.maze == edited


def test_tabs_are_dragged_and_renamed(hand: Hand) -> None:
    maze_edits.duplicate_maze(hand.document)
    hand.window.tabs.moveTab(0, 1)
    assert [tab.title for tab in hand.document.state.mazes] == ["Small copy 1", "Small"]
    maze_edits.rename_maze(hand.document, hand.document.state.active, "B")
    assert hand.window.tabs.tabText(0) == "B"
    maze_edits.rename_maze(hand.document, hand.document.state.active, "  ")
    assert hand.window.tabs.tabText(0) == "B"


def test_the_undo_list_goes_back_and_forth(own_hand: Hand) -> None:
    hand = own_hand
    start = hand.document.state
    hand.drag(shifted(1, 2), shifted(1, 3))
    hand.drag(CHEESE, shifted(4, 5))
    end = hand.document.state
    panel = hand.window.docks.docks["history"].widget()
    assert isinstance(panel, HistoryPanel)
    hand.window.docks.docks["history"].raise_()
    QApplication.processEvents()
    model = panel.model
    assert [model.data(model.index(row)) for row in range(3)] == ["As opened", "Paint walls", "Move cheese"]
    place = panel.list.visualRect(model.index(0)).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert hand.document.state is start
    assert model.current == 0
    panel.go_to(2)
    assert hand.document.state == end


def test_the_pin_and_other_tools_tell_what_they_do(hand: Hand) -> None:
    for spec in hand.context.actions:
        if spec.group == "Tools":
            hand.context.actions.trigger(spec.id)
            assert hand.context.view.tool == spec.id.removeprefix("tool.")
            assert hand.window.status.tool.text() in spec.tip


def test_a_first_click_changes_nothing_and_the_last_tool_comes_back_at_the_next_start(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False, tool=None)
    hand.wait(hand.window.isActiveWindow)
    before = hand.document.state
    assert hand.context.view.tool == "select"
    hand.click((0, 0))
    hand.click(hand.maze.mouse)
    assert hand.document.state is before
    hand.key(Qt.Key.Key_R)
    hand.window.close()
    again = make_hand(engine=False, tool=None)
    assert again.context.view.tool == "rectangle"
    assert again.context.actions["tool.rectangle"].isChecked()
    assert not again.context.actions["tool.select"].isChecked()
    again.context.settings.set("tool", "chisel")
    again.window.close()
    assert make_hand(engine=False, tool=None).context.view.tool == "select", "a tool that there is no more"


def test_a_maze_that_fills_its_world_has_no_path_to_carve(hand: Hand) -> None:
    walls = bytes(225)
    maze_edits.edit_maze(hand.document, "Fill", lambda _: Maze(15, 15, walls, (0, 0), (14, 14)))
    assert not hand.context.actions["maze.carve"].isEnabled()
