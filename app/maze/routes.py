"""Ways through a maze: distances, shortest paths, and the square where the ways to cheese and top-right part.

A path may lead over the cheese's square. Ties between shortest paths are broken UP, RIGHT, DOWN, LEFT.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from operator import eq
from typing import Final, NamedTuple

import numpy as np

from app.errors import MazeError
from app.maze.maze import Maze, Square
from app.maze.moves import DOWN, LEFT, MOVE_DELTAS, RIGHT, UP

TIE_ORDER: Final = (UP, RIGHT, DOWN, LEFT)
"""The choice of a path among several equally good moves."""

_STEPS: Final = tuple((int(row), int(col)) for row, col in MOVE_DELTAS)


def distances(maze: Maze, target: Square) -> np.ndarray:
    """(world, world) int64, read-only: steps from each square to the target, -1 for walls and where there is no way.

    All -1 when the target itself is a wall.

    Raises:
        MazeError: when the target is outside the world.
    """
    if not maze.contains(target):
        raise MazeError(f"The target {target} is outside the world of {maze.world} x {maze.world} squares.")
    return _distances(maze.world, maze.walls, (int(target[0]), int(target[1])))


@lru_cache(maxsize=128)
def _distances(world: int, walls: bytes, target: Square) -> np.ndarray:
    steps = _flood(world, walls, target).steps[: world * (world + 1)]
    found = np.array(steps, dtype=np.int64).reshape(world, world + 1)[:, :-1] - _START
    found = np.maximum(found, -1)
    found.setflags(write=False)
    return found


class _Flood(NamedTuple):
    """A search from one square over all that can be reached. Cells are row * (world + 1) + column.

    A column of walls behind every row, and a row of them behind the last, keep steps inside without checking bounds:
    before the first cell there is the last of these.

    Attributes:
        steps: of each cell: 1 for a wall, 0 for one that was not reached, else `_START` more than the steps to it.
        before: of each reached cell, the one that the first of its shortest paths passes last; of the start, itself.
        many: the cells that several shortest paths lead to.
    """

    steps: list[int]
    before: list[int]
    many: set[int]


_START: Final = 2


@lru_cache(maxsize=128)
def _flood(world: int, walls: bytes, start: Square) -> _Flood:
    wide = world + 1
    rows = (walls[at : at + world] for at in range(0, len(walls), world))
    steps = [*b"\x01".join((*rows, bytes([1]) * wide)), 1]
    before, many = [0] * len(steps), set[int]()
    first = start[0] * wide + start[1]
    if steps[first]:
        return _Flood(steps, before, many)
    steps[first], before[first] = _START, first
    queue = [first]
    # In the order of ties, so that cells of equal distance are in the order of their first shortest paths, and each
    # is first met from the right one.
    for cell in queue:
        after = steps[cell] + 1
        for neighbour in (cell + wide, cell + 1, cell - wide, cell - 1):
            known = steps[neighbour]
            if not known:
                steps[neighbour], before[neighbour] = after, cell
                queue.append(neighbour)
                if cell in many:
                    many.add(neighbour)
            elif known == after:
                many.add(neighbour)
    return _Flood(steps, before, many)


def reachable(maze: Maze) -> np.ndarray:
    """(world, world) bool: the squares the mouse can walk to, its own included."""
    return distances(maze, maze.mouse) >= 0


def moves_towards(maze: Maze, target: Square) -> np.ndarray:
    """(world, world, 5) bool: whether LEFT DOWN UP RIGHT NOOP from each square reduces the distance to the target.

    All False on walls, on the target and where there is no way. Raises as `distances` does.
    """
    steps = distances(maze, target)
    padded = np.pad(steps, 1, constant_values=-1)
    towards = np.zeros((maze.world, maze.world, len(_STEPS)), dtype=bool)
    for move, (row, col) in enumerate(_STEPS):
        there = padded[1 + row : 1 + row + maze.world, 1 + col : 1 + col + maze.world]
        towards[..., move] = (there >= 0) & (there == steps - 1)
    return towards


def shortest_path(maze: Maze, start: Square, target: Square) -> tuple[Square, ...] | None:
    """The squares from start to target, both included, or None when there is no way.

    Raises:
        MazeError: when one of them is outside the world.
    """
    if not maze.contains(start):
        raise MazeError(f"The start {start} is outside the world of {maze.world} x {maze.world} squares.")
    if not maze.contains(target):
        raise MazeError(f"The target {target} is outside the world of {maze.world} x {maze.world} squares.")
    wide = maze.world + 1
    flood = _flood(maze.world, maze.walls, (int(start[0]), int(start[1])))
    cell = int(target[0]) * wide + int(target[1])
    if flood.steps[cell] < _START:
        return None
    path = [cell]
    while flood.before[cell] != cell:
        cell = flood.before[cell]
        path.append(cell)
    return tuple([divmod(cell, wide) for cell in reversed(path)])


def best_moves(maze: Maze, square: Square, target: Square) -> tuple[int, ...]:
    """The moves from a square that reduce the distance to the target, the one a path takes first."""
    steps = distances(maze, target)
    here = steps[square]
    found = []
    for move in TIE_ORDER:
        there = _after(square, move)
        if here > 0 and maze.contains(there) and steps[there] == here - 1:
            found.append(move)
    return tuple(found)


def is_unique(maze: Maze, path: tuple[Square, ...]) -> bool:
    """True if a shortest path, as `shortest_path` gives it, is the only one between its ends."""
    row, col = path[-1]
    return row * (maze.world + 1) + col not in _flood(maze.world, maze.walls, path[0]).many


def move_between(first: Square, second: Square) -> int:
    """The move that leads from a square to its neighbour.

    Raises:
        MazeError: when they are not neighbours.
    """
    step = (second[0] - first[0], second[1] - first[1])
    if step not in _STEPS[:4]:
        raise MazeError(
            f"The squares {first} and {second} are not neighbours; expected a step up, right, down or left."
        )
    return _STEPS.index(step)


@dataclass(frozen=True)
class Decision:
    """The decision square of a maze, or why it has none.

    Attributes:
        square: the last common square of the shortest paths from the mouse to the cheese and to the maze's top-right
            square.
        reason: a sentence when there is none, else None.
        unique: whether both shortest paths are the only ones; with loops there may be others, and ties are broken UP,
            RIGHT, DOWN, LEFT. True when there is no decision square.
        to_cheese: the move (index into `app.maze.moves.MOVES`) with which the path to the cheese leaves the square.
        to_top_right: likewise to the top-right square.
        cheese_path: the squares from the mouse to the cheese, or None when there is no way.
        top_right_path: likewise to the top-right square.
    """

    square: Square | None
    reason: str | None
    unique: bool = True
    to_cheese: int | None = None
    to_top_right: int | None = None
    cheese_path: tuple[Square, ...] | None = None
    top_right_path: tuple[Square, ...] | None = None


def decision_square(maze: Maze) -> Decision:
    """The decision square of a maze."""
    corner = maze.top_right
    to_cheese = None if maze.cheese is None else shortest_path(maze, maze.mouse, maze.cheese)
    to_corner = shortest_path(maze, maze.mouse, corner)
    reason = _reason(maze, to_cheese, to_corner)
    if reason is not None or to_cheese is None or to_corner is None:
        return Decision(None, reason, cheese_path=to_cheese, top_right_path=to_corner)
    # Both paths are shortest from one start, so a common square has the same place in both.
    # Each is the first of its kind, so after they have parted they share no square again.
    place = sum(map(eq, to_cheese, to_corner)) - 1
    square = to_cheese[place]
    return Decision(
        square,
        None,
        is_unique(maze, to_cheese) and is_unique(maze, to_corner),
        move_between(square, to_cheese[place + 1]),
        move_between(square, to_corner[place + 1]),
        to_cheese,
        to_corner,
    )


def _reason(maze: Maze, to_cheese: tuple[Square, ...] | None, to_corner: tuple[Square, ...] | None) -> str | None:
    if maze.cheese is None:
        return "There is no decision square: the cheese was removed."
    if to_cheese is None:
        return "There is no decision square: the cheese cannot be reached."
    if maze.is_wall(maze.top_right):
        return "There is no decision square: the maze's top-right square is a wall."
    if to_corner is None:
        return "There is no decision square: the maze's top-right square cannot be reached."
    if maze.cheese == maze.top_right:
        return "There is no decision square: the cheese is on the maze's top-right square."
    if maze.cheese in to_corner:
        return "There is no decision square: the cheese is on the way to the maze's top-right square."
    if maze.top_right in to_cheese:
        return "There is no decision square: the maze's top-right square is on the way to the cheese."
    return None


def _after(square: Square, move: int) -> Square:
    row, col = _STEPS[move]
    return square[0] + row, square[1] + col
