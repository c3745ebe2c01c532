"""procgen's levels, generated from their seed: the same walls, cheese, mouse and background as procgen 0.10.7 makes.

A level takes the words of its seed in this order: one that shifts the background (square, so it does not show), the
background, the side of the maze, one for each door of the maze, and the cheese until it falls off the start. An integer
below n is one word modulo n. The sources are procgen's maze.cpp and mazegen.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from app.errors import MazeError
from app.maze.maze import BACKGROUNDS, WORLDS, Maze
from app.maze.random_words import first_words, words

EQUALS: Final = "procgen 0.10.7"
"""The game that makes the same levels, pictures and play."""

BEFORE_DOORS: Final = 3
"""Words that a level takes before those of its doors."""

_SPARE: Final = 8
"""Words drawn ahead for the cheese. It needs one almost always and has been seen to need seven; more are fetched."""


class _Grid(NamedTuple):
    """A maze of one side before any door is open. Cells are row-major indices of the world's grid.

    Attributes:
        doors: in procgen's order, the numbers of the two rooms of each and the three cells that it opens.
        moduli: (doors,) uint32, how many doors are left at each draw.
        rooms: how many.
        walls: world * world bytes, 1 for a wall, the rooms open.
        start: the cell of the mouse.
    """

    doors: list[tuple[int, int, tuple[int, int, int]]]
    moduli: np.ndarray
    rooms: int
    walls: bytes
    start: int


def level(world: int, seed: int, dim: int | None = None) -> Maze:
    """The fresh level that procgen makes of a seed.

    Args:
        world: side of the world in cells, 15 (easy) or 25 (hard).
        seed: any signed 32-bit integer. People's seeds run from 0 to 2^31 - 1; the game reaches the others by a state.
        dim: side of the maze, odd, 3 to world, in place of the one that the seed draws; all other draws stay.

    Raises:
        MazeError: for another world or side, or a seed out of range.
    """
    _check_world(world)
    if dim is not None and not (3 <= dim <= world and dim % 2 == 1):
        raise MazeError(f"A maze of side {dim} was found; the side is odd, from 3 to {world}.")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not -(2**31) <= seed < 2**31:
        raise MazeError(f"Level seed {seed} was found; expected a whole number from {-(2**31)} to {2**31 - 1}.")
    return _maze(world, int(seed), dim)


def levels(world: int, seeds: Sequence[int] | np.ndarray) -> list[Maze]:
    """The fresh levels of many seeds, in their order. Arguments and errors are those of `level`."""
    _check_world(world)
    return [_maze(world, seed) for seed in _checked(seeds).tolist()]


def backgrounds_and_dims(world: int, seeds: Sequence[int] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The backgrounds and sides of many levels, without making one maze: about 1 us a seed.

    Args: as for `levels`.

    Returns:
        Two int64 arrays, one entry a seed: background (`Maze.background`), 0 to 8, and side of the maze (`Maze.dim`).

    Raises:
        MazeError: as `level` does.
    """
    _check_world(world)
    drawn = first_words(_checked(seeds), BEFORE_DOORS).astype(np.int64)
    return drawn[:, 1] % BACKGROUNDS, 3 + 2 * (drawn[:, 2] % ((world - 1) // 2))


def _maze(world: int, seed: int, dim: int | None = None) -> Maze:
    # The side is known after three words; the most that any side needs are drawn at once, which costs less.
    drawn = words(seed, _most_words(world))
    if dim is None:
        dim = 3 + 2 * (int(drawn[2]) % ((world - 1) // 2))
    grid = _grid(world, dim)
    after = BEFORE_DOORS + len(grid.doors)
    walls, opened = _open_doors(grid, (drawn[BEFORE_DOORS:after] % grid.moduli).tolist())
    cheese, start = grid.start, grid.start
    while cheese == start:
        if after == len(drawn):
            drawn = words(seed, 2 * len(drawn))
        cheese = opened[int(drawn[after]) % len(opened)]
        after += 1
    return Maze(world, dim, walls, divmod(start, world), divmod(cheese, world), int(drawn[1]) % BACKGROUNDS)


def _open_doors(grid: _Grid, draws: list[int]) -> tuple[bytes, list[int]]:
    """Kruskal's algorithm: the walls as opened, and the open cells in the order in which they opened.

    Args:
        draws: for each draw, which of the doors that are left; all of them count until the maze is connected.
    """
    pop = grid.doors.copy().pop
    parent = list(range(grid.rooms))
    walls = bytearray(grid.walls)
    missing = grid.rooms - 1
    opened: list[int] = []
    for draw in draws:
        one, other, cells = pop(draw)
        while one != (above := parent[one]):
            parent[one] = one = parent[above]
        while other != (above := parent[other]):
            parent[other] = other = parent[above]
        if one != other:
            parent[one] = other
            opened += cells
            walls[cells[1]] = 0
            missing -= 1
            if not missing:
                break
    return bytes(walls), list(dict.fromkeys(opened))


@lru_cache(maxsize=32)
def _grid(world: int, dim: int) -> _Grid:
    margin, side = (world - dim) // 2, (dim + 1) // 2

    def cell(x: int, y: int) -> int:
        return (margin + y) * world + margin + x

    def door(x: int, y: int, ahead: int, up: int) -> tuple[int, int, tuple[int, int, int]]:
        first, second = (x - ahead, y - up), (x + ahead, y + up)
        numbers = (y // 2 * side + x // 2 for x, y in (first, second))
        return (*numbers, (cell(*first), cell(x, y), cell(*second)))  # type: ignore[return-value]

    doors = [door(x, y, 1, 0) for x in range(1, dim, 2) for y in range(0, dim, 2)]
    doors += [door(x, y, 0, 1) for x in range(0, dim, 2) for y in range(1, dim, 2)]
    walls = bytearray(b"\x01") * world**2
    for x in range(0, dim, 2):
        for y in range(0, dim, 2):
            walls[cell(x, y)] = 0
    moduli = np.arange(len(doors), 0, -1, dtype=np.uint32)
    return _Grid(doors, moduli, side**2, bytes(walls), cell(0, 0))


@lru_cache(maxsize=8)
def _most_words(world: int) -> int:
    return BEFORE_DOORS + len(_grid(world, world).doors) + _SPARE


def _check_world(world: int) -> None:
    if world not in WORLDS.values():
        raise MazeError(f"A world of side {world} was found; a world has side 15 (easy) or 25 (hard).")


def _checked(seeds: Sequence[int] | np.ndarray) -> np.ndarray:
    """(N,) int64, the seeds.

    Raises:
        MazeError: when one of them is not a signed 32-bit integer.
    """
    found = np.asarray(seeds)
    if found.size == 0:
        return np.empty(0, dtype=np.int64)
    if found.ndim != 1 or found.dtype.kind not in "iu":
        raise MazeError("Level seeds that are not whole numbers were found; expected whole numbers of 32 bits.")
    for seed in (found.min(), found.max()):
        if not -(2**31) <= seed < 2**31:
            raise MazeError(f"Level seed {seed} was found; expected a whole number from {-(2**31)} to {2**31 - 1}.")
    return found.astype(np.int64)
