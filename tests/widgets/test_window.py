"""The window as a whole: levels, policies, sessions, errors; always alive, always the newest answer."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.plugin import QtBot

from app.document import maze_edits, patch_edits
from app.document.document import OpenMaze, State
from app.field.engine import Engine
from app.field.requests import FieldRequest
from app.interventions.patches import Zero
from app.maze.generator import level
from app.policy.network import random_network
from app.policy.policy import policy_of
from app.policy.saving import save_safetensors
from tests.widgets.conftest import Hand, MakeHand, small_maze
from tests.widgets.maze_view.test_canvas import shifted
from widgets.controls.error_dialog import ErrorDialog
from widgets.services.settings import Settings
from widgets.startup.launch import catch_exceptions


@pytest.fixture
def hand(shared_hand: Hand) -> Hand:
    """The module's window, put back as it was before each test."""
    return shared_hand


def press_button(hand: Hand, action: str) -> None:
    """Click the tool button of an action in the level bar."""
    wanted = hand.context.actions[action]
    buttons = [found for found in hand.window.findChildren(QToolButton) if found.defaultAction() is wanted]
    QTest.mouseClick(buttons[0], Qt.MouseButton.LeftButton)


def drop(hand: Hand, *paths: Path) -> None:
    """Drop files on the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(hand.window.rect().center(), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(hand.window, enter)
    assert enter.isAccepted()
    place = QPointF(hand.window.rect().center())
    QApplication.sendEvent(hand.window, QDropEvent(place, Qt.DropAction.CopyAction, data, buttons, keys))


def test_a_dropped_checkpoint_becomes_the_policy_and_undo_brings_the_old_one_back(hand: Hand, tmp_path: Path) -> None:
    other = policy_of(random_network(1, 7), "other")
    path = tmp_path / "other.safetensors"
    save_safetensors(other, path)
    before, first = hand.document.state.policy, hand.context.bridge.latest
    drop(hand, path)
    hand.wait(lambda: hand.document.state.policy == other)
    hand.answered()
    latest = hand.context.bridge.latest
    assert latest is not None
    assert first is not None
    assert not np.allclose(latest.original.probs, first.original.probs)
    assert hand.window.files.recent[0] == path
    hand.document.undo()
    assert hand.document.state.policy == before


def test_a_bad_checkpoint_is_refused_in_a_sentence_and_all_stays(hand: Hand, tmp_path: Path) -> None:
    state, latest = hand.document.state, hand.context.bridge.latest
    path = tmp_path / "policy.pth"
    path.write_text("not a checkpoint")
    drop(hand, path)
    bar = hand.window.message_bar
    hand.wait(bar.isVisible)
    assert "policy.pth" in bar.label.text()
    assert "expected" in bar.label.text()
    assert hand.document.state is state
    assert hand.context.bridge.latest is latest
    assert hand.window.files.recent == []
    hand.drag(shifted(1, 2), shifted(1, 3))
    hand.answered()
    QTest.mouseClick(bar.dismiss, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()


@pytest.mark.parametrize(
    ("name", "content"),
    [("maze.json", "{}"), ("maze.json", '{"format": "x"}'), ("a.mazescope", "[]"), ("none.json", None)],
)
def test_other_bad_files_are_refused_too(hand: Hand, tmp_path: Path, name: str, content: str | None) -> None:
    state = hand.document.state
    if content is not None:
        (tmp_path / name).write_text(content)
    hand.window.files.open_path(tmp_path / name)
    hand.wait(hand.window.message_bar.isVisible)
    assert hand.window.message_bar.label.text().endswith(".")
    assert hand.document.state is state


def test_a_maze_file_is_saved_and_opened(hand: Hand, tmp_path: Path) -> None:
    maze_edits.paint_walls(hand.document, (shifted(1, 3),), True)
    edited, path = hand.maze, tmp_path / "mine.json"
    hand.window.files.save_maze(path)
    hand.document.undo()
    hand.window.files.open_path(path)
    hand.wait(lambda: hand.maze == edited)
    assert hand.document.state.tab.title == "mine"
    assert hand.document.state.tab.generated == edited
    hand.answered()


def test_a_session_is_saved_and_opened_with_its_view(make_hand: MakeHand, tmp_path: Path) -> None:
    path = tmp_path / "policy.safetensors"
    save_safetensors(policy_of(random_network(1, 3), "saved"), path)
    hand = make_hand(policy=None)
    hand.window.files.open_policy(path)
    hand.wait(lambda: hand.document.state.policy is not None)
    patch_edits.add_patch(hand.document, Zero(channels=(3,)))
    hand.context.view.set_mode("side_by_side")
    state, session = hand.document.state, tmp_path / "talk.mazescope"
    assert hand.window.files.save_session(session)
    assert not hand.document.modified
    hand.document.reset(State((OpenMaze(1, "x", small_maze(), small_maze()),), 1))
    hand.context.view.set_mode("original")
    hand.window.files.open_path(session)
    hand.wait(lambda: hand.document.state == state)
    assert hand.context.view.mode == "side_by_side"
    assert hand.window.windowTitle().startswith("talk")
    hand.answered()


def test_without_a_policy_the_window_says_what_to_do(make_hand: MakeHand) -> None:
    hand = make_hand(policy=None)
    hand.drag(shifted(1, 2), shifted(1, 3))
    assert hand.maze.is_wall(shifted(1, 3))
    assert hand.context.bridge.latest is None
    assert "Open a policy" in hand.window.maze_view.panes["original"].note.text()
    assert hand.window.maze_view.panes["original"].note.isVisible()


def test_undo_and_redo_say_what_they_do(hand: Hand) -> None:
    actions = hand.context.actions
    assert not actions["edit.undo"].isEnabled()
    hand.drag(shifted(1, 2), shifted(1, 3))
    assert actions["edit.undo"].text() == "Undo paint walls"
    assert "Ctrl+Z" in actions["edit.undo"].toolTip()
    actions.trigger("edit.undo")
    assert not actions["edit.undo"].isEnabled()
    assert actions["edit.redo"].text() == "Redo paint walls"


def test_back_to_the_level_as_generated(hand: Hand) -> None:
    generated = hand.maze
    assert not hand.context.actions["level.restore"].isEnabled()
    hand.drag(shifted(1, 2), shifted(1, 3))
    hand.key(Qt.Key.Key_Delete)
    press_button(hand, "level.restore")
    assert hand.maze == generated
    hand.document.undo()
    assert hand.maze.cheese is None


def test_the_background_is_chosen_and_the_field_follows(hand: Hand) -> None:
    first = hand.context.bridge.latest
    bar = hand.window.level_bar
    bar.background.setFocus()
    QTest.keyClick(bar.background, Qt.Key.Key_Down)
    assert hand.maze.background == 1
    hand.answered()
    latest = hand.context.bridge.latest
    assert latest is not None
    assert first is not None
    assert not np.array_equal(latest.original.logits, first.original.logits), "the policy sees the background"
    hand.document.undo()
    assert bar.background.currentData() == 0


def test_the_newest_question_wins(hand: Hand) -> None:
    hand.press(shifted(5, 1))
    for col in (2, 3, 4):
        hand.move(shifted(5, col))
    hand.release(shifted(5, 4))
    hand.key(Qt.Key.Key_Delete)
    hand.answered()
    state, latest, picture = hand.document.state, hand.context.bridge.latest, hand.window.maze_view.picture
    assert latest is not None
    assert state.policy is not None
    assert latest.request.maze == hand.maze
    engine = Engine("cpu")
    right = engine.compute(FieldRequest(hand.maze, state.policy))
    engine.close()
    assert picture.original is not None
    np.testing.assert_allclose(picture.original.probs, right.original.probs, atol=1e-6)


def test_a_later_answer_to_an_older_question_changes_no_number(hand: Hand) -> None:
    old = hand.context.bridge.latest
    maze_edits.paint_walls(hand.document, (shifted(1, 3),), True)
    hand.answered()
    text = hand.window.status.work.text()
    hand.context.bridge._take_result(old)  # type: ignore[arg-type]
    assert hand.context.bridge.latest is not old
    assert hand.window.status.work.text() == text
    picture = hand.window.maze_view.picture
    assert picture.original is not None
    assert picture.original.maze == hand.maze


def test_light_and_dark(own_hand: Hand) -> None:
    hand = own_hand
    light = hand.window.grab().toImage().pixelColor(3, hand.window.height() // 2)
    hand.context.set_theme("dark")
    QApplication.processEvents()
    dark = hand.window.grab().toImage().pixelColor(3, hand.window.height() // 2)
    assert light.lightness() > 200 > 60 > dark.lightness()
    fills = {getattr(shape, "fill", None) for shape in hand.window.maze_view.picture.static}
    assert hand.context.palette.open in fills
    assert hand.context.settings.get("theme") == "dark"


@pytest.mark.qt_no_exception_capture
def test_an_uncaught_exception_reaches_a_dialog_and_ends_nothing(
    own_hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = own_hand
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    catch_exceptions(hand.window)

    def defect() -> None:
        raise ZeroDivisionError("a defect")

    QTimer.singleShot(0, defect)
    hand.wait(lambda: ErrorDialog._open is not None)
    dialog = ErrorDialog._open
    assert dialog is not None
    assert "a defect" in dialog.sentence.text()
    assert dialog.details.isHidden()
    QTest.mouseClick(dialog.fold, Qt.MouseButton.LeftButton)
    assert "ZeroDivisionError" in dialog.details.toPlainText()
    QTest.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    assert "Traceback" in QApplication.clipboard().text()
    dialog.close()
    hand.drag(shifted(1, 2), shifted(1, 3))
    hand.answered()


def test_every_control_has_a_name_and_every_action_a_tip(hand: Hand) -> None:
    nameless = [
        button
        for button in hand.window.findChildren(QToolButton)
        if button.isVisible() and not (button.accessibleName() or button.text())
    ]
    assert not nameless
    for spec in hand.context.actions:
        action = hand.context.actions[spec.id]
        assert action.toolTip()
        if spec.keys:
            assert action.toolTip().endswith(")"), f"{spec.id} does not tell its shortcut"


def test_choices_are_remembered(make_hand: MakeHand) -> None:
    hand = make_hand()
    hand.key(Qt.Key.Key_L)
    assert hand.window.maze_view.legend.isHidden()
    hand.document.mark_saved()
    hand.window.close()
    kept = Settings(hand.context.settings.file)
    assert kept.get("legend") is False
    assert isinstance(kept.get("layout"), str)


def test_levels_are_stepped_typed_and_undone(hand: Hand) -> None:
    bar = hand.window.level_bar
    assert bar.seed.text() == "no seed"
    bar.seed.setFocus()
    bar.seed.selectAll()
    QTest.keyClicks(bar.seed, "7")
    QTest.keyClick(bar.seed, Qt.Key.Key_Return)
    assert hand.document.state.tab.seed == 7
    # The keyboard is still with the seed; what it undoes is the level.
    QTest.keyClick(bar.seed, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hand.document.state.tab.seed is None
    QTest.keyClick(bar.seed, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert hand.document.state.tab.seed == 7
    assert hand.maze == level(15, 7)
    for _ in range(3):
        press_button(hand, "level.next")
    assert hand.document.state.tab.seed == 10
    press_button(hand, "level.previous")
    assert hand.document.state.tab.seed == 9
    hand.answered()
    hand.document.undo()
    assert bar.seed.value() == hand.document.state.tab.seed
    hand.window.levels.set_world("hard")
    assert hand.maze == level(25, bar.seed.value())
    assert bar.world.currentData() == "hard"


def test_size_filter_region_and_the_first_seed(hand: Hand) -> None:
    levels = hand.window.levels
    levels.go_to(0)
    assert hand.document.state.tab.seed == 0
    press_button(hand, "level.previous")
    assert "Seeds run from 0" in hand.window.message_bar.label.text()
    assert hand.document.state.tab.seed == 0
    levels.set_dim(5)
    assert hand.maze.dim == 5
    seed = hand.document.state.tab.seed
    press_button(hand, "level.next")
    assert hand.document.state.tab.seed != seed
    assert hand.maze.dim == 5
    levels.set_region(1)
    assert hand.document.state.tab.region == 1
    assert hand.maze.cheese == hand.maze.top_right
    assert hand.window.level_bar.region.currentData() == 1


def test_a_level_that_arrives_ends_the_drag_under_way(hand: Hand) -> None:
    hand.press(shifted(1, 2))
    hand.move(shifted(1, 3))
    hand.document.end()
    maze_edits.open_level(hand.document, small_maze().with_background(4), "Next", 4)
    hand.move(shifted(1, 5))
    hand.release(shifted(1, 5))
    assert hand.maze == small_maze().with_background(4)
    assert [entry.verb for entry in hand.document.history.done] == ["Paint walls", "Open level"]


def test_a_document_without_an_engine_can_be_edited(qtbot: QtBot, make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    hand.drag(shifted(1, 2), shifted(1, 3))
    assert hand.maze.is_wall(shifted(1, 3))
    hand.context.bridge.attach(Engine("cpu"))
    hand.answered()


def test_another_appearance_moves_nothing(own_hand: Hand) -> None:
    hand = own_hand
    context, window = hand.context, hand.window

    def places() -> list[tuple[int, ...]]:
        QApplication.processEvents()
        parts = (window.level_bar, window.tool_bar, window.view_switch, window.maze_view)
        return [part.geometry().getRect() for part in parts]

    context.set_theme("light")
    before = places()
    for choice in ("dark", "light"):
        context.set_theme(choice)
        assert places() == before


def test_a_crash_forgets_no_choice(remembered_soon: None, own_hand: Hand) -> None:
    hand = own_hand
    hand.key(Qt.Key.Key_L)
    shown = hand.context.actions["view.legend"].isChecked()
    file = hand.context.settings.file
    hand.wait(lambda: Settings(file).get("legend") is not None)
    assert Settings(file).get("legend") == shown
