"""A second start hands its files to the first window; what a crash left in the way is no obstacle."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QProcess, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.plugin import QtBot

from app.interventions.vectors import ActivationVector, save_vector
from app.maze import maze_file as maze_files
from tests.widgets.conftest import MakeHand, small_maze
from widgets.startup.instance_address import Address, is_private, own_address, received
from widgets.startup.launch import answer_later_starts
from widgets.startup.single_instance import FirstWindow, first_or_hand_over, hand_over, message_of, raise_to_front

ROOT = Path(__file__).resolve().parents[3]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no Unix sockets in Python")


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Address:
    """An address of the test's own."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("MAZESCOPE_HOME", str(tmp_path / "home"))
    found = own_address()
    assert found is not None
    return found


@pytest.fixture
def first(qtbot: QtBot, address: Address) -> Iterator[FirstWindow]:
    """The first window's ear, at an address of its own."""
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


def test_a_closed_window_is_no_first_window(first: FirstWindow, address: Address) -> None:
    first.close()
    assert not hand_over(address, [])
    assert not address.file.exists()


def test_it_answers_while_its_window_is_still_being_built(first: FirstWindow, address: Address, tmp_path: Path) -> None:
    # This thread is the first window's own: it is here, and not at its events.
    assert all(hand_over(address, [tmp_path / str(number)]) for number in range(3))
    QApplication.processEvents()
    came: list[list[Path]] = []
    first.tell(came.append)
    assert came == [[tmp_path / str(number)] for number in range(3)]


@POSIX
def test_what_a_crash_left_in_the_way_is_no_obstacle_and_what_accepts_is(address: Address) -> None:
    script = "import os, socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); os._exit(1)"
    # By its name alone: the whole path may be longer than a socket's can be.
    folder, name = address.file.parent, address.file.name
    subprocess.run([sys.executable, "-c", script, name], cwd=folder, check=False)
    assert address.file.is_socket()
    assert not hand_over(address, [])
    with address.listen() as listening:
        # It accepts, and never answers: it stays, and keeps nobody from starting.
        assert not hand_over(address, [], time.monotonic() + 0.05)
        assert address.listen() is None
        assert listening.getsockname()
    address.file.unlink()
    address.file.write_text("a file of somebody's")
    assert address.listen() is None
    assert address.file.read_text() == "a file of somebody's"


def message(**values: object) -> bytes:
    return json.dumps({"files": [os.path.abspath("a")], "activation": "", **values}).encode() + b"\n"


def test_every_message_is_checked_for_types_and_lengths(first: FirstWindow, address: Address) -> None:
    file = os.path.abspath("a")
    assert message_of(message(activation="token-1")) == ([Path(file)], "token-1")
    refused = [b"not json\n", b"{}\n", b"[]\n", b"", b"{", message()[:-1], b"\xff\xfe\n"]
    refused += [message(files=found) for found in (3, "abc", [3], [""], ["relative"], [file + "\0"], [file + "\ud800"])]
    refused += [message(files=[file] * 1001), message(files=["/" + "a" * 4096])]
    refused += [message(activation=token) for token in (3, None, "a\0", "a\n", "\u202e", "a" * 257)]
    assert [content for content in refused if message_of(content) is not None] == []
    came: list[list[Path]] = []
    first.tell(came.append)
    for content in refused[:8]:
        connection = address.connect(time.monotonic() + 5)
        assert connection is not None
        with connection:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            assert received(connection, 64, time.monotonic() + 5) == b""
    assert hand_over(address, [Path(file)])
    QApplication.processEvents()
    assert came == [[Path(file)]]


@POSIX
def test_no_more_of_an_answer_is_read_than_an_answer_has(address: Address) -> None:
    def chatter(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            for _ in range(1000):
                connection.sendall(b"a" * 1000)

    with address.listen() as listening:
        thread = threading.Thread(target=chatter, args=(listening,))
        thread.start()
        assert not hand_over(address, [])
        thread.join()


@POSIX
def test_a_lock_is_never_written_to_and_a_folder_of_others_never_used(
    address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    os.link(precious, address.lock_file)
    with address.locked(time.monotonic() + 5):
        started = time.monotonic()
        with address.locked(started + 0.05):
            assert time.monotonic() >= started + 0.05, "the lock was free"
    assert precious.read_text() == "precious"
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    assert own_address().file.parent == runtime
    runtime.chmod(0o770)
    assert own_address().file.parent == tmp_path / "home" / "run"
    assert is_private(tmp_path / "home" / "run")
    (tmp_path / "home" / "run").rename(tmp_path / "elsewhere")
    (tmp_path / "home" / "run").symlink_to(tmp_path / "elsewhere")
    assert own_address() is None
    first = first_or_hand_over([])
    assert first is not None, "each start has its window"
    first.close()


@contextlib.contextmanager
def another_user() -> Iterator[None]:
    """Make and connect a socket as another user."""
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can be another user")
def test_another_user_is_neither_heard_nor_told_anything(qtbot: QtBot) -> None:
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    theirs, ours = Address(folder / "theirs.sock"), Address(folder / "ours.sock")
    try:
        with another_user():
            listening = theirs.listen()
        assert listening is not None
        with listening:
            assert not hand_over(theirs, [Path("/secret name")])
            heard = listening.accept()[0]
            with heard:
                assert heard.recv(100) == b""
        first = FirstWindow(ours)
        assert first.listen()
        ours.file.chmod(0o777)
        came: list[list[Path]] = []
        first.tell(came.append)
        with socket.socket(socket.AF_UNIX) as stranger:
            with another_user():
                stranger.connect(str(ours.file))
            with contextlib.suppress(BrokenPipeError):
                stranger.sendall(message())
            with contextlib.suppress(ConnectionResetError):
                assert stranger.recv(100) == b""
        first.close()
        QApplication.processEvents()
        assert came == []
    finally:
        shutil.rmtree(folder)


def test_the_address_is_one_for_each_screen_and_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAZESCOPE_HOME", str(tmp_path / "one"))
    names = {own_address()}
    monkeypatch.setenv("DISPLAY", ":77")
    names.add(own_address())
    monkeypatch.setenv("MAZESCOPE_HOME", str(tmp_path / "two"))
    names.add(own_address())
    assert None not in names
    assert len(names) == 3


def test_a_maximised_window_stays_so_when_it_comes_to_the_front(make_hand: MakeHand) -> None:
    window = make_hand(engine=False).window
    window.showMaximized()
    window.setWindowState(window.windowState() | Qt.WindowState.WindowMinimized)
    raise_to_front(window)
    assert window.isMaximized()
    assert not window.isMinimized()
