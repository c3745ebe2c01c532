"""Maze files: one maze as JSON.

    {"format": "mazescope-maze", "version": 1, "world": 15, "dim": 13, "theme": 0, "facing": "fresh",
     "mouse": [row, col], "cheese": [row, col] or null, "rows": ["#..#", ...]}

Rows are the whole world, the top one first, `#` a wall and `.` open. Squares count rows from the bottom, as everywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from app.errors import MazeError
from app.io.atomic import write_atomically
from app.io.json_file import json_bytes, json_shown, read_json
from app.maze.maze import WORLDS, Maze, Square

FORMAT: Final = "mazescope-maze"
VERSION: Final = 1
LARGEST: Final = 2**20
"""Bytes of the largest file worth reading; a maze needs about two thousand."""

_KEYS: Final = ("format", "version", "world", "dim", "theme", "facing", "mouse", "cheese", "rows")


def to_json(maze: Maze) -> dict[str, Any]:
    """The maze as the object that a maze file holds."""
    cells = np.frombuffer(maze.walls, dtype=np.uint8).reshape(maze.world, maze.world)
    return {
        "format": FORMAT,
        "version": VERSION,
        "world": maze.world,
        "dim": maze.dim,
        "theme": maze.background,
        "facing": maze.facing,
        "mouse": list(maze.mouse),
        "cheese": None if maze.cheese is None else list(maze.cheese),
        "rows": ["".join("#" if wall else "." for wall in row) for row in cells[::-1]],
    }


def from_json(found: object) -> Maze:
    """The maze of a decoded JSON object.

    Raises:
        MazeError: one sentence on what was found and what was expected.
    """
    if not isinstance(found, dict):
        raise MazeError(f"A {_kind(found)} was found; expected an object with the keys {', '.join(_KEYS)}.")
    if found.get("format") != FORMAT:
        raise MazeError(f'The format is {json_shown(found.get("format"))}; expected "{FORMAT}".')
    if type(found.get("version")) is not int or found["version"] != VERSION:
        raise MazeError(
            f"The maze has version {json_shown(found.get('version'))}; this program reads version {VERSION}."
        )
    missing = [key for key in _KEYS if key not in found]
    if missing:
        raise MazeError(f'The maze lacks the key "{missing[0]}"; expected the keys {", ".join(_KEYS)}.')
    unknown = [key for key in found if key not in _KEYS]
    if unknown:
        raise MazeError(f"The maze has the unknown key {json_shown(unknown[0])}; expected the keys {', '.join(_KEYS)}.")
    for key in ("world", "dim", "theme"):
        if type(found[key]) is not int:
            raise MazeError(f'The "{key}" is {json_shown(found[key])}; expected a whole number.')
    if found["world"] not in WORLDS.values():
        raise MazeError(f'The "world" has side {found["world"]}; expected 15 (easy) or 25 (hard).')
    if not isinstance(found["facing"], str):
        raise MazeError(f'The "facing" is {json_shown(found["facing"])}; expected "fresh", "left" or "right".')
    return Maze(
        world=found["world"],
        dim=found["dim"],
        walls=_walls(found["rows"], found["world"]),
        mouse=_square("mouse", found["mouse"]),
        cheese=None if found["cheese"] is None else _square("cheese", found["cheese"]),
        background=found["theme"],
        facing=found["facing"],  # type: ignore[arg-type]  # Maze refuses any other word.
    )


def save(path: Path, maze: Maze) -> None:
    """Write a maze file, whole or not at all.

    Raises:
        MazeError: when the file cannot be written.
    """
    try:
        write_atomically(path, json_bytes(to_json(maze)))
    except OSError as error:
        raise MazeError(f"The maze could not be saved to {path}: {error.strerror or error}.") from error


def load(path: Path, *, largest: int = LARGEST) -> Maze:
    """Read a maze file.

    Args:
        path: the file.
        largest: bytes; a file with more is not read.

    Raises:
        MazeError: one sentence on what was found and what was expected.
    """
    found = read_json(path, largest, "a maze file", MazeError)
    try:
        return from_json(found)
    except MazeError as error:
        raise MazeError(f"{path.name}: {error}") from None


def _walls(rows: object, world: int) -> bytes:
    if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
        raise MazeError('The "rows" are not a list of texts; expected one text of `#` and `.` for each row.')
    if len(rows) != world or any(len(row) != world for row in rows):
        lengths = sorted({len(row) for row in rows})
        raise MazeError(
            f"{len(rows)} rows of {' or '.join(map(str, lengths)) or 'no'} cells were found; "
            f"expected {world} rows of {world} cells."
        )
    text = "".join(reversed(rows))
    unknown = sorted(set(text) - {"#", "."})
    if unknown:
        raise MazeError(f"The cell {unknown[0]!r} was found; expected `#` (wall) or `.` (open).")
    return bytes(cell == "#" for cell in text)


def _square(name: str, value: object) -> Square:
    if not isinstance(value, list) or len(value) != 2 or any(type(part) is not int for part in value):
        expected = "[row, col]" if name == "mouse" else "[row, col] or null"
        raise MazeError(f'The "{name}" is {json_shown(value)}; expected {expected} of whole numbers.')
    return value[0], value[1]


def _kind(value: object) -> str:
    kinds: dict[type, str] = {list: "list", str: "text", bool: "truth value", int: "number", float: "number"}
    return kinds.get(type(value), "null")
