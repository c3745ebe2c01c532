"""The tour: four steps on real parts of the window, once, and nobody's work is lost to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document import maze_edits
from app.document.first_document import FIRST_MODE, first_document
from app.document.samples import load_samples
from app.document.session_file import load_session
from app.errors import MazeError
from app.maze import maze_file as maze_files
from tests.widgets.conftest import Hand, MakeHand
from widgets.help.coach_mark import CoachMark
from widgets.help.tour import STEPS


@pytest.fixture
def hand(make_hand: MakeHand) -> Hand:
    made = make_hand(engine=False)
    made.window.resize(1440, 900)
    QApplication.processEvents()
    return made


def mark(hand: Hand) -> CoachMark:
    found = hand.window.features.tour.mark
    assert found is not None
    return found


def go_on(hand: Hand) -> None:
    QTest.mouseClick(mark(hand).card.next, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def test_four_steps_on_the_samples_each_pointing_at_its_part(hand: Hand) -> None:
    samples = {sample.name: sample for sample in load_samples()}
    hand.context.actions.trigger("help.tour")
    seen = []
    for _ in STEPS:
        coach = mark(hand)
        seen.append((coach.card.title.text(), hand.context.view.mode, hand.maze, hand.document.state.stack))
        assert coach._lights, "it points at something"
        covered = coach.card.geometry()
        assert hand.window.rect().contains(covered)
        assert not any(light.intersects(covered) for light in coach._lights), "the card covers nothing it points at"
        for part in (hand.window.maze_view.numbers, hand.window.maze_view.outcome):
            lines = QRect(part.mapTo(hand.window, QPoint(0, 0)), part.size())
            for light in coach._lights:
                assert light.contains(lines) or not light.intersects(lines), "the light's edge goes through no line"
        for light in coach._lights:
            assert hand.window.childAt(light.center()) not in (coach, coach.card), "what is lit can be clicked"
        go_on(hand)
    assert not hand.window.features.tour.running
    first, elsewhere = samples["two-ways"], samples["led-elsewhere"]
    assert [title for title, *_ in seen] == [step.title for step in STEPS]
    assert [maze for _, _, maze, _ in seen] == [first.maze, first.maze, first.maze, elsewhere.maze]
    assert [stack.patches for *_, stack in seen] == [(), (), first.stack.patches, elsewhere.stack.patches]
    assert [mode for _, mode, *_ in seen] == ["original", "original", "patched", "side_by_side"]
    assert not hand.window.isWindowModified(), "nobody is asked to save a sample"


def test_keys_lead_on_back_and_out(hand: Hand) -> None:
    hand.context.actions.trigger("help.tour")
    hand.key(Qt.Key.Key_Return)
    assert hand.window.features.tour.at == 1
    QTest.mouseClick(mark(hand).card.back, Qt.MouseButton.LeftButton)
    assert hand.window.features.tour.at == 0
    hand.key(Qt.Key.Key_Escape)
    assert not hand.window.features.tour.running
    assert QApplication.focusWidget() is hand.window.maze_view.canvas


def test_the_users_own_work_comes_back(hand: Hand) -> None:
    maze = hand.maze
    maze_edits.paint_walls(hand.document, ((maze.mouse[0], maze.mouse[1] - 1),), False)
    hand.context.view.set_mode("difference")
    maze_edits.remove_cheese(hand.document)
    hand.document.undo()
    mine = hand.document.state
    hand.context.actions.trigger("help.tour")
    for _ in STEPS:
        assert hand.document.state != mine
        go_on(hand)
    assert hand.document.state == mine
    history = hand.document.history
    assert [len(history.done), len(history.undone)] == [1, 1], "undo and redo do what they would have done"
    assert hand.context.view.mode == "difference"
    assert hand.window.isWindowModified()


def test_what_the_program_opened_on_comes_back_with_nothing_to_undo(hand: Hand) -> None:
    opening = replace(first_document().state, policy=hand.document.state.policy)
    hand.document.reset(opening)
    hand.context.view.set_mode(FIRST_MODE)
    hand.context.actions.trigger("help.tour")
    go_on(hand)
    hand.key(Qt.Key.Key_Escape)
    assert hand.document.state == opening
    assert opening.stack.patches
    assert hand.context.view.mode == FIRST_MODE
    assert not hand.document.history.done


def test_what_is_lit_can_be_used_during_the_tour(hand: Hand) -> None:
    hand.context.actions.trigger("help.tour")
    go_on(hand)
    before = hand.maze
    hand.context.view.set_tool("wall")
    wall = before.mouse[0] - 1, before.mouse[1]
    place: QPoint = hand.window.maze_view.canvas.viewport().mapTo(hand.window, hand.at(wall))
    under = hand.window.childAt(place)
    assert under is hand.window.maze_view.canvas.viewport()
    hand.click(wall)
    assert hand.maze != before
    hand.key(Qt.Key.Key_Escape)
    assert not hand.window.features.tour.running


def test_a_file_that_is_opened_ends_it_and_stays(hand: Hand, tmp_path: Path) -> None:
    other = hand.maze.with_cheese(None)
    maze_files.save(tmp_path / "other.json", other)
    hand.context.actions.trigger("help.tour")
    go_on(hand)
    hand.window.files.open_paths([tmp_path / "other.json"])
    hand.wait(lambda: any(tab.maze == other for tab in hand.document.state.mazes))
    assert not hand.window.features.tour.running
    assert hand.maze == other


def test_without_samples_the_open_maze_will_do(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise MazeError("There are no samples.")

    monkeypatch.setattr("widgets.help.tour.load_samples", none)
    maze = hand.maze
    hand.context.actions.trigger("help.tour")
    stacks = []
    for _ in STEPS:
        assert hand.maze == maze
        stacks.append(len(hand.document.state.stack.patches))
        go_on(hand)
    assert stacks == [0, 0, 1, 1]


def test_it_comes_by_itself_once_when_there_are_arrows(make_hand: MakeHand) -> None:
    hand = make_hand()
    tour = hand.window.features.tour
    tour.start_when_ready()
    assert not tour.running
    maze_edits.move_mouse(hand.document, next((int(row), int(col)) for row, col in hand.maze.squares[3:4]))
    hand.wait(lambda: tour.running)
    hand.key(Qt.Key.Key_Escape)
    tour.start_when_ready()
    hand.context.bridge.refresh()
    hand.answered()
    assert not tour.running


def test_saving_during_the_tour_saves_the_users_own_work(hand: Hand, tmp_path: Path) -> None:
    maze, file = hand.maze, tmp_path / "mine.mazescope"
    hand.window.files.save_session(file)
    maze_edits.paint_walls(hand.document, ((maze.mouse[0], maze.mouse[1] - 1),), False)
    mine = hand.document.state
    hand.context.actions.trigger("help.tour")
    go_on(hand)
    go_on(hand)
    assert hand.document.state != mine
    hand.window.activateWindow()
    hand.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not hand.window.features.tour.running
    saved = load_session(file).state
    assert (saved.mazes, saved.stack) == (mine.mazes, mine.stack)
    assert not hand.window.isWindowModified()


def test_the_shade_leaves_nothing_behind_where_a_light_moves(hand: Hand) -> None:
    hand.context.actions.trigger("help.tour")
    QTest.qWait(150)
    # Room for the maze: the light grows with it.
    hand.context.actions.trigger("view.legend")
    QTest.qWait(150)
    on_screen = hand.window.screen().grabWindow(hand.window.winId()).toImage()
    anew = hand.window.grab().toImage()
    assert on_screen.size() == anew.size()
    canvas = hand.window.maze_view.canvas
    corner = canvas.mapTo(hand.window, QPoint())
    for at in range(0, canvas.height(), 2):
        spot = corner + QPoint(canvas.width() // 3, at)
        assert on_screen.pixelColor(spot) == anew.pixelColor(spot), spot
    hand.key(Qt.Key.Key_Escape)
