"""Mazes on the clipboard: as themselves for other windows of this program, as text for everything else."""

from __future__ import annotations

import json
from dataclasses import replace

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from app.errors import MazeError
from app.io.json_file import parse_json
from app.maze import maze_file
from app.maze.ascii import from_ascii, to_ascii
from app.maze.maze import Maze
from app.maze.text_variants import plain_lines

MIME = "application/x-mazescope-maze"


def copy_maze(maze: Maze) -> None:
    """Put a maze on the clipboard."""
    data = QMimeData()
    data.setData(MIME, json.dumps(maze_file.to_json(maze)).encode())
    data.setText(to_ascii(maze))
    QGuiApplication.clipboard().setMimeData(data)


def pasted_maze(current: Maze) -> Maze:
    """The maze on the clipboard; one that is text gets the current maze's background and world, where it fits.

    Raises:
        MazeError: when there is none.
    """
    # An empty clipboard may have no data at all.
    data: QMimeData | None = QGuiApplication.clipboard().mimeData()
    if data is not None and data.hasFormat(MIME):
        try:
            return maze_file.from_json(parse_json(bytes(data.data(MIME).data())))
        except ValueError as error:
            raise MazeError("The maze on the clipboard cannot be read; copy it again.") from error
    text = "" if data is None else data.text()
    if not text.strip():
        raise MazeError("The clipboard holds no maze; expected one copied here, or lines of `#`, `.`, `C` and `M`.")
    side = len(plain_lines(text))
    try:
        maze = from_ascii(text, current.world if side <= current.world else None)
    except MazeError as error:
        raise MazeError(f"The text on the clipboard is not a maze: {error}") from error
    return replace(maze, background=current.background)
