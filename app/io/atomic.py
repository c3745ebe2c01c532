"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import time
from pathlib import Path
from typing import Final

STALE_SECONDS: Final = 3600
"""Age at which an unfinished file is what a killed run left: no file takes so long to be written."""

_UNFINISHED: Final = re.compile(r"\.[0-9a-f]{16}\.part")
_swept: Final[set[Path]] = set()


def write_atomically(path: str | Path, content: bytes) -> None:
    """Put these bytes at this path in one move: a reader, or a crash, sees the old file or the new one, never a part.

    The bytes go to a temporary file in the same folder, reach the disk, and replace what was there. A symbolic link
    stays one: the file it points to is replaced. An existing file's permissions are kept.

    Raises:
        OSError: when the folder is missing, full or not writable, or something that is no regular file (a folder, a
            device, a pipe) is at the path; what was there is then unchanged.
    """
    target = Path(os.path.realpath(path))
    # A device or a pipe would be replaced, for all programs and for good.
    if target.exists() and not target.is_file():
        folder = target.is_dir()
        raise OSError(errno.EISDIR if folder else errno.EINVAL, f"it is {'a folder' if folder else 'no regular file'}")
    # Not named after the target: a name of the longest legal length must not become too long.
    unfinished = target.with_name(f".{secrets.token_hex(8)}.part")
    # os.open rather than tempfile: a new file then gets the permissions the user's umask asks for.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(unfinished, flags, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            os.chmod(unfinished, target.stat().st_mode & 0o7777)
        os.replace(unfinished, target)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise
    _sync_folder(target.parent)
    sweep(target.parent)


def sweep(folder: Path) -> None:
    """Remove what killed runs left unfinished in a folder; looked for once in each, while the program runs."""
    if folder in _swept:
        return
    _swept.add(folder)
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _UNFINISHED.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(found.st_mode) and time.time() - found.st_mtime > STALE_SECONDS:
                        os.unlink(entry.path)


def _sync_folder(folder: Path) -> None:
    # The new name is an entry of the folder, which has to reach the disk too. Windows cannot open folders, and some
    # file systems refuse to sync them: the file itself is complete anyway.
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
