"""States of mazes as procgen serializes them, made without procgen."""

from __future__ import annotations

import struct

from app.maze.maze import Maze
from app.maze.procgen_state import write_state
from app.maze.procgen_state_layout import END, FIELDS

_WORDS = b" ".join([b"1"] * 624 + [b"0"])


def state_of(maze: Maze) -> bytes:
    """A state of a fresh environment that holds this maze; what does not matter is 0."""
    sides = {15: 0, 25: 1}
    given = {
        "distribution_mode": sides[maze.world],
        "level_seed_high": 1,
        "grid_size": maze.world**2,
        "mouse.x": 0.5,
        "mouse.y": 0.5,
        "grid_cells": maze.world**2,
        **dict.fromkeys(("main_width", "main_height", "grid_width", "grid_height"), maze.world),
        **dict.fromkeys(("level_seed_rand_gen", "rand_gen", "asset_rand_gen"), _WORDS),
    }
    parts = []
    for name, kind, check in FIELDS:
        value = given.get(name, 0 if check is None or isinstance(check, tuple) else check)
        if kind == "s":
            assert isinstance(value, bytes)
            parts.append(struct.pack("<i", len(value)) + value)
        else:
            parts.append(struct.pack("<" + kind, value))
    open_cells = struct.pack("<i", 100) * maze.world**2
    template = b"".join(parts) + open_cells + struct.pack("<iii", maze.world, maze.world, END)
    return write_state(template, maze)
