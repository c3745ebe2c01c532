"""Sessions in the window: saved, opened, asked about, and found again among the recent files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton

from app.document.recipe import recipe_of, recipe_text
from app.document.session_file import load_session, save_session
from app.interventions.patches import AddVector, PatchStack, Zero
from app.maze import maze_file as maze_files
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.policy.saving import save_safetensors
from tests.widgets.conftest import Hand, MakeHand, small_maze
from widgets.files.outside_question import OutsideQuestion
from widgets.files.overwrite_question import OverwriteQuestion
from widgets.files.recent_menu import RecentMenu


@pytest.fixture
def hand(make_hand: MakeHand) -> Hand:
    """A window without an engine: nothing here is about fields."""
    return make_hand(engine=False)


def edit(hand: Hand) -> None:
    """Open a wall with the mouse."""
    hand.context.view.set_tool("wall")
    hand.click((hand.maze.mouse[0] - 1, hand.maze.mouse[1]))


def answer(hand: Hand, button: str) -> None:
    """Click a button of the question."""
    question = hand.window.features.sessions.question
    assert question is not None
    assert question.isVisible()
    found: QPushButton = getattr(question, button)
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def drop(hand: Hand, *paths: Path) -> None:
    """Drop files on the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(200, 200), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(hand.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(hand.window, QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, data, buttons, keys))


def idle(hand: Hand) -> None:
    hand.wait(lambda: not hand.context.busy)


def test_closing_asks_and_stays_or_goes(hand: Hand) -> None:
    edit(hand)
    assert hand.window.isWindowModified()
    hand.window.close()
    answer(hand, "stay")
    assert hand.window.isVisible()
    hand.window.close()
    answer(hand, "discard")
    assert not hand.window.isVisible()


