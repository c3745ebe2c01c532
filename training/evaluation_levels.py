"""The levels a policy is judged on: procgen's own, by seed, in the order of their seeds."""

from __future__ import annotations

from collections.abc import Callable

from app.errors import MazescopeError
from app.maze.levels import Level, generate_levels
from app.maze.maze import Maze
from training.config import EVALUATION_SEEDS

_STEP = 250


def evaluation_levels(
    world: str,
    count: int,
    *,
    region: int | None = None,
    accept: Callable[[Maze], bool] = lambda _: True,
    first: int = 0,
) -> list[Level]:
    """The first `count` levels from seed `first` on that are accepted, the cheese in the region or on procgen's square.

    Raises:
        MazescopeError: when the evaluation seeds do not hold that many.
    """
    found: list[Level] = []
    for start in range(first, EVALUATION_SEEDS, _STEP):
        seeds = range(start, min(start + _STEP, EVALUATION_SEEDS))
        found += [level for level in generate_levels(world, seeds, region) if accept(level.maze)]
        if len(found) >= count:
            return found[:count]
    raise MazescopeError(f"{len(found)} fitting levels were found below seed {EVALUATION_SEEDS}; expected {count}.")


def in_region(maze: Maze, region: int) -> bool:
    """True if the cheese is in the top-right region x region squares of the maze."""
    lowest = maze.top_right[0] - region + 1
    return maze.cheese is not None and min(maze.cheese) >= lowest
