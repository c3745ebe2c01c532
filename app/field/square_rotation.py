"""Rotation of the squares of a field, so that requests that overtake each other still reach every square."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from app.field.requests import FieldRequest
from app.field.square_order import order_of_squares
from app.maze.routes import decision_square

NEAR = 2
"""Squares, the mouse's own and the nearest, that every request begins with."""


class Turns:
    """The order of squares for one request after another.

    While requests come faster than they can be answered, only a first part of each is computed. Were it of the same
    squares every time, all others would not change for as long as a drag lasts. So every request begins with the
    mouse's neighbourhood and the decision square, and continues with the squares that were not computed for longest.
    """

    def __init__(self) -> None:
        self._of: Hashable = None
        self._number = 0
        # By square of the world: the number of the request it was computed for last; 0 since all were.
        self._last = np.zeros((0, 0), dtype=np.int64)

    def order(self, request: FieldRequest) -> np.ndarray:
        """(N,) int64: rows of `maze.squares` as they are to be computed for the next request."""
        maze = request.maze
        of = (maze.world, request.policy.weights_hash)
        if of != self._of:
            self._of, self._last = of, np.zeros((maze.world, maze.world), dtype=np.int64)
        self._number += 1
        order = order_of_squares(maze)
        last = self._last[tuple(maze.squares[order].T)]
        decision = decision_square(maze).square
        if decision is not None:
            last[(maze.squares[order] == decision).all(axis=1)] = -1
        last[:NEAR] = -2
        return order[np.argsort(last, kind="stable")]

    def answered(self, request: FieldRequest, rows: np.ndarray) -> None:
        """These rows of `maze.squares` have been computed for the request that asked for an order last."""
        self._last[tuple(request.maze.squares[rows].T)] = self._number

    def completed(self) -> None:
        """All squares have been computed: the next request begins again."""
        self._last[:] = 0
