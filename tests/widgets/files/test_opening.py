"""Files of every kind, dropped anywhere on the window or opened in any other way; and every mistake in a sentence."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from safetensors.numpy import save_file

from app.interventions.patches import PatchStack, Scale, Zero
from app.interventions.patches_file import save_patches
from app.interventions.vectors import FORMAT, ActivationVector, read_vector, save_vector
from app.maze import maze_file as maze_files
from app.maze import text_file
from app.maze.generator import level
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.policy.saving import save_safetensors
from tests.maze.states import state_of
from tests.widgets.conftest import Hand, MakeHand, small_maze
from widgets.files.recent_menu import RecentMenu

LAYER = "embedder.block1.conv"
BUTTON, NO_KEY, COPY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction


@pytest.fixture
def hand(make_hand: MakeHand) -> Hand:
    """A window without an engine: nothing here is about fields."""
    return make_hand(engine=False)


@pytest.fixture
def vector(tmp_path: Path) -> Path:
    """A vector's file, from elsewhere."""
    path = tmp_path / "from a friend.safetensors"
    save_vector(path, made("Cheese of a friend"))
    return path


def made(name: str, seed: int = 0) -> ActivationVector:
    values = np.random.default_rng(seed).normal(size=(16, 64, 64)).astype(np.float32)
    return ActivationVector(name, "random", LAYER, values, "0" * 64, seeds=(seed,))


def drag(hand: Hand, data: QMimeData, at: QPoint) -> bool:
    """Drag data over the window as its system does, and let go; says whether the window would take it."""
    system = hand.window.windowHandle()
    enter = QDragEnterEvent(at, COPY, data, BUTTON, NO_KEY)
    enter.ignore()
    QApplication.sendEvent(system, enter)
    if not enter.isAccepted():
        return False
    move = QDragMoveEvent(at, COPY, data, BUTTON, NO_KEY)
    # What took the data when it entered is taken to continue so.
    move.setDropAction(enter.dropAction())
    move.accept()
    QApplication.sendEvent(system, move)
    assert move.isAccepted()
    QApplication.sendEvent(system, QDropEvent(QPointF(at), COPY, data, BUTTON, NO_KEY))
    return True


