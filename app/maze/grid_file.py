"""Mazes as NumPy arrays (`.npy`): procgen's codes from the bottom row up, or 1 for a wall and 0 for open as printed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import numpy as np
from numpy.lib import format as npy

from app.errors import MazeError
from app.io.regular_file import read_file
from app.maze.ascii import from_ascii
from app.maze.maze import CHEESE, EMPTY, WALL, WORLDS, Maze

MAGIC: Final = b"\x93NUMPY"
LARGEST: Final = 2**16
"""Bytes of the largest file worth reading; a grid of 64-bit numbers needs 5,128."""

_EXPECTED: Final = "a square grid of 1 (wall) and 0 (open), or of procgen's codes"
_PROCGEN: Final = {EMPTY: ".", WALL: "#", CHEESE: "C"}
_WALLS: Final = {0: ".", 1: "#", 2: "C"}


def load(path: Path) -> Maze:
    """Read a maze from an array.

    Rows of procgen's codes (51 wall, 100 open, 2 cheese) begin at the bottom, as procgen's own do; rows of walls (1 or
    True; 0 or False is open, 2 the cheese) begin at the top. The mouse is on the maze's bottom-left square.

    Raises:
        MazeError: one sentence on what was found and what was expected.
    """
    grid = _array(read_file(path, LARGEST, _EXPECTED, MazeError), path.name)
    codes = set(np.unique(grid).tolist())
    symbols = _PROCGEN if codes <= _PROCGEN.keys() else _WALLS
    unknown = sorted(codes - symbols.keys())
    if unknown:
        raise MazeError(f"{path.name} is a grid with the number {unknown[0]:g}; expected {_EXPECTED}.")
    rows = grid[::-1] if symbols is _PROCGEN else grid
    try:
        return from_ascii("\n".join("".join(symbols[cell] for cell in row) for row in rows.tolist()))
    except MazeError as error:
        raise MazeError(f"{path.name} is not a maze. {error}") from error


def _array(content: bytes, name: str) -> np.ndarray:
    """The array of a file, its shape and type looked at before its numbers."""
    file = io.BytesIO(content)
    try:
        version = npy.read_magic(file)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, by_columns, dtype = read_header(file)
    # Whatever the library makes of a damaged header.
    except Exception as error:
        raise MazeError(f"{name} is a damaged NumPy array; expected {_EXPECTED}.") from error
    if len(shape) != 2 or shape[0] != shape[1] or not 0 < shape[0] <= max(WORLDS.values()) or dtype.kind not in "biuf":
        kind = " x ".join(map(str, shape)) or "one"
        raise MazeError(f"{name} is a NumPy array of {kind} values of type {dtype}; expected {_EXPECTED}.")
    numbers = content[file.tell() :]
    if len(numbers) != shape[0] * shape[1] * dtype.itemsize:
        raise MazeError(f"{name} is a NumPy array cut short or damaged; expected {_EXPECTED}.")
    return np.frombuffer(numbers, dtype).reshape(shape, order="F" if by_columns else "C")
