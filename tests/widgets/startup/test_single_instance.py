"""A second start hands its files to the first window; what a crash left in the way is no obstacle."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QProcess, Qt
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from pytestqt.plugin import QtBot

from app.interventions.vectors import ActivationVector, save_vector
from app.maze import maze_file as maze_files
from tests.widgets.conftest import MakeHand, small_maze
from widgets.startup.launch import answer_later_starts
from widgets.startup.single_instance import FirstWindow, first_or_hand_over, hand_over, raise_to_front, server_name

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def first(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FirstWindow]:
    """The first window's ear, at an address of its own."""
    monkeypatch.setenv("MAZESCOPE_HOME", str(tmp_path / "home"))
    made = first_or_hand_over([])
    assert made is not None
    yield made
    made.close()
    made.deleteLater()


def start_again(qtbot: QtBot, *arguments: str) -> tuple[int, bytes]:
    """Start the program once more; its exit code, and what it printed."""
    process = QProcess()
    process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
    process.setWorkingDirectory(str(ROOT))
    with qtbot.waitSignal(process.finished, timeout=30_000):
        process.start(sys.executable, ["main.py", *arguments])
    return process.exitCode(), process.readAll().data()


def test_a_second_start_hands_over_its_files_and_ends(
    first: FirstWindow, make_hand: MakeHand, qtbot: QtBot, tmp_path: Path
) -> None:
    hand = make_hand(engine=False)
    answer_later_starts(hand.window, first)
    other = small_maze().with_cheese(None)
    maze_files.save(tmp_path / "other maze.json", other)
    hand.window.showMinimized()
    vector = ActivationVector("Handed over", "random", "embedder.fc", np.ones(256, np.float32), "0" * 64)
    save_vector(tmp_path / "vector.safetensors", vector)
    code, printed = start_again(qtbot, str(tmp_path / "other maze.json"), str(tmp_path / "vector.safetensors"))
    assert (code, printed) == (0, b"")
    hand.wait(lambda: any(tab.maze == other for tab in hand.document.state.mazes))
    hand.wait(lambda: hand.window.vectors_panel.current == vector)
    assert not hand.window.isMinimized()


def test_a_second_start_says_which_file_is_missing(
    first: FirstWindow, make_hand: MakeHand, qtbot: QtBot, tmp_path: Path
) -> None:
    hand = make_hand(engine=False)
    answer_later_starts(hand.window, first)
    code, printed = start_again(qtbot, str(tmp_path / "nowhere.json"))
    assert code == 2
    assert b"nowhere.json was not found; expected" in printed
    hand.wait(hand.window.message_bar.isVisible)
    assert "nowhere.json" in hand.window.message_bar.label.text()


def test_a_closed_window_is_no_first_window(first: FirstWindow) -> None:
    first.close()
    assert not hand_over(server_name(), [])


def test_what_a_crash_left_in_the_way_is_no_obstacle(qtbot: QtBot, tmp_path: Path, monkeypatch: object) -> None:
    name = f"mazescope-test-{os.getpid()}"
    script = (
        "import os, sys; from PySide6.QtCore import QCoreApplication; from PySide6.QtNetwork import QLocalServer;"
        "app = QCoreApplication([]); server = QLocalServer();"
        "print(server.listen(sys.argv[1]), flush=True); os._exit(1)"
    )
    ended = subprocess.run([sys.executable, "-c", script, name], capture_output=True, text=True, check=False)
    assert ended.stdout.strip() == "True"
    assert not hand_over(name, [])
    first = FirstWindow(name)
    assert first.listen()
    first.close()


@pytest.mark.parametrize("message", [b"not json\n", b"{}\n", b'{"files": 3}\n', b"[]\n"])
def test_nonsense_at_the_door_changes_nothing(first: FirstWindow, qtbot: QtBot, message: bytes) -> None:
    came: list[list[Path]] = []
    first.files_came.connect(came.append)
    socket = QLocalSocket()
    socket.connectToServer(server_name())
    socket.write(message)
    qtbot.waitUntil(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState)
    assert came == []


def test_one_that_hangs_keeps_nobody_from_starting(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("widgets.startup.single_instance.PATIENCE", 50)
    name = f"mazescope-deaf-{os.getpid()}"
    server = QLocalServer()
    # It listens, and never answers.
    assert server.listen(name)
    assert not hand_over(name, [tmp_path])
    server.close()


def test_the_address_is_one_for_each_screen_and_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = {server_name()}
    monkeypatch.setenv("DISPLAY", ":77")
    names.add(server_name())
    monkeypatch.setenv("MAZESCOPE_HOME", str(tmp_path))
    names.add(server_name())
    assert len(names) == 3


def test_a_maximised_window_stays_so_when_it_comes_to_the_front(make_hand: MakeHand) -> None:
    window = make_hand(engine=False).window
    window.showMaximized()
    window.setWindowState(window.windowState() | Qt.WindowState.WindowMinimized)
    raise_to_front(window)
    assert window.isMaximized()
    assert not window.isMinimized()