def drop(hand: Hand, *paths: Path, on: QWidget | None = None) -> None:
    """Drop files on a part of the window, or its middle, and wait until they are read."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    target = on or hand.window
    assert drag(hand, data, target.mapTo(hand.window, target.rect().center()))
    hand.wait(lambda: not hand.context.busy)


def said(hand: Hand) -> str:
    bar = hand.window.message_bar
    return bar.label.text() if bar.isVisible() else ""


def names(hand: Hand) -> list[str]:
    listed = hand.window.vectors_panel.list
    return [listed.item(row).text() for row in range(listed.count())]


def assert_shown(hand: Hand, name: str) -> None:
    panel = hand.window.vectors_panel
    assert panel.isVisible()
    assert not panel.visibleRegion().isEmpty()
    assert panel.current is not None
    assert panel.current.name == name


# -- vectors


def test_a_dropped_vector_is_kept_in_the_library_and_shown(hand: Hand, vector: Path) -> None:
    hand.window.docks.bring("channels")
    before = hand.document.state
    drop(hand, vector)
    assert_shown(hand, "Cheese of a friend")
    assert said(hand) == "Kept in the library: Cheese of a friend."
    assert hand.document.state is before, "the library is no part of what undo takes back"
    kept = hand.window.vectors_panel.entry
    assert kept is not None
    assert kept.path != vector
    assert read_vector(kept.path) == read_vector(vector)
    drop(hand, vector)
    assert names(hand) == ["Cheese of a friend"], "the same vector is kept once"
    QTest.mouseClick(hand.window.vectors_panel.apply, BUTTON)
    assert hand.document.state.stack.patches[0].vector == str(kept.path)


def test_a_closed_panel_of_vectors_opens_for_one(hand: Hand, vector: Path) -> None:
    hand.window.docks.docks["vectors"].close()
    drop(hand, vector)
    assert_shown(hand, "Cheese of a friend")


def test_a_vector_on_stage_brings_no_panel_onto_it(hand: Hand, vector: Path) -> None:
    hand.key(Qt.Key.Key_F11)
    drop(hand, vector)
    assert hand.window.docks.docks["vectors"].isHidden()
    assert names(hand) == ["Cheese of a friend"]
    hand.key(Qt.Key.Key_Escape)


def test_the_menu_and_the_recent_files_open_vectors_too(
    hand: Hand, vector: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = hand.window.vectors_panel
    monkeypatch.setattr(QFileDialog, "exec", lambda _: 1)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _: [str(vector)])
    hand.key(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    hand.wait(lambda: panel.current is not None)
    assert_shown(hand, "Cheese of a friend")

    panel.delete_selected()
    menu = hand.window.findChild(RecentMenu)
    assert menu is not None
    menu.actions()[0].trigger()
    hand.wait(lambda: panel.current is not None)
    assert_shown(hand, "Cheese of a friend")


def test_open_policy_says_that_a_vector_is_one(hand: Hand, vector: Path) -> None:
    policy = hand.document.state.policy
    hand.window.files.open_policy(vector)
    hand.wait(lambda: "holds a vector" in said(hand))
    assert hand.document.state.policy == policy


# -- every kind, everywhere


def test_files_may_be_dropped_on_any_part_of_the_window(hand: Hand, tmp_path: Path) -> None:
    maze_files.save(tmp_path / "dropped.json", small_maze().with_cheese(None))
    window = hand.window
    parts: list[QWidget] = [window.maze_view.canvas.viewport(), window.level_bar.seed, window.tabs, window.statusBar()]
    parts += [window.playback.bar, window.tool_bar, window.menuBar()]
    for part in parts:
        count = len(hand.document.state.mazes)
        drop(hand, tmp_path / "dropped.json", on=part)
        assert len(hand.document.state.mazes) == count + 1, part
    for name, dock in window.docks.docks.items():
        window.docks.bring(name)
        QApplication.processEvents()
        count = len(hand.document.state.mazes)
        drop(hand, tmp_path / "dropped.json", on=dock.widget())
        assert len(hand.document.state.mazes) == count + 1, name
    assert window.level_bar.seed.text() == "no seed", "no path was typed into the field it fell on"


def test_several_kinds_at_once_each_find_their_place(hand: Hand, vector: Path, tmp_path: Path) -> None:
    bare = small_maze().with_cheese(None)
    maze_files.save(tmp_path / "bare.json", bare)
    text_file.save(tmp_path / "text.txt", small_maze())
    save_patches(tmp_path / "stack.json", PatchStack((Zero(channels=(3,)),)))
    other = policy_of(random_network(1, 5), "other")
    save_safetensors(other, tmp_path / "other.safetensors")
    (tmp_path / "notes.md").write_text("# Notes\n")
    names = ("notes.md", "bare.json", "text.txt", "stack.json", "other.safetensors")
    drop(hand, vector, *(tmp_path / name for name in names))
    hand.wait(lambda: not hand.context.busy and hand.document.state.policy == other)
    state = hand.document.state
    assert [tab.title for tab in state.mazes] == ["Small", "bare", "text"]
    assert state.mazes[1].maze == bare
    assert state.mazes[2].maze.walls == small_maze().walls
    assert [type(patch) for patch in state.stack.patches] == [Zero]
    assert hand.window.vectors_panel.current is not None
    assert "notes.md is text; expected a policy, maze, vector, session, file of patches or export." in said(hand)
    assert {path.name for path in hand.window.files.recent} == {*names, vector.name} - {"notes.md"}
    while hand.context.actions["edit.undo"].isEnabled():
        hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(hand.document.state.mazes) == 1
    assert not hand.document.state.stack.patches


def test_a_session_among_several_comes_first_and_takes_the_rest_in(hand: Hand, vector: Path, tmp_path: Path) -> None:
    session = tmp_path / "talk.mazescope"
    hand.document.do("Stack", lambda state: type(state)(state.mazes, 1, state.policy, PatchStack((Zero(),))))
    assert hand.window.files.save_session(session)
    save_patches(tmp_path / "scale.json", PatchStack((Scale(),)))
    drop(hand, vector, tmp_path / "scale.json", session)
    hand.wait(lambda: not hand.context.busy)
    assert hand.window.files.session_path == session
    assert [type(patch) for patch in hand.document.state.stack.patches] == [Scale]
    assert_shown(hand, "Cheese of a friend")


@pytest.mark.parametrize("name", ["maze", "maze.ascii", "maze.TXT"])
def test_mazes_as_text_are_told_by_what_they_hold(hand: Hand, tmp_path: Path, name: str) -> None:
    text_file.save(tmp_path / name, small_maze())
    drop(hand, tmp_path / name)
    assert hand.maze.walls == small_maze().walls
    assert hand.document.state.tab.title == "maze"


def test_states_of_procgen_open_in_a_tab_each(hand: Hand, tmp_path: Path) -> None:
    before, mazes = hand.document.state, [level(15, 8), level(25, 9)]
    (tmp_path / "two.pkl").write_bytes(pickle.dumps([state_of(maze) for maze in mazes]))
    drop(hand, tmp_path / "two.pkl")
    assert [(tab.title, tab.maze) for tab in hand.document.state.mazes[1:]] == [
        ("two-1", mazes[0]),
        ("two-2", mazes[1]),
    ]
    assert hand.maze == mazes[0]
    hand.document.undo()
    assert hand.document.state == before
    (tmp_path / "one").write_bytes(state_of(mazes[1]))
    drop(hand, tmp_path / "one")
    assert (hand.document.state.tab.title, hand.maze) == ("one", mazes[1])


def test_json_and_vectors_are_told_by_what_they_hold(hand: Hand, tmp_path: Path) -> None:
    maze_files.save(tmp_path / "maze.txt.bak", small_maze().with_cheese(None))
    save_vector(tmp_path / "vector.bin", made("of another suffix"))
    drop(hand, tmp_path / "maze.txt.bak", tmp_path / "vector.bin")
    hand.wait(lambda: names(hand) == ["of another suffix"])
    assert hand.maze.cheese is None


def test_a_session_and_a_maze_of_any_suffix_are_told_by_what_they_hold(hand: Hand, tmp_path: Path) -> None:
    assert hand.window.files.save_session(tmp_path / "talk.mazescope")
    (tmp_path / "talk.mazescope").rename(tmp_path / "talk.json")
    bare = small_maze().with_cheese(None)
    maze_files.save(tmp_path / "bare.mazescope", bare)
    drop(hand, tmp_path / "bare.mazescope", tmp_path / "talk.json")
    assert hand.window.files.session_path == tmp_path / "talk.json"
    assert [tab.maze for tab in hand.document.state.mazes] == [small_maze(), bare]


# -- mistakes


def wrong_files(folder: Path) -> Iterator[tuple[str, str]]:
    """Files that nothing can be made of, and what the sentence about each has to say."""
    ones = np.ones(4, np.float32)
    save_file({"vector": ones}, folder / "bare.safetensors")
    yield "bare.safetensors", "is not a vector's file; expected one saved by Mazescope"
    save_file({"vector": ones}, folder / "newer.safetensors", {"format": FORMAT, "version": "9"})
    yield "newer.safetensors", "version '9'; this program reads version 1"
    save_file({"vector": ones}, folder / "lost.safetensors", {"format": FORMAT, "version": "1"})
    yield "lost.safetensors", "lacks the provenance"
    save_file({"vector": ones, "more": ones}, folder / "two.safetensors", {"format": FORMAT, "version": "1"})
    yield "two.safetensors", "holds 2 tensors; expected one named `vector`"
    save_file({"some.weight": ones}, folder / "neither.safetensors")
    yield "neither.safetensors", "is neither a policy nor a vector: it holds the tensor some.weight"
    save_file({"embedder.block1.conv.weight": ones}, folder / "half.safetensors")
    yield "half.safetensors", "expected"
    save_vector(folder / "cut.safetensors", made("cut"))
    (folder / "cut.safetensors").write_bytes((folder / "cut.safetensors").read_bytes()[:5000])
    yield "cut.safetensors", "cut short or damaged"
    (folder / "empty.safetensors").write_bytes(b"")
    yield "empty.safetensors", "is empty; expected a policy, maze, vector, session"
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(30))
    yield "picture.png", "is a picture; expected a policy, maze, vector, session"
    (folder / "folder").mkdir()
    yield "folder", "holds no checkpoints with a step in the name; expected at least two of one run"
    (folder / "folder.json").mkdir()
    yield "folder.json", "holds no checkpoints"
    yield "gone.json", "gone.json"
    yield "gone.safetensors", "No such file or directory; expected a policy, maze, vector, session"
    (folder / "list.json").write_text("[1]")
    yield "list.json", "is neither a maze, a session nor a file of patches"
    (folder / "broken.json").write_text('{"patches": [')
    yield "broken.json", "is not JSON"
    (folder / "kind.json").write_text('{"patches": [{"kind": "explode"}]}')
    yield "kind.json", '"kind" is "explode"; expected one of'
    (folder / "session.json").write_text(json.dumps({"format": "mazescope-session", "version": 1}))
    yield "session.json", "The session has no mazes"
    (folder / "none.mazescope").write_text("{}")
    yield "none.mazescope", "not a session"
    (folder / "odd.txt").write_text("####\n#MC#\n###\n")
    yield "odd.txt", "odd.txt is not a maze"
    (folder / "letters.txt").write_text("hello\n")
    yield "letters.txt", "letters.txt is not a maze"


def test_each_mistake_is_one_sentence_and_changes_nothing(hand: Hand, tmp_path: Path, small_policy: Policy) -> None:
    folder = tmp_path / "wrong"
    folder.mkdir()
    before = hand.document.state
    for name, part in wrong_files(folder):
        drop(hand, folder / name)
        sentence = said(hand)
        assert part in sentence, name
        assert name in sentence
        assert sentence.endswith(".")
        assert "\n" not in sentence
        QTest.mouseClick(hand.window.message_bar.dismiss, BUTTON)
    assert hand.document.state is before
    assert before.policy == small_policy
    assert names(hand) == []
    assert hand.window.files.recent == []


def test_what_is_no_file_is_not_taken(hand: Hand) -> None:
    middle = hand.window.rect().center()
    text, page = QMimeData(), QMimeData()
    text.setText("hello")
    page.setUrls([QUrl("https://example.org/policy.pth")])
    assert not drag(hand, text, middle)
    assert not drag(hand, page, middle)


def test_files_held_over_the_window_are_told_that_they_can_be_dropped(hand: Hand, vector: Path, tmp_path: Path) -> None:
    sign, system = hand.window.drop_sign, hand.window.windowHandle()
    data, text = QMimeData(), QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in (vector, tmp_path / "other.json")])
    text.setText("words")
    at = hand.window.maze_view.mapTo(hand.window, hand.window.maze_view.rect().center())

    def enter(what: QMimeData) -> None:
        QApplication.sendEvent(system, QDragEnterEvent(at, COPY, what, BUTTON, NO_KEY))
        QApplication.processEvents()

    plain = hand.window.grab().toImage()
    enter(text)
    assert not sign.isVisible(), "what is no file would not be taken"
    enter(data)
    assert sign.isVisible()
    assert sign.geometry() == hand.window.centralWidget().geometry()
    assert sign.accessibleName() == "Drop to open 2 files"
    assert hand.window.grab().toImage() != plain
    QApplication.sendEvent(system, QDragLeaveEvent())
    assert not sign.isVisible()
    drop(hand, vector)
    assert not sign.isVisible()


def test_what_is_dropped_is_copied_never_moved(hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "maze.txt"
    path.write_text("#M.C#")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    either = COPY | Qt.DropAction.MoveAction
    shift = Qt.KeyboardModifier.ShiftModifier
    enter = QDragEnterEvent(QPoint(90, 90), either, data, BUTTON, shift)
    let_go = QDropEvent(QPointF(90, 90), either, data, BUTTON, shift)
    for event in (enter, let_go):
        event.setDropAction(Qt.DropAction.MoveAction)
        QApplication.sendEvent(hand.window, event)
        assert event.isAccepted()
        assert event.dropAction() == COPY, "a program that believes it moved its file deletes it"
    hand.wait(lambda: not hand.context.busy)