def test_save_in_the_question_saves_before_it_closes(hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "talk.mazescope"
    assert hand.window.files.save_session(path)
    edit(hand)
    hand.window.close()
    answer(hand, "save")
    assert not hand.window.isVisible()
    assert load_session(path).state.maze == hand.maze


def test_a_save_that_is_not_finished_keeps_the_window(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(hand)
    monkeypatch.setattr(QFileDialog, "exec", lambda _: 0)
    hand.window.close()
    answer(hand, "save")
    assert hand.window.isVisible()
    assert hand.document.modified


def click_when_asked(hand: Hand, button: str) -> list[str]:
    """Click a button of the question that waits for its answer, once it is there; gives what it said."""
    said: list[str] = []

    def click() -> None:
        question = hand.window.findChild(OverwriteQuestion)
        assert question is not None
        said.append(question.text())
        QTest.mouseClick(getattr(question, button), Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, hand.window, click)
    return said


def click_when_asked_of_files(hand: Hand, button: str) -> list[str]:
    """As `click_when_asked`, of the question about files elsewhere, which is asked when a dropped file was read."""
    said: list[str] = []

    def click() -> None:
        question = hand.window.findChild(OutsideQuestion)
        if question is not None and not said:
            said.append(question.text() + question.informativeText())
            looking.stop()
            QTest.mouseClick(getattr(question, button), Qt.MouseButton.LeftButton)

    # While the question is open, the call that asks does not return.
    looking = QTimer(hand.window)
    looking.timeout.connect(click)
    looking.start(20)
    return said


@pytest.mark.parametrize("reason", ["was changed by another program", "is read-only"])
def test_a_file_that_is_not_ours_to_replace_is_asked_about(
    hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    path = tmp_path / "talk.mazescope"
    assert hand.window.files.save_session(path)
    drop(hand, path)
    idle(hand)
    assert hand.window.files.save(), "nobody else has written to it"
    edit(hand)
    if reason == "is read-only":
        path.chmod(0o444)
    else:
        path.write_text("{}")
    before = path.read_bytes()
    said = click_when_asked(hand, "cancel")
    assert not hand.window.files.save()
    assert reason in said[0]
    assert path.read_bytes() == before
    assert hand.document.modified
    monkeypatch.setattr("widgets.files.opening.ask_name", lambda *_: str(tmp_path / "other"))
    click_when_asked(hand, "elsewhere")
    assert hand.window.files.save()
    assert path.read_bytes() == before
    assert load_session(tmp_path / "other.mazescope").state.maze == hand.maze
    monkeypatch.setattr("widgets.files.opening.ask_name", lambda *_: str(path))
    if reason == "is read-only":
        click_when_asked(hand, "replace")
    # What was changed was chosen in the dialog, which has asked already.
    assert hand.window.files.ask_save()
    assert load_session(path).state.maze == hand.maze


@pytest.mark.parametrize("answered", ["leave", "agree"])
def test_what_a_session_names_elsewhere_is_asked_about_once(
    hand: Hand, small_policy: Policy, tmp_path_factory: pytest.TempPathFactory, answered: str
) -> None:
    # Not below the folder of the settings, which is the program's own.
    mine, theirs = tmp_path_factory.mktemp("mine"), tmp_path_factory.mktemp("theirs")
    other = policy_of(random_network(1, 7), "theirs", theirs / "policy.safetensors")
    save_safetensors(other, theirs / "policy.safetensors")
    vector = str(theirs / "vector.safetensors")
    stack = PatchStack((AddVector(layer="embedder.fc", vector=vector),))
    save_session(mine / "talk.mazescope", replace(hand.document.state, policy=other, stack=stack), {})

    def opened() -> bool:
        return hand.window.files.session_path is not None and not hand.context.busy

    said = click_when_asked_of_files(hand, answered)
    drop(hand, mine / "talk.mazescope")
    hand.wait(opened)
    assert "names 2 files outside its own folder" in said[0] or "names 3 files outside its own folder" in said[0]
    assert vector in said[0]
    (patch,) = hand.document.state.stack.patches
    assert patch == replace(stack.patches[0], vector=vector if answered == "agree" else "vector.safetensors")
    assert hand.document.state.policy == (other if answered == "agree" else small_policy)
    if answered == "agree":
        hand.window.files.new_session()
        drop(hand, mine / "talk.mazescope")
        hand.wait(opened)
        assert hand.document.state.policy == other
        assert len(said) == 1


def test_an_export_that_names_a_vector_elsewhere_is_asked_about(
    hand: Hand, small_policy: Policy, tmp_path_factory: pytest.TempPathFactory
) -> None:
    mine, theirs = tmp_path_factory.mktemp("mine"), tmp_path_factory.mktemp("theirs")
    vector = str(theirs / "vector.safetensors")
    stack = PatchStack((AddVector(layer="embedder.fc", vector=vector),))
    (mine / "a.csv").write_text(f"# {recipe_text(recipe_of(hand.maze, small_policy, stack))}\n")
    said = click_when_asked_of_files(hand, "leave")
    drop(hand, mine / "a.csv")
    hand.wait(lambda: bool(hand.document.state.stack.patches))
    assert "names a file outside its own folder" in said[0]
    assert vector in said[0]
    assert hand.document.state.stack.patches == (replace(stack.patches[0], vector="vector.safetensors"),)


def test_what_was_only_looked_at_closes_without_a_question(hand: Hand) -> None:
    hand.document.do("Open level", lambda state: state.with_maze(state.maze))
    edit(hand)
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not hand.window.isWindowModified()
    hand.window.close()
    assert hand.window.features.sessions.question is None
    assert not hand.window.isVisible()


def test_a_dropped_session_brings_everything_back(hand: Hand, small_policy: Policy, tmp_path: Path) -> None:
    edit(hand)
    hand.document.do(
        "Stack", lambda state: type(state)(state.mazes, state.active, None, PatchStack((Zero(channels=(3,)),)))
    )
    hand.context.view.set_mode("difference")
    hand.context.view.set_layer("embedder.block1.conv")
    hand.context.view.inspect(hand.maze.mouse)
    path = tmp_path / "a.mazescope"
    assert hand.window.files.save_session(path)
    saved = hand.document.state
    hand.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    hand.context.view.set_mode("original")
    hand.context.view.set_layer("embedder.block3.conv")
    assert hand.document.state.maze != saved.maze
    assert hand.window.files.session_path is None
    drop(hand, path)
    hand.wait(lambda: hand.document.state == saved)
    view = hand.context.view
    assert (view.mode, view.layer, view.inspected) == ("difference", "embedder.block1.conv", saved.maze.mouse)
    assert hand.window.files.session_path == path
    assert hand.window.windowTitle().startswith("a[*]")
    assert not hand.window.isWindowModified()


def test_a_session_over_unsaved_work_asks_first(hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "other.mazescope"
    assert hand.window.files.save_session(path)
    before = hand.document.state
    edit(hand)
    mine = hand.document.state
    for button, then in (("stay", mine), ("discard", before)):
        hand.window.files.open_path(path)
        hand.wait(lambda: hand.window.features.sessions.question is not None)
        answer(hand, button)
        idle(hand)
        assert hand.document.state == then


def test_its_policy_is_found_again(make_hand: MakeHand, small_policy: Policy, tmp_path: Path) -> None:
    hand = make_hand(policy=None, engine=False)
    file = tmp_path / "policy.safetensors"
    save_safetensors(small_policy, file)
    hand.window.files.open_policy(file)
    hand.wait(lambda: hand.document.state.policy is not None)
    path = tmp_path / "with policy.mazescope"
    assert hand.window.files.save_session(path)
    hand.document.do("None", lambda state: type(state)(state.mazes, state.active, None, state.stack))
    hand.document.mark_saved()
    hand.window.files.open_path(path)
    hand.wait(lambda: hand.document.state.policy is not None)
    assert hand.document.state.policy.weights_hash == small_policy.weights_hash


def test_a_session_opens_without_its_policy_and_says_so(hand: Hand, small_policy: Policy, tmp_path: Path) -> None:
    path = tmp_path / "lost.mazescope"
    assert hand.window.files.save_session(path)
    content = json.loads(path.read_text())
    content["policy"] = {"name": "gone", "weights_hash": "0" * 64, "path": str(tmp_path / "gone.pth")}
    path.write_text(json.dumps(content))
    edit(hand)
    hand.document.mark_saved()
    hand.window.files.open_path(path)
    hand.wait(lambda: hand.maze == small_maze())
    assert hand.document.state.policy == small_policy
    said = hand.window.message_bar.label.text()
    assert "'gone' was not found" in said
    assert "used in its place" in said


def test_a_file_that_is_no_session_leaves_all_as_it_was(hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "bad.mazescope"
    path.write_text("{}")
    edit(hand)
    before = hand.document.state
    hand.window.files.open_path(path)
    idle(hand)
    assert hand.document.state == before
    assert "not a session" in hand.window.message_bar.label.text()


def test_files_are_opened_in_turn_and_one_session_only(hand: Hand, tmp_path: Path) -> None:
    assert hand.window.files.save_session(tmp_path / "one.mazescope")
    other = small_maze().with_cheese(None)
    maze_files.save(tmp_path / "plain.json", other)
    drop(hand, tmp_path / "plain.json", tmp_path / "one.mazescope", tmp_path / "one.mazescope")
    hand.wait(lambda: any(tab.maze == other for tab in hand.document.state.mazes))
    idle(hand)
    assert hand.window.files.session_path == tmp_path / "one.mazescope"
    assert hand.window.isWindowModified(), "the maze was put into it after the session"


def test_recent_files_lead_back_and_go_when_they_are_gone(hand: Hand, tmp_path: Path) -> None:
    kept, gone = tmp_path / "kept.mazescope", tmp_path / "gone.json"
    maze_files.save(gone, small_maze())
    assert hand.window.files.save_session(kept)
    hand.window.files.open_path(gone)
    idle(hand)
    assert hand.window.files.recent == [gone, kept]
    menu = hand.window.findChild(RecentMenu)
    assert menu is not None
    gone.unlink()
    menu.popup(QPoint(0, 0))
    hand.wait(lambda: hand.window.files.recent == [kept])
    titles = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert titles == ["kept.mazescope", "Clear this list"]
    menu.actions()[0].trigger()
    hand.wait(lambda: hand.window.features.sessions.question is not None or not hand.context.busy)
    menu.close()
    menu.actions()[-1].trigger()
    assert hand.window.files.recent == []
    assert not menu.menuAction().isEnabled()
