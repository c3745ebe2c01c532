"""Address of the first window: a socket that nobody but this user can reach, and whose other end is checked.

On Linux and macOS it is a Unix socket in a folder that only the user may enter, and the system tells whose process is
at the other end. Windows has no such sockets in Python: there it is a port of this machine alone, and each side proves
that it knows a secret which is kept in a file of the user's own profile.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import socket
import stat
import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.paths import config_folder, state_folder

FOLDER: Final = "run"
"""Below the state folder, where the system gives no folder for sockets."""

POLLING: Final = 0.02
"""Seconds between two attempts to take the lock."""

_LONGEST_PATH: Final = 100
"""Bytes of a Unix socket's path, which the system cuts off soon after."""


@dataclass(frozen=True)
class Address:
    """The place where the first window listens: the file of the socket, or on Windows that of port and secret."""

    file: Path

    @property
    def lock_file(self) -> Path:
        """The file that is locked while somebody looks whether anybody listens."""
        return self.file.with_suffix(".lock")

    def connect(self, deadline: float) -> socket.socket | None:
        """A connection to whoever listens, found to be this user's own; None when nobody does.

        Args:
            deadline: the `time.monotonic()` by which it has to be there.
        """
        try:
            if sys.platform == "win32":
                return _connected_by_secret(self.file, deadline)
            found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                found.settimeout(max(deadline - time.monotonic(), 0.001))
                with _short(self.file) as path:
                    found.connect(path)
                if not _of_this_user(found):
                    raise PermissionError("somebody else listens there")
            except BaseException:
                found.close()
                raise
            return found
        except (OSError, ValueError):
            return None

    def listen(self) -> socket.socket | None:
        """A socket that listens here; None when the system does not let us, or somebody listens already.

        What a crash left in the way is removed: a socket that refuses connections, never one that accepts them.
        """
        try:
            if sys.platform == "win32":
                return _listening_by_secret(self.file)
            with _short(self.file) as path:
                return _bound(path) if self._free(path) else None
        except (OSError, ValueError):
            return None

    def _free(self, path: str) -> bool:
        """True if a socket can be made here, once the remains of a crash are out of the way."""
        if self.file.is_symlink() or (self.file.exists() and not self.file.is_socket()):
            return False
        if self.file.exists():
            if _accepts(path):
                return False
            os.unlink(path)
        return True

    @contextlib.contextmanager
    def locked(self, deadline: float) -> Iterator[None]:
        """Hold the lock, or go on without it when another start does not let go of it in time.

        The file is never written to, and a link is not followed: whatever it is, it stays as it was.
        """
        handle = -1
        try:
            handle = os.open(self.lock_file, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
            while not _lock(handle) and time.monotonic() < deadline:
                time.sleep(POLLING)
        except OSError:
            pass
        try:
            yield
        finally:
            if handle >= 0:
                os.close(handle)


def own_address() -> Address | None:
    """The address of this user, screen and place where settings are; None where no folder is the user's alone."""
    folder = _private_folder()
    if folder is None:
        return None
    screen = "|".join(os.environ.get(name, "") for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    text = f"{config_folder().absolute()}|{screen}"
    return Address(folder / f"mazescope-{hashlib.sha256(os.fsencode(text)).hexdigest()[:16]}.sock")


def is_private(folder: Path) -> bool:
    """True if a folder is this user's, and nobody else may enter it."""
    try:
        found = folder.lstat()
    except (OSError, ValueError):
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    # On Windows the profile's own rights say who may enter.
    return sys.platform == "win32" or (found.st_uid == os.getuid() and not found.st_mode & 0o077)


def _private_folder() -> Path | None:
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if sys.platform != "win32" and os.path.isabs(given) and is_private(Path(given)):
        return Path(given)
    folder = state_folder() / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_private(folder) and not folder.is_symlink():
            folder.chmod(0o700)
    except OSError:
        return None
    return folder if is_private(folder) else None


@contextlib.contextmanager
def _short(file: Path) -> Iterator[str]:
    """A path to a socket's file that fits into the system's address: on Linux by way of the folder's descriptor."""
    if len(os.fsencode(file)) <= _LONGEST_PATH or not sys.platform.startswith("linux"):
        yield str(file)
        return
    handle = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{file.name}"
    finally:
        os.close(handle)


def _bound(path: str) -> socket.socket:
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        found.bind(path)
        found.listen(64)
    except BaseException:
        found.close()
        raise
    return found


def _accepts(path: str) -> bool:
    """True if anybody listens at a socket's file: also one who is too busy to answer now."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as found:
        found.setblocking(False)
        try:
            found.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True
    return True


def _of_this_user(connection: socket.socket) -> bool:
    if sys.platform == "darwin":
        # struct xucred: version, then the user.
        _, user = struct.unpack("2I", connection.getsockopt(0, socket.LOCAL_PEERCRED, 76)[:8])
        return bool(user == os.getuid())
    if not hasattr(socket, "SO_PEERCRED"):
        return True  # The folder lets nobody else in.
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return bool(user == os.getuid())


def accepted(listening: socket.socket, address: Address, patience: float) -> socket.socket | None:
    """The next connection, found to be this user's own; None for anybody else's.

    Args:
        patience: seconds that the other side has for all it has to say.
    """
    connection, _ = listening.accept()
    try:
        connection.settimeout(patience)
        if sys.platform == "win32":
            known = _proves_secret(connection, address.file, time.monotonic() + patience)
        else:
            known = _of_this_user(connection)
    except (OSError, ValueError):
        known = False
    if not known:
        connection.close()
        return None
    return connection


def received(connection: socket.socket, most: int, deadline: float) -> bytes:
    """One line from the other end, of at most `most` bytes; what there is of it when no more arrives in time."""
    found = b""
    while not found.endswith(b"\n") and len(found) < most:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        connection.settimeout(left)
        try:
            more = connection.recv(min(most - len(found), 2**16))
        except OSError:
            break
        if not more:
            break
        found += more
    return found


def _lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


# -- Windows: a port of this machine, and a secret that both sides have read


def _listening_by_secret(file: Path) -> socket.socket | None:
    known = _secret(file)
    if known is not None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", known[0]), 0.5):
            return None
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.bind(("127.0.0.1", 0))
        found.listen(64)
        file.unlink(missing_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as writing:
            writing.write(f"{found.getsockname()[1]} {secrets.token_hex(32)}")
    except BaseException:
        found.close()
        raise
    return found


def _connected_by_secret(file: Path, deadline: float) -> socket.socket | None:
    known = _secret(file)
    if known is None:
        return None
    port, secret = known
    connection = socket.create_connection(("127.0.0.1", port), max(deadline - time.monotonic(), 0.001))
    challenge = secrets.token_hex(16).encode()
    connection.sendall(challenge + b"\n")
    answer, counter = received(connection, 65, deadline).strip().partition(b" ")[::2]
    if not hmac.compare_digest(answer, _proof(secret, b"window " + challenge)):
        connection.close()
        return None
    connection.sendall(_proof(secret, b"start " + counter) + b"\n")
    return connection


def _proves_secret(connection: socket.socket, file: Path, deadline: float) -> bool:
    known = _secret(file)
    challenge = received(connection, 33, deadline).strip()
    if known is None or len(challenge) != 32:
        return False
    counter = secrets.token_hex(15).encode()
    connection.sendall(_proof(known[1], b"window " + challenge) + b" " + counter + b"\n")
    return hmac.compare_digest(received(connection, 33, deadline).strip(), _proof(known[1], b"start " + counter))


def _proof(secret: bytes, text: bytes) -> bytes:
    return hmac.new(secret, text, hashlib.sha256).hexdigest()[:32].encode()


def _secret(file: Path) -> tuple[int, bytes] | None:
    try:
        port, _, secret = file.read_bytes()[:200].partition(b" ")
        return int(port), secret
    except (OSError, ValueError):
        return None
