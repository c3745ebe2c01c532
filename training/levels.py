"""The levels a policy is judged on: procgen's own, by seed, in the order of their seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.errors import MazescopeError
from app.maze.levels import generate_level
from app.maze.maze import Maze
from app.maze.procgen_client import Procgen
from training.config import EVALUATION_SEEDS


def levels(
    procgen: Procgen,
    world: str,
    count: int,
    *,
    region: int | None = None,
    accept: Callable[[Maze], bool] | None = None,
    first: int = 0,
) -> list[Maze]:
    """The first `count` levels from seed `first` on that are accepted, the cheese in the region or on procgen's square.

    Raises:
        MazescopeError: when the evaluation seeds do not hold that many.
    """
    found: list[Maze] = []
    for maze in _each(procgen, world, region, first):
        if accept is None or accept(maze):
            found.append(maze)
            if len(found) == count:
                return found
    raise MazescopeError(f"{len(found)} fitting levels were found below seed {EVALUATION_SEEDS}; expected {count}.")


def _each(procgen: Procgen, world: str, region: int | None, first: int) -> Iterator[Maze]:
    for seed in range(first, EVALUATION_SEEDS):
        yield generate_level(procgen, world, seed, region)


def in_region(maze: Maze, region: int) -> bool:
    """Whether the cheese lies in the top-right region x region squares of the maze."""
    assert maze.cheese is not None
    lowest = maze.top_right[0] - region + 1
    return maze.cheese[0] >= lowest and maze.cheese[1] >= lowest
