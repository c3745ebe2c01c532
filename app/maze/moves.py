"""The 15 actions of procgen and the five moves they amount to in `maze`."""

from __future__ import annotations

from typing import Final

import numpy as np

ACTIONS: Final = 15
MOVES: Final = ("LEFT", "DOWN", "UP", "RIGHT", "NOOP")
"""The five classes of action, in the order of every array of class probabilities in this program."""

LEFT, DOWN, UP, RIGHT, NOOP = range(5)

MOVE_ACTIONS: Final = ((0, 1, 2), (3,), (5,), (6, 7, 8), (4, 9, 10, 11, 12, 13, 14))
"""The action indices of each move. Diagonal actions move horizontally in `maze`, so they belong to LEFT and RIGHT."""

MOVE_DELTAS: Final = np.array([(0, -1), (-1, 0), (1, 0), (0, 1), (0, 0)], dtype=np.float64)
"""(5, 2): the (row, col) step of each move on the world grid, origin bottom-left."""

MOVE_OF_ACTION: Final = np.empty(ACTIONS, dtype=np.int64)
"""(15,): the move of each action index."""
for _move, _actions in enumerate(MOVE_ACTIONS):
    MOVE_OF_ACTION[list(_actions)] = _move

MOVE_OF_ACTION.setflags(write=False)
MOVE_DELTAS.setflags(write=False)
