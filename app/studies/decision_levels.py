"""The levels of a set that have a decision square, in blocks for several threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from app.errors import MazescopeError
from app.field.level_forward import LevelForward
from app.field.machines import HERE, Machines, compute
from app.maze.level_routes import level_routes
from app.maze.maze import Maze
from app.policy.policy import Policy
from app.progress import Cancelled, Progress
from app.studies.level_set import LevelSet

P = TypeVar("P")
T = TypeVar("T")

AT_ONCE: Final = 4
"""Levels that one thread computes before it takes others: few, so that all threads end at about the same time."""


@dataclass(frozen=True)
class DecisionLevel:
    """One level with a decision square.

    Attributes:
        name: what rows call it.
        seed: its seed, or None.
        start: the maze with the mouse at the start: where vectors are taken.
        there: the maze with the mouse on the decision square.
        to_cheese, to_corner: the moves (indices into `app.maze.moves.MOVES`) of the paths to the cheese and to the
            maze's top-right square.
    """

    name: str
    seed: int | None
    start: Maze
    there: Maze
    to_cheese: int
    to_corner: int


def decision_levels(levels: LevelSet) -> tuple[DecisionLevel, ...]:
    """Those of the levels that have a decision square, in their order.

    Raises:
        MazescopeError: when none has.
    """
    found = []
    for level in levels.levels:
        routes = level_routes(level.maze)
        if routes.decision is None or routes.to_cheese is None or routes.to_corner is None:
            continue
        there = replace(level.maze, mouse=routes.decision)
        found.append(DecisionLevel(level.name, level.seed, level.maze, there, routes.to_cheese, routes.to_corner))
    if not found:
        raise MazescopeError(f"None of {len(levels)} levels has a decision square; expected at least one that has.")
    return tuple(found)


def each_level(
    work: Callable[[DecisionLevel, LevelForward], T],
    policy: Policy,
    levels: Sequence[DecisionLevel],
    progress: Progress,
    machines: Machines = HERE,
) -> Iterator[T]:
    """`each_piece` of levels with a decision square."""
    return each_piece(work, policy, levels, progress, machines)


def each_piece(
    work: Callable[[P, LevelForward], T],
    policy: Policy,
    pieces: Sequence[P],
    progress: Progress,
    machines: Machines = HERE,
) -> Iterator[T]:
    """Each level's answer, in their order, computed on several threads or a cluster.

    Every level is computed by itself, so that its numbers do not depend on the others.

    Args:
        work: for a cluster, it and the levels can be pickled.
        policy: of which policy.
        pieces: the levels, as the work takes them.
        progress: told how many are done.
        machines: what computes.

    Raises:
        MazescopeError: when the cluster cannot be used.
        Cancelled: when `progress` says not to continue.
    """
    blocks = [tuple(pieces[start : start + AT_ONCE]) for start in range(0, len(pieces), AT_ONCE)]
    done, due = 0, 0

    def heard() -> None:
        if not progress(done, len(pieces)):
            raise Cancelled

    heard()
    early: dict[int, list[T]] = {}
    found = compute(_OfBlock(work), policy, blocks, machines, heard)
    try:
        for place, part in found:
            early[place] = part
            done += len(part)
            heard()
            while due in early:
                yield from early.pop(due)
                due += 1
    finally:
        found.close()


@dataclass(frozen=True)
class _OfBlock(Generic[P, T]):
    work: Callable[[P, LevelForward], T]

    def __call__(self, block: Sequence[P], forward: LevelForward) -> list[T]:
        return [self.work(piece, forward) for piece in block]
