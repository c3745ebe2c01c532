"""Unsaved work is on the disk soon, gone when it is saved, and offered after a crash."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document import maze_edits
from app.document.autosave import Autosave
from app.document.session_file import from_json, load_session
from tests.widgets.conftest import Hand, MakeHand, small_maze
from widgets.controls.error_dialog import ErrorDialog
from widgets.services.crash_log import CrashLog
from widgets.session.autosaver import Autosaver

NEVER = 10**6
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def hand(make_hand: MakeHand) -> Hand:
    return make_hand(engine=False)


@pytest.fixture
def autosave(tmp_path: Path) -> Iterator[Autosave]:
    made = Autosave(tmp_path)
    yield made
    made.close()


def saver(hand: Hand, autosave: Autosave, quiet: int = 20, longest: int = NEVER) -> Autosaver:
    """The window's autosave; it closes with the window."""
    made = Autosaver(hand.context, hand.window.files, autosave, hand.window, quiet=quiet, longest=longest)
    hand.window.features.sessions.leaving.connect(made.close)
    return made


def edit(hand: Hand, wall: bool = False) -> None:
    mouse = hand.maze.mouse
    maze_edits.paint_walls(hand.document, ((mouse[0], mouse[1] - 1),), wall)


def left_by_a_crash(folder: Path, hand: Hand, path: Path | None) -> Path:
    """An autosave of the window's document, whose program ended without closing it."""
    autosave = Autosave(folder)
    autosave.keep(hand.document.state, hand.context.view.to_json(), path)
    autosave._lock.release()
    return autosave.file


def test_a_change_is_written_and_a_save_removes_it(hand: Hand, autosave: Autosave, tmp_path: Path) -> None:
    saver(hand, autosave)
    assert not autosave.file.exists()
    edit(hand)
    hand.wait(autosave.file.exists)
    assert hand.window.files.save_session(tmp_path / "s.mazescope")
    hand.wait(lambda: not autosave.file.exists())
    edit(hand, wall=True)
    hand.wait(autosave.file.exists)
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    hand.wait(lambda: not autosave.file.exists())


def test_changes_without_a_pause_are_written_too(hand: Hand, autosave: Autosave) -> None:
    saver(hand, autosave, quiet=NEVER, longest=20)
    edit(hand)
    hand.wait(autosave.file.exists)


@pytest.mark.parametrize("own_work", [False, True])
def test_a_crash_during_the_tour_leaves_only_the_users_own_work(hand: Hand, tmp_path: Path, own_work: bool) -> None:
    safety = hand.window.keep_safe(tmp_path)
    made, autosave = safety.autosaver, safety._autosave
    assert made is not None
    made._quiet.setInterval(20)
    if own_work:
        edit(hand)
    mine = hand.document.state
    hand.context.actions.trigger("help.tour")
    for _ in range(2):
        hand.key(Qt.Key.Key_Return)
    assert hand.document.state.stack.patches, "the tour's own"
    hand.wait(lambda: autosave.file.exists() is own_work)
    QTest.qWait(200)
    assert autosave.file.exists() is own_work
    if own_work:
        found = from_json(json.loads(autosave.file.read_bytes())["session"], None).state
        assert found.tab.maze == mine.tab.maze
        assert not found.stack.patches
    hand.key(Qt.Key.Key_Escape)
    assert hand.document.state.tab.maze == mine.tab.maze
    if own_work:
        hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        hand.wait(lambda: not autosave.file.exists())
    else:
        edit(hand)
        hand.wait(autosave.file.exists)


def test_closing_leaves_nothing(hand: Hand, autosave: Autosave, tmp_path: Path) -> None:
    saver(hand, autosave)
    edit(hand)
    hand.wait(autosave.file.exists)
    hand.window.close()
    question = hand.window.features.sessions.question
    assert question is not None
    QTest.mouseClick(question.discard, Qt.MouseButton.LeftButton)
    assert list(autosave.file.parent.iterdir()) == []


def test_a_disk_that_refuses_is_told_once(hand: Hand, autosave: Autosave) -> None:
    said: list[str] = []
    made = saver(hand, autosave)
    made.failed.connect(said.append)
    # A folder where the file should be: the system refuses, whoever runs the test.
    autosave.file.mkdir()
    edit(hand)
    for _ in range(3):
        made.write()
    hand.wait(lambda: bool(said))
    autosave.file.rmdir()
    made.write()
    hand.wait(autosave.file.exists)
    assert len(said) == 1
    assert "Autosave cannot write to" in said[0]


