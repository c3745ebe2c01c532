"""The vector field of a policy over a maze, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.maze.maze import Maze, Square
from app.maze.moves import MOVE_ACTIONS, MOVE_DELTAS


def move_probabilities(logits: np.ndarray) -> np.ndarray:
    """(N, 5) float64 probabilities of LEFT, DOWN, UP, RIGHT, NOOP from (N, 15) raw logits: softmax, then class sums."""
    shifted = np.asarray(logits, dtype=np.float64)
    shifted = np.exp(shifted - shifted.max(axis=1, keepdims=True))
    shifted /= shifted.sum(axis=1, keepdims=True)
    return np.stack([shifted[:, list(actions)].sum(axis=1) for actions in MOVE_ACTIONS], axis=1)


@dataclass(frozen=True, eq=False)
class VectorField:
    """One forward pass per open square with the mouse there.

    Attributes:
        maze: the maze it belongs to.
        squares: (N, 2) int64 (row, col), world grid, origin bottom-left: `maze.squares`.
        logits: (N, 15) float32 raw `fc_policy` outputs; rows not computed yet are NaN.
        value: (N,) float32 outputs of `fc_value`.
    """

    maze: Maze
    squares: np.ndarray
    logits: np.ndarray
    value: np.ndarray

    def at(self, rows: np.ndarray) -> VectorField:
        """The field of some of its squares alone, by (N,) bool rows: for drawing them."""
        return VectorField(self.maze, self.squares[rows], self.logits[rows], self.value[rows])

    @cached_property
    def probs(self) -> np.ndarray:
        """(N, 5) float64 probabilities in the order LEFT DOWN UP RIGHT NOOP."""
        return move_probabilities(self.logits)

    @cached_property
    def arrows(self) -> np.ndarray:
        """(N, 2) float64 (d_row, d_col): the sum over moves of p(move) times its step; length 1 is one cell."""
        return self.probs @ MOVE_DELTAS

    @cached_property
    def done(self) -> np.ndarray:
        """(N,) bool: which squares have been computed (all, in a complete field)."""
        return ~np.isnan(self.logits[:, 0])

    @property
    def complete(self) -> bool:
        """True when every square has been computed."""
        return bool(self.done.all())

    @cached_property
    def _index(self) -> dict[Square, int]:
        return {(int(row), int(col)): index for index, (row, col) in enumerate(self.squares)}

    def index(self, square: Square) -> int | None:
        """Row of a square in the arrays, or None when the square is not an open one."""
        return self._index.get(square)
