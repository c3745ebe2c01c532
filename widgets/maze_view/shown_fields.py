"""Fields that a picture shows while one answer after another arrives: what is drawn, and what numbers are read from.

The two differ only during a drag with bfloat16: its arrows are drawn, and its squares have no numbers until exact ones
arrive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from app.field.requests import FieldResult
from app.field.vector_field import VectorField
from app.maze.maze import Maze

Pair = tuple[VectorField, VectorField]
"""The original and the patched field; one object twice where nothing acts."""


@dataclass(frozen=True, eq=False)
class ShownFields:
    """The fields of one maze.

    Attributes:
        exact: for numbers; squares without an exact one are NaN.
        drawn: for arrows; the same object as `exact` unless some are of bfloat16.
    """

    exact: Pair
    drawn: Pair

    @staticmethod
    def of(result: FieldResult, before: ShownFields | None) -> ShownFields:
        """An exact answer to the newest question; squares still to come keep what was shown before."""
        found = (result.original, result.patched)
        if result.complete or before is None:
            return ShownFields(found, found)
        return before._with(found)

    def overtaken(self, result: FieldResult, maze: Maze) -> ShownFields:
        """With an answer to another question, or in bfloat16, on the squares that it shares with the maze."""
        found = (result.original, result.patched)
        if maze != result.request.maze:
            found = _both(found, lambda field: carried_over(field, maze))
        if result.exact:
            return self._with(found)
        rough = found[1].done
        exact = _both(self.on(maze).exact, lambda field: without(field, rough))
        return ShownFields(exact, _filled(found, self.drawn))

    def on(self, maze: Maze) -> ShownFields:
        """The same on another maze: until its answer arrives, squares keep what they had."""
        exact = _both(self.exact, lambda field: carried_over(field, maze))
        if self.drawn is self.exact:
            return ShownFields(exact, exact)
        return ShownFields(exact, _both(self.drawn, lambda field: carried_over(field, maze)))

    @property
    def rough(self) -> bool:
        """True while some arrows are of bfloat16."""
        return self.drawn is not self.exact

    def _with(self, found: Pair) -> ShownFields:
        exact = _filled(found, self.exact)
        return ShownFields(exact, exact if self.drawn is self.exact else _filled(found, self.drawn))


def carried_over(field: VectorField, maze: Maze) -> VectorField:
    """A field's rows on the squares that another maze shares with its own; the other squares are not computed yet."""
    logits = np.full((len(maze.squares), field.logits.shape[1]), np.nan, dtype=np.float32)
    value = np.full(len(maze.squares), np.nan, dtype=np.float32)
    if maze.world == field.maze.world:
        rows = np.full((maze.world, maze.world), -1)
        rows[tuple(field.squares.T)] = np.arange(len(field.squares))
        at = rows[tuple(maze.squares.T)]
        logits[at >= 0], value[at >= 0] = field.logits[at[at >= 0]], field.value[at[at >= 0]]
    return VectorField(maze, maze.squares, logits, value)


def filled(part: VectorField, older: VectorField) -> VectorField:
    """The field in part, with an older one's rows on the squares still to come."""
    if part.complete:
        return part
    older = carried_over(older, part.maze)
    done = part.done
    return replace(
        part,
        logits=np.where(done[:, None], part.logits, older.logits),
        value=np.where(done, part.value, older.value),
    )


def without(field: VectorField, rows: np.ndarray) -> VectorField:
    """The field with these (N,) bool rows as if they were not computed yet."""
    return replace(
        field, logits=np.where(rows[:, None], np.nan, field.logits), value=np.where(rows, np.nan, field.value)
    )


def _both(pair: Pair, change: Callable[[VectorField], VectorField]) -> Pair:
    first = change(pair[0])
    return first, first if pair[1] is pair[0] else change(pair[1])


def _filled(found: Pair, older: Pair) -> Pair:
    first = filled(found[0], older[0])
    return first, first if found[1] is found[0] else filled(found[1], older[1])
