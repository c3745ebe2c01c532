"""Single instance: a second start hands its files to the first, and ends."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.io.json_file import parse_json
from widgets.startup.instance_address import Address, accepted, own_address, received

PATIENCE: Final = 20.0
"""Seconds that a start spends in all on the question whether there is a window; one that hangs keeps nobody out.

While a window's libraries load, its threads wait: for seconds on a busy machine.
"""

SHORT: Final = 3.0
"""Seconds that a later start has to say what it wants; it has all of it at hand."""

ANSWER: Final = b"opened\n"
LONGEST_ANSWER: Final = 64
"""Bytes of an answer that are read."""

LONGEST_MESSAGE: Final = 2**20
MOST_FILES: Final = 1000
LONGEST_PATH: Final = 4096
LONGEST_TOKEN: Final = 256


def hand_over(address: Address, files: Sequence[Path], deadline: float | None = None) -> bool:
    """Give files to the window that listens at an address; says whether one took them.

    Args:
        deadline: the `time.monotonic()` by which it has to answer; `PATIENCE` from now on unless given.
    """
    deadline = time.monotonic() + PATIENCE if deadline is None else deadline
    connection = address.connect(deadline)
    if connection is None:
        return False
    if sys.platform == "win32":
        # Windows lets a program come to the front only when the one in front allows it.
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(-1)
    message = {
        "files": [str(file.absolute()) for file in files],
        "activation": os.environ.get("XDG_ACTIVATION_TOKEN", ""),
    }
    with connection, contextlib.suppress(OSError):
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        connection.sendall(json.dumps(message).encode() + b"\n")
        return received(connection, LONGEST_ANSWER, deadline) == ANSWER
    return False


class FirstWindow(QObject):
    """Listens for later starts of the program, and answers them at once from a thread of its own.

    Signals:
        files_came(list): paths that a later start was given; none when it was given none.
    """

    files_came = Signal(list)
    _arrived = Signal(object)

    def __init__(self, address: Address, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._address = address
        self._listening: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._early: list[list[Path]] | None = []
        # The thread waits for this one as well, so that it can be told to end.
        self._end, self._ended = socket.socketpair()
        self._arrived.connect(self._take)

    def listen(self) -> bool:
        """Become the first window; False when the system does not let us, which only means that there may be two."""
        self._listening = self._address.listen()
        if self._listening is None:
            return False
        self._thread = threading.Thread(target=self._serve, name="mazescope-later-starts", daemon=True)
        self._thread.start()
        return True

    def tell(self, came: Callable[[list[Path]], object]) -> None:
        """From now on call this with the files of later starts; first with those sent before."""
        self.files_came.connect(came)
        early, self._early = self._early or [], None
        for files in early:
            self.files_came.emit(files)

    def close(self) -> None:
        """Listen no more."""
        if self._thread is not None:
            # First the name, so that whoever looks from now on finds nobody.
            with contextlib.suppress(OSError):
                self._address.file.unlink()
            with contextlib.suppress(OSError):
                self._end.send(b".")
            self._thread.join(SHORT + 1)
            self._thread = None
        for each in (self._end, self._ended, self._listening):
            if each is not None:
                each.close()

    def _serve(self) -> None:
        assert self._listening is not None
        while True:
            ready, _, _ = select.select([self._listening, self._ended], [], [])
            if self._ended in ready:
                return
            try:
                connection = accepted(self._listening, self._address, SHORT)
            except OSError:
                continue
            if connection is not None:
                with connection:
                    self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        message = message_of(received(connection, LONGEST_MESSAGE, time.monotonic() + SHORT))
        if message is None:
            return
        try:
            self._arrived.emit(message)
        except RuntimeError:  # The window was destroyed meanwhile.
            return
        # Only now: what was answered is taken.
        with contextlib.suppress(OSError):
            connection.settimeout(SHORT)
            connection.sendall(ANSWER)

    @Slot(object)
    def _take(self, message: tuple[list[Path], str]) -> None:
        files, token = message
        if token:
            # Wayland lets a window come to the front only with the token that the later start was given.
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        if self._early is not None:
            self._early.append(files)
        else:
            self.files_came.emit(files)


def message_of(content: bytes) -> tuple[list[Path], str] | None:
    """The files and the activation token that a later start sends; None for anything else."""
    try:
        found = parse_json(content) if content.endswith(b"\n") else None
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    files, token = found.get("files"), found.get("activation", "")
    if not isinstance(files, list) or len(files) > MOST_FILES or not all(map(_is_path, files)):
        return None
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN or not (token.isascii() and token.isprintable()):
        return None
    return [Path(file) for file in files], token


def _is_path(found: Any) -> bool:
    """True if it is the path of a file as this system can have it."""
    if not isinstance(found, str) or not found or len(found) > LONGEST_PATH or "\0" in found:
        return False
    try:
        os.fsencode(found)
    except UnicodeEncodeError:
        return False
    return os.path.isabs(found)


def first_or_hand_over(files: Sequence[Path], parent: QObject | None = None) -> FirstWindow | None:
    """Become the first window, or hand the files to the one there is: then None, and this process may end."""
    address, deadline = own_address(), time.monotonic() + PATIENCE
    if address is None:
        # Nowhere to listen that is ours alone: each start has its window.
        return FirstWindow(Address(Path()), parent)
    # Many starts at the same moment wait for their answers together, not for each other.
    if hand_over(address, files, deadline):
        return None
    # Two starts at the same moment: one looks and listens before the other looks.
    with address.locked(deadline):
        if hand_over(address, files, deadline):
            return None
        first = FirstWindow(address, parent)
        # Another start may have been quicker, when neither got the lock.
        if not first.listen() and hand_over(address, files, max(deadline, time.monotonic() + SHORT)):
            first.close()
            return None
        return first


def raise_to_front(window: QWidget) -> None:
    """Bring a window in front of all others, minimised or not."""
    window.setWindowState((window.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
    window.show()
    window.raise_()
    window.activateWindow()
