"""The queue of files: one that is never read through is named, and holds up no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.document.open_file import read_file
from app.maze import maze_file
from tests.widgets.conftest import Hand, MakeHand, small_maze


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """An event that a reader waits for, such as a network drive that does not answer."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize("given_up", [True, False])
def test_files_after_one_that_hangs_are_opened(
    make_hand: MakeHand, tmp_path: Path, gate: threading.Event, given_up: bool
) -> None:
    hand: Hand = make_hand(engine=False)
    files, status = hand.context.files, hand.window.status
    hanging = threading.Event()
    paths = [tmp_path / f"{name}.json" for name in ("first", "drive", "last", "later")]
    for path in paths:
        maze_file.save(path, small_maze().with_cheese(None))
    taken: list[str] = []

    def read(path: Path) -> object:
        if path.stem == "drive":
            hanging.set()
            assert gate.wait(60)
        return read_file(path)

    def take(found: list[tuple[Path, object]]) -> None:
        taken.extend(path.stem for path, _ in found)

    files.open(paths[:3], read, take)
    hand.window.files.open_path(paths[3])
    hand.wait(hanging.is_set)
    # Only now, so that on a busy machine no other file takes too long for it.
    files._timer.setInterval(50)
    hand.wait(lambda: hand.document.state.tab.title == "later")
    assert taken == ["first", "last"]
    assert files.late == ("drive.json",)
    hand.wait(lambda: "drive.json" in status.busy.text())
    assert status.give_up.isVisible()
    assert status.give_up.accessibleName() == "Cancel opening drive.json"
    if given_up:
        QTest.mouseClick(status.give_up, Qt.MouseButton.LeftButton)
        hand.wait(lambda: not hand.context.busy)
    gate.set()
    hand.wait(lambda: not hand.context.busy)
    QTest.qWait(20)
    assert taken == ["first", "last"] + ["drive"] * (not given_up)
    assert files.late == ()
    assert not status.give_up.isVisible()


def test_many_small_files_are_told_of_while_they_are_opened(
    make_hand: MakeHand, tmp_path: Path, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand: Hand = make_hand(engine=False)
    status = hand.window.status
    status._patience.setInterval(20)
    status._pause.setInterval(500)
    paths = [tmp_path / f"{number}.json" for number in range(60)]
    heard: list[str] = []
    monkeypatch.setattr(status.busy, "setText", lambda text: (heard.append(text), QLabel.setText(status.busy, text)))

    def read(path: Path) -> object:
        if path.stem == "59":
            assert gate.wait(60)
        return path.stem

    hand.context.files.open(paths, read, lambda _: None)
    hand.wait(lambda: "60 of 60: 59.json" in status.busy.text())
    hand.wait(status.busy.isVisible)
    assert len(heard) < len(paths) / 2, "a text that nobody can read is not shown"
    gate.set()
    hand.wait(lambda: not status.busy.isVisible())
    hand.wait(lambda: not hand.context.busy)
