"""Reading whole files that a user names: of any origin, within limits, and never something that is no file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from app.errors import MazescopeError

Stamp = tuple[int, int, int]
"""The values that `file_stamp` gives."""


def no_regular_file(path: Path) -> str | None:
    """The kind of thing at a path that is not a regular file: "a folder", "a device or a pipe"; None for a file.

    To be asked before anything is opened: a pipe would be waited for, and a device may never end.

    Raises:
        OSError: when nothing is there, or it cannot be looked at.
        ValueError: for a name that no file can have.
    """
    mode = path.stat().st_mode
    if stat.S_ISREG(mode):
        return None
    return "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"


def is_file(path: Path) -> bool:
    """True if a file is there that can be looked at; also of names that no file can have, which `Path` fails on."""
    return os.path.isfile(path)


def exists(path: Path) -> bool:
    """True if anything is there that can be looked at; likewise."""
    return os.path.exists(path)


def file_stamp(path: str | Path) -> Stamp | None:
    """Mark of one writing of a file: time in ns, size, place on the disk; None where there is no file."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def read_only(path: Path) -> bool:
    """True if a file is there that says it is not to be written to; also to root, who could."""
    try:
        return not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK)
    except (OSError, ValueError):
        return False


def read_file(path: Path, largest: int, expected: str, refusal: type[MazescopeError]) -> bytes:
    """The bytes of a file.

    Args:
        largest: bytes; a file with more is not read.
        expected: what the file should be, for the sentence: "a session saved by Mazescope".
        refusal: the class of what is raised.

    Raises:
        MazescopeError: a `refusal`; one sentence on what was found and what was expected.
    """
    try:
        what = no_regular_file(path)
        if what is not None:
            raise refusal(f"{path} cannot be read: it is {what}; expected {expected}.")
        with path.open("rb") as file:
            # Not by its size on the disk, which another program may be changing just now.
            content = file.read(largest + 1)
    except OSError as error:
        raise refusal(f"{path} cannot be read: {error.strerror or error}; expected {expected}.") from error
    except ValueError as error:  # a name with a null byte
        raise refusal(f"{path.name!r} cannot be the name of a file; expected {expected}.") from error
    if len(content) > largest:
        raise refusal(f"{path.name} holds more than {limit_text(largest)}; expected {expected}, which is far smaller.")
    return content


def limit_text(count: int) -> str:
    """A largest size in bytes as text: "2 KB", "64 MB"."""
    return f"{count >> 20} MB" if count >= 2**20 else f"{count >> 10} KB"