def test_recover_brings_the_work_back_and_undo_leads_to_what_was_saved(hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "talk.mazescope"
    assert hand.window.files.save_session(path)
    saved = hand.document.state
    edit(hand)
    hand.context.view.set_mode("difference")
    unsaved, old = hand.document.state, left_by_a_crash(tmp_path, hand, path)
    hand.document.reset(replace(saved, mazes=(replace(saved.tab, maze=small_maze().with_cheese(None)),)))
    hand.context.view.set_mode("original")
    hand.window.files.open_state(hand.document.state, None)

    safety = hand.window.keep_safe(tmp_path)
    assert safety.offer()
    assert safety.recovery is not None
    dialog = safety.recovery.dialog
    assert dialog is not None
    assert "talk.mazescope" in dialog.list.item(0).text()
    assert dialog.saved.isEnabled()
    QTest.mouseClick(dialog.recover, Qt.MouseButton.LeftButton)
    hand.wait(lambda: hand.document.state == unsaved)
    assert hand.window.files.session_path == path
    assert hand.context.view.mode == "difference"
    assert hand.window.isWindowModified()
    hand.wait(lambda: not old.exists())
    # It is kept by this run now.
    hand.wait(lambda: [file.suffix for file in sorted(old.parent.iterdir())] == [".json", ".lock"])
    hand.context.actions.trigger("edit.undo")
    assert hand.document.state == saved


@pytest.mark.parametrize("answer", ["saved", "new"])
def test_what_is_not_recovered_is_kept_as_a_session(hand: Hand, tmp_path: Path, answer: str) -> None:
    path = tmp_path / "talk.mazescope"
    assert hand.window.files.save_session(path)
    saved = hand.document.state
    edit(hand)
    unsaved, old = hand.document.state, left_by_a_crash(tmp_path, hand, path)
    hand.document.reset(saved)
    safety = hand.window.keep_safe(tmp_path)
    safety.offer()
    assert safety.recovery is not None
    dialog = safety.recovery.dialog
    assert dialog is not None
    QTest.mouseClick(getattr(dialog, answer), Qt.MouseButton.LeftButton)
    hand.wait(lambda: not hand.context.busy)
    assert not old.exists()
    kept = list((old.parent / "kept").iterdir())
    assert len(kept) == 1
    assert load_session(kept[0]).state.mazes == unsaved.mazes
    assert (hand.window.files.session_path == path) == (answer == "saved")
    assert str(kept[0]) in hand.window.message_bar.label.text() or answer == "saved"


def test_no_answer_means_the_next_start_asks_again(hand: Hand, tmp_path: Path) -> None:
    edit(hand)
    old = left_by_a_crash(tmp_path, hand, None)
    hand.document.undo()
    safety = hand.window.keep_safe(tmp_path)
    safety.offer()
    assert safety.recovery is not None
    dialog = safety.recovery.dialog
    assert dialog is not None
    assert not dialog.saved.isEnabled(), "it never had a file"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert old.exists()
    assert safety.recovery.dialog is None or not safety.recovery.dialog.isVisible()


CRASH = """
import sys
from pathlib import Path
from widgets.services.crash_log import CrashLog
from widgets.controls.error_dialog import ErrorDialog
log = CrashLog(Path(sys.argv[1]))
if sys.argv[2] == "crash":
    import faulthandler
    faulthandler._sigabrt()
log.close()
"""


def run(folder: Path, how: str) -> None:
    subprocess.run([sys.executable, "-c", CRASH, str(folder), how], cwd=ROOT, capture_output=True, check=False)


def test_a_crash_is_told_of_at_the_next_start_and_only_then(hand: Hand, tmp_path: Path) -> None:
    run(tmp_path, "end")
    log = CrashLog(tmp_path)
    try:
        assert log.left_behind() is None, "a run that ended as it should leaves nothing"
        run(tmp_path, "crash")
        hand.window.keep_safe(tmp_path, log)
        bar = hand.window.message_bar
        assert bar.isVisible()
        assert "crashed the last time" in bar.label.text()
        QTest.mouseClick(bar.details, Qt.MouseButton.LeftButton)
        dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, ErrorDialog))
        assert "Fatal Python error: Aborted" in dialog.details.toPlainText()
        dialog.close()
        assert log.left_behind() is None
    finally:
        log.close()
    assert [file.suffix for file in (tmp_path / "crashes").iterdir()] == [".txt"]
    assert os.path.getsize(next((tmp_path / "crashes").iterdir())) > 0


KILLED = """
import os, sys, time
os.environ["MAZESCOPE_HOME"] = sys.argv[1]
from pathlib import Path
from PySide6.QtCore import QTimer
from app.document import patch_edits
from app.interventions.patches import Offset
from widgets.services.settings import Settings
from widgets.startup.launch import application, keep_safe, open_window
window = open_window(application(), Settings(Path(sys.argv[1]) / "settings.json"), device="cpu")
keep_safe(window, None, guided=False)
document = window.context.document
patch_edits.add_patch(document, Offset(value=1.0))
position = len(document.state.stack.patches) - 1
started = time.monotonic()
def work():
    patch_edits.change_patch(document, position, "Work", value=1 + time.monotonic() - started)
    print(time.monotonic() - started, flush=True)
timer = QTimer(window)
timer.timeout.connect(work)
timer.start(20)
application().exec()
"""


@pytest.mark.full
@pytest.mark.timeout(900)
def test_a_kill_at_any_moment_loses_no_more_than_three_seconds_of_work(tmp_path: Path) -> None:
    dice, losses = random.Random(1), []
    for number in range(20):
        home = tmp_path / str(number)
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(home)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as running:
            assert running.stdout is not None
            killed = dice.uniform(0.1, 12)
            last = 0.0
            while last < killed:
                last = float(running.stdout.readline())
            running.kill()
        kept = [json.loads(file.read_bytes()) for file in (home / "autosave").glob("*.json")]
        done = [each["session"]["stack"]["patches"][-1]["value"] - 1 for each in kept]
        losses.append(last - max(done, default=0.0))
    print(f"Lost by {len(losses)} kills: at most {max(losses):.2f} s, mean {sum(losses) / len(losses):.2f} s.")
    assert max(losses) <= 3, losses
