"""A maze as a value: walls, mouse, cheese, background and the way the mouse faces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, get_args

import numpy as np

from app.errors import MazeError

EMPTY: Final = 100
WALL: Final = 51
CHEESE: Final = 2
"""procgen's codes for the cells of its grid."""

WORLDS: Final = {"easy": 15, "hard": 25}
"""Side of the world in cells, by procgen's distribution mode. `memory` (31) shows the policy only part of the maze."""

BACKGROUNDS: Final = 9
"""procgen draws `maze` over one of nine backgrounds, numbered 0 to 8; the policy sees which."""

Square = tuple[int, int]
"""(row, col) on the world grid, origin bottom-left, row upwards."""

Facing = Literal["fresh", "left", "right"]
"""The direction that the mouse faces. In a fresh level it is drawn as it is after a move left."""

_SIDES: Final = tuple(WORLDS.values())
_FACINGS: Final = get_args(Facing)
_BACKGROUND_NUMBERS: Final = range(BACKGROUNDS)


def world_side(world_name: str) -> int:
    """The side of a world in cells, by its name.

    Raises:
        MazeError: unless it is easy or hard.
    """
    if world_name == "memory":
        raise MazeError("The world `memory` shows the policy only part of the maze; expected easy or hard.")
    if world_name not in WORLDS:
        raise MazeError(f"A world named {world_name!r} was found; expected easy or hard.")
    return WORLDS[world_name]


