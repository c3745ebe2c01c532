"""Mazes as text files: the lines of `app.maze.ascii`, in UTF-8; with a byte order mark UTF-16 is read as well."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.errors import MazeError
from app.io.atomic import write_atomically
from app.io.regular_file import read_file
from app.io.text_encoding import decode_text
from app.maze.ascii import from_ascii, to_ascii
from app.maze.maze import Maze

SUFFIX: Final = ".txt"
LARGEST: Final = 2**16
"""Bytes of the largest file worth reading; a maze needs 650."""


def save(path: Path, maze: Maze) -> None:
    """Write the whole world as lines of text; background and direction are lost.

    Raises:
        MazeError: when the file cannot be written.
    """
    try:
        write_atomically(path, to_ascii(maze).encode())
    except OSError as error:
        raise MazeError(f"The maze could not be saved to {path}: {error.strerror or error}.") from error


def load(path: Path) -> Maze:
    """Read a maze of lines of text.

    Raises:
        MazeError: one sentence on what was found and what was expected.
    """
    content = read_file(path, LARGEST, "a maze as lines of text", MazeError)
    try:
        text = decode_text(content)
    except UnicodeDecodeError as error:
        raise MazeError(f"{path.name} is not text; expected lines of `#`, `.`, `C` and `M`.") from error
    try:
        return from_ascii(text)
    except MazeError as error:
        raise MazeError(f"{path.name} is not a maze. {error}") from error
