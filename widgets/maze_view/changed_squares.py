"""Squares of a maze that look different after a change: only they are painted again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.field.vector_field import VectorField
from app.maze.maze import WALL, Maze, Square
from app.maze.routes import Decision, reachable

_WALL: Final = 1
_UNREACHABLE: Final = 2
_RING: Final = 4
_CHEESE: Final = 8
_MOUSE: Final = 16
_FACING_RIGHT: Final = 32


@dataclass(frozen=True, eq=False)
class CellLook:
    """The drawing of each cell of a maze, apart from arrows.

    Attributes:
        block: world and dim: where the corner is marked.
        cells: (world, world) int: bits of what is on each cell.
        unreachable: whether an open square cannot be reached.
    """

    block: tuple[int, int]
    cells: np.ndarray
    unreachable: bool

    @staticmethod
    def of(maze: Maze, decision: Decision, *, mouse: bool) -> CellLook:
        """The look of a maze, with its mouse or without."""
        walls = maze.grid == WALL
        cut_off = ~walls & ~reachable(maze)
        cells = np.where(walls, _WALL, 0) + np.where(cut_off, _UNREACHABLE, 0)
        if decision.square is not None:
            cells[decision.square] += _RING
        if maze.cheese is not None:
            cells[maze.cheese] += _CHEESE
        if mouse:
            cells[maze.mouse] += _MOUSE + (_FACING_RIGHT if maze.facing == "right" else 0)
        return CellLook((maze.world, maze.dim), cells, bool(cut_off.any()))

    def changed(self, before: CellLook) -> tuple[Square, ...] | None:
        """The squares that looked different before; None where all may have."""
        return _squares(self.cells != before.cells) if self.block == before.block else None


def changed_arrows(
    before: tuple[VectorField | None, VectorField | None], after: tuple[VectorField, VectorField]
) -> tuple[Square, ...] | None:
    """The squares with another arrow in the first or the second of two fields; None where all may have one."""
    pairs = list(zip(before, after, strict=True))
    if before[0] is before[1] and after[0] is after[1]:
        # Nothing is patched: they are one field.
        del pairs[1:]
    changed = np.zeros((after[0].maze.world,) * 2, dtype=bool)
    for old, new in pairs:
        if old is None or old.maze.world != new.maze.world:
            return None
        # A square without a number, or without a row, is one without an arrow.
        changed |= (_on_grid(old) != _on_grid(new)).any(axis=2)
        if old.maze.mouse != new.maze.mouse:
            # The halo of the arrow on the mouse.
            changed[old.maze.mouse] = changed[new.maze.mouse] = True
    return _squares(changed)


def _on_grid(field: VectorField) -> np.ndarray:
    grid = np.zeros((field.maze.world, field.maze.world, field.logits.shape[1]), dtype=np.float32)
    grid[tuple(field.squares.T)] = np.nan_to_num(field.logits)
    return grid


def _squares(changed: np.ndarray) -> tuple[Square, ...]:
    return tuple((row, col) for row, col in np.argwhere(changed).tolist())