@dataclass(frozen=True)
class Maze:
    """One maze in its world. Immutable and hashable: every edit makes a new value, and values are the keys of caches.

    Attributes:
        world: side of the world in cells, 15 (easy) or 25 (hard).
        dim: side of the maze as generated, odd, 3..world. The maze is centred in the world; the rest was wall once.
        walls: world * world bytes, 1 for a wall and 0 for an open cell, row-major from the bottom left.
        mouse: the mouse's square, never a wall. It is the start of every path and of every vector.
        cheese: the cheese's square, or None once it is removed. Never a wall, never the mouse's.
        background: procgen's background index, 0..8.
        facing: which way the mouse looks.

    Raises:
        MazeError: when the values do not make a maze.
    """

    world: int
    dim: int
    walls: bytes
    mouse: Square
    cheese: Square | None
    background: int = 0
    facing: Facing = "fresh"

    def __post_init__(self) -> None:
        if self.world not in _SIDES:
            raise MazeError(f"A world of side {self.world} was found; a world has side 15 (easy) or 25 (hard).")
        if not (3 <= self.dim <= self.world and self.dim % 2 == 1):
            raise MazeError(f"A maze of side {self.dim} was found; the side is odd, from 3 to {self.world}.")
        if len(self.walls) != self.world**2 or self.walls.translate(None, b"\x00\x01"):
            raise MazeError(f"The cells do not fit: expected {self.world**2} cells, each a wall or open.")
        if self.background not in _BACKGROUND_NUMBERS:
            raise MazeError(f"Background {self.background} was found; procgen has backgrounds 0 to {BACKGROUNDS - 1}.")
        if self.facing not in _FACINGS:
            raise MazeError(f"The mouse faces {self.facing!r}; expected 'fresh', 'left' or 'right'.")
        self._check_free("mouse", self.mouse)
        if self.cheese is not None:
            self._check_free("cheese", self.cheese)
            if self.cheese == self.mouse:
                raise MazeError(f"Mouse and cheese share the square {self.mouse}; they need one each.")

    def _check_free(self, who: str, square: Square) -> None:
        if not self.contains(square):
            raise MazeError(f"The {who} is at {square}, outside the world of {self.world} x {self.world} squares.")
        if self.is_wall(square):
            raise MazeError(f"The {who} is at {square}, which is a wall; expected an open square.")

    @staticmethod
    def from_grid(grid: np.ndarray, *, dim: int, mouse: Square, background: int = 0, facing: Facing = "fresh") -> Maze:
        """The maze of a (world, world) array of procgen's codes, row 0 at the bottom.

        Raises:
            MazeError: for another shape, an unknown code or more than one cheese.
        """
        grid = np.asarray(grid)
        if grid.ndim != 2 or grid.shape[0] != grid.shape[1]:
            raise MazeError(f"A grid of shape {grid.shape} was found; expected a square one.")
        unknown = set(np.unique(grid).tolist()) - {EMPTY, WALL, CHEESE}
        if unknown:
            raise MazeError(
                f"Cell code {min(unknown)} was found; expected {EMPTY} (open), {WALL} (wall) or {CHEESE} (cheese)."
            )
        cheeses = np.argwhere(grid == CHEESE)
        if len(cheeses) > 1:
            raise MazeError(f"{len(cheeses)} cheeses were found; a maze has one or none.")
        cheese = (int(cheeses[0][0]), int(cheeses[0][1])) if len(cheeses) else None
        walls = (grid == WALL).astype(np.uint8).tobytes()
        return Maze(
            int(grid.shape[0]), int(dim), walls, (int(mouse[0]), int(mouse[1])), cheese, int(background), facing
        )

    @cached_property
    def grid(self) -> np.ndarray:
        """(world, world) int32 of procgen's codes, row 0 at the bottom; read-only. The mouse is not part of it."""
        walls = np.frombuffer(self.walls, dtype=np.uint8).reshape(self.world, self.world)
        grid = np.where(walls == 1, WALL, EMPTY).astype(np.int32)
        if self.cheese is not None:
            grid[self.cheese] = CHEESE
        grid.setflags(write=False)
        return grid

    @cached_property
    def squares(self) -> np.ndarray:
        """(N, 2) int64 (row, col) of the open squares, in the order of `argwhere(grid == EMPTY)`; read-only.

        Every square but walls and the cheese's: the mouse's own and unreachable ones are included.
        """
        squares = np.argwhere(self.grid == EMPTY)
        squares.setflags(write=False)
        return squares

    @property
    def world_name(self) -> str:
        """procgen's name of the distribution mode: easy or hard."""
        return next(name for name, side in WORLDS.items() if side == self.world)

    @property
    def margin(self) -> int:
        """Cells of wall between the world's edge and the maze as generated."""
        return (self.world - self.dim) // 2

    @property
    def top_right(self) -> Square:
        """The maze's top-right square, whether or not it is open."""
        corner = self.margin + self.dim - 1
        return corner, corner

    def contains(self, square: Square) -> bool:
        """True if the square is in the world."""
        return 0 <= square[0] < self.world and 0 <= square[1] < self.world

    def is_wall(self, square: Square) -> bool:
        """True if a square of the world is a wall."""
        return self.walls[square[0] * self.world + square[1]] == 1

    def is_open(self, square: Square) -> bool:
        """True if a square is in the world and is not a wall (the cheese's square is open in this sense)."""
        return self.contains(square) and not self.is_wall(square)

    def with_walls(self, squares: tuple[Square, ...], wall: bool) -> Maze:
        """The maze with these squares walled or opened; the mouse's and the cheese's squares are unchanged."""
        cells = bytearray(self.walls)
        for square in squares:
            if self.contains(square) and square != self.mouse and square != self.cheese:
                cells[square[0] * self.world + square[1]] = int(wall)
        return self if bytes(cells) == self.walls else replace(self, walls=bytes(cells))

    def with_mouse(self, square: Square) -> Maze:
        """The maze with the mouse elsewhere.

        Raises:
            MazeError: when the square is a wall, outside, or the cheese's.
        """
        return replace(self, mouse=square)

    def with_cheese(self, square: Square | None) -> Maze:
        """The maze with the cheese elsewhere, or without cheese.

        Raises:
            MazeError: when the square is a wall, outside, or the mouse's.
        """
        return replace(self, cheese=square)

    def with_background(self, background: int) -> Maze:
        """The maze over another of procgen's nine backgrounds."""
        return replace(self, background=background)

    def with_facing(self, facing: Facing) -> Maze:
        """The maze with the mouse looking another way."""
        return replace(self, facing=facing)
