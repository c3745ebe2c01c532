"""procgen's state bytes to mazes and back."""

from __future__ import annotations

import struct

import numpy as np

from app.errors import MazeError
from app.maze.maze import Facing, Maze
from app.maze.procgen_state_layout import layout


def parse_state(state: bytes) -> Maze:
    """The maze of a serialized procgen state.

    A mouse that is not mirrored is reported as facing "fresh": procgen draws it alike in a fresh level and after a move
    left.

    Args:
        state: what procgen's `get_state` gives for one environment of the game `maze`.

    Raises:
        MazeError: when any field is not that of an easy or hard `maze` of procgen 0.10.7.
    """
    at = layout(bytes(state))
    grid = np.frombuffer(state, dtype="<i4", count=at.world**2, offset=at.grid).reshape(at.world, at.world)
    (dim,) = struct.unpack_from("<i", state, at.maze_dim)
    # Centres of squares, checked by the layout: their floor is the square.
    mouse = (int(float(at.values["mouse.y"]) // 1), int(float(at.values["mouse.x"]) // 1))
    facing: Facing = "right" if at.values["mouse.is_reflected"] else "fresh"
    return Maze.from_grid(grid, dim=dim, mouse=mouse, background=int(at.values["background_index"]), facing=facing)


def write_state(template: bytes, maze: Maze) -> bytes:
    """The template's state with another maze in it, everything else (seeds, clock) as it was.

    Args:
        template: a valid state of a world of the same side, best one of a fresh level.
        maze: what the state is to hold: cells, mouse, cheese, background, direction.

    Raises:
        MazeError: when the template is not a state, or is of a world of another side.
    """
    at = layout(bytes(template))
    if at.world != maze.world:
        raise MazeError(f"A state of a world of side {at.world} was found; expected one of side {maze.world}.")
    state = bytearray(template)
    row, col = maze.mouse
    struct.pack_into("<ff", state, at.offsets["mouse.x"], col + 0.5, row + 0.5)
    struct.pack_into("<i", state, at.offsets["mouse.is_reflected"], int(maze.facing == "right"))
    struct.pack_into("<i", state, at.offsets["background_index"], maze.background)
    state[at.grid : at.maze_dim] = maze.grid.astype("<i4").tobytes()
    struct.pack_into("<i", state, at.maze_dim, maze.dim)
    return bytes(state)
