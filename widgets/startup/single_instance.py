"""Single instance: a second start hands its files to the first, and ends."""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QWidget

from app.io.json_file import parse_json
from app.paths import config_folder

PATIENCE: Final = 3_000
"""Milliseconds that the first window has to answer; one that hangs keeps nobody from opening another."""

ANSWER: Final = b"opened\n"
_LONGEST: Final = 2**20


def server_name() -> str:
    """The address, one for each user, screen and place where settings are."""
    screen = "|".join(os.environ.get(name, "") for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    text = f"{getpass.getuser()}|{config_folder().absolute()}|{screen}"
    return f"mazescope-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def hand_over(name: str, files: Sequence[Path]) -> bool:
    """Give files to the window that listens at `name`; says whether one took them."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(PATIENCE):
        return False
    if sys.platform == "win32":
        # Windows lets a program come to the front only when the one in front allows it.
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(-1)
    message = {
        "files": [str(file.absolute()) for file in files],
        "activation": os.environ.get("XDG_ACTIVATION_TOKEN", ""),
    }
    socket.write(json.dumps(message).encode() + b"\n")
    answer = b""
    while socket.state() == QLocalSocket.LocalSocketState.ConnectedState and not answer.endswith(b"\n"):
        if not socket.waitForReadyRead(PATIENCE):
            break
        answer += socket.readAll().data()
    socket.abort()
    return answer == ANSWER


class FirstWindow(QObject):
    """Listens for later starts of the program.

    Signals:
        files_came(list): paths that a later start was given; none when it was given none.
    """

    files_came = Signal(list)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)

    def listen(self) -> bool:
        """Become the first window; False when the system does not let us, which only means that there may be two."""
        if self._server.listen(self._name):
            return True
        # Nobody answered there (see `first_or_hand_over`), so what is in the way was left by a crash.
        QLocalServer.removeServer(self._name)
        return self._server.listen(self._name)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _greet(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            if socket.bytesAvailable():
                self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _LONGEST:
                socket.abort()
            return
        try:
            message = parse_json(bytes(socket.readLine().data()))
            files = [Path(file) for file in message["files"]]
            token = message.get("activation", "")
        except (ValueError, KeyError, TypeError, AttributeError):
            socket.abort()
            return
        socket.write(ANSWER)
        socket.flush()
        if isinstance(token, str) and token:
            # Wayland lets a window come to the front only with the token that the later start was given.
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        self.files_came.emit(files)


def first_or_hand_over(files: Sequence[Path], parent: QObject | None = None) -> FirstWindow | None:
    """Become the first window, or hand the files to the one there is: then None, and this process may end."""
    name = server_name()
    lock = FileLock(Path(tempfile.gettempdir()) / f"{name}.lock")
    # Two starts at the same moment: one looks and listens before the other looks.
    with contextlib.suppress(OSError, Timeout):
        lock.acquire(timeout=2 * PATIENCE / 1000)
    try:
        if hand_over(name, files):
            return None
        first = FirstWindow(name, parent)
        first.listen()
        return first
    finally:
        if lock.is_locked:
            lock.release()


def raise_to_front(window: QWidget) -> None:
    """Bring a window in front of all others, minimised or not."""
    window.setWindowState((window.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
    window.show()
    window.raise_()
    window.activateWindow()
