"""One row of numbers for each level: what the level is like, and what the policy would do at its decision square."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from app.field.level_blocks import LevelBlock
from app.field.level_forward import LevelForward
from app.field.log_odds import log_odds
from app.field.vector_field import move_probabilities
from app.interventions.patches import NO_PATCHES, PatchStack
from app.maze.game_rules import TIMEOUT
from app.maze.level_routes import LevelRoutes, level_routes
from app.maze.maze import Maze
from app.studies.level_features import FEATURES, feature_columns, real_numbers, whole_numbers

Outcomes = Literal["none", "greedy", "exact"]
"""The outcomes of play to compute: none; that of greedy play; that of sampled play, exactly, and of greedy play."""

DIGEST: Final = ("_digest_high", "_digest_low")
"""Columns of a part that tell equal levels from others; a finished table has `repeats` instead."""

GREEDY: Final = ("greedy_steps",)
EXACT: Final = ("reach", "expected_steps", "reach_corner")


@dataclass(frozen=True)
class LevelRows:
    """Rows of each block of levels.

    Attributes:
        outcomes: which outcomes of play.
        steps: T, after how many steps play ends.
        stack: patches; with some, each number of the policy has a second column under them, `NAME_patched`.
    """

    outcomes: Outcomes = "none"
    steps: int = TIMEOUT
    stack: PatchStack = NO_PATCHES

    def __call__(self, block: LevelBlock, forward: LevelForward) -> dict[str, np.ndarray]:
        """The columns of the block's wanted levels, `DIGEST` in place of `repeats`."""
        mazes = block.mazes()
        routes = []
        for maze in mazes:
            # Plain Python, which others wait for.
            forward.check()
            routes.append(level_routes(maze))
        columns: dict[str, np.ndarray] = {
            "seed": block.seeds.astype(np.int64),
            "dim": np.array([maze.dim for maze in mazes], dtype=np.int32),
            "background": np.array([maze.background for maze in mazes], dtype=np.int32),
        }
        columns |= _square_columns("cheese", [maze.cheese for maze in mazes])
        columns |= _square_columns("decision", [route.decision for route in routes])
        columns |= _choices(mazes, routes, forward, self.stack)
        columns |= _digests(mazes)
        columns |= feature_columns(mazes, routes)
        chosen = block.chosen
        columns = {name: values[chosen] for name, values in columns.items()}
        if self.outcomes != "none":
            wanted = [maze for maze, is_chosen in zip(mazes, chosen, strict=True) if is_chosen]
            columns |= _outcomes(wanted, forward, self)
        return columns


def _square_columns(name: str, squares: Sequence[tuple[int, int] | None]) -> dict[str, np.ndarray]:
    return {
        f"{name}_{axis}": whole_numbers([None if square is None else square[place] for square in squares])
        for place, axis in enumerate(("row", "col"))
    }


def _choices(
    mazes: Sequence[Maze], routes: Sequence[LevelRoutes], forward: LevelForward, stack: PatchStack
) -> dict[str, np.ndarray]:
    """P(cheese), P(top-right) and log-odds at the decision squares; null where there is none."""
    rows = [row for row, route in enumerate(routes) if route.decision is not None]
    there = [at_decision(mazes[row], routes[row]) for row in rows]
    found = {"": forward.observed(there)}
    if stack.active:
        from app.studies.level_stacks import patched_logits

        found["_patched"] = patched_logits(forward, [mazes[row] for row in rows], there, stack)
    to_cheese = np.array([routes[row].to_cheese for row in rows], dtype=np.int64)
    to_corner = np.array([routes[row].to_corner for row in rows], dtype=np.int64)
    columns: dict[str, np.ndarray] = {}
    at = np.arange(len(rows))
    for suffix, logits in found.items():
        probs = move_probabilities(logits)
        numbers = {
            "p_cheese": probs[at, to_cheese],
            "p_top_right": probs[at, to_corner],
            "log_odds": log_odds(logits, to_cheese, to_corner),
        }
        for name, values in numbers.items():
            column = np.ma.masked_all(len(mazes), dtype=np.float64)
            column.data[:] = 0
            column[rows] = values
            columns[f"{name}{suffix}"] = column
    return columns


def at_decision(maze: Maze, route: LevelRoutes) -> Maze:
    """The level with the mouse on its decision square, looking as in a fresh level."""
    assert route.decision is not None
    return replace(maze, mouse=route.decision)


def _digests(mazes: Sequence[Maze]) -> dict[str, np.ndarray]:
    contents = [bytes((maze.dim, maze.background, *(maze.cheese or (255, 255)))) + maze.walls for maze in mazes]
    digests = b"".join(hashlib.blake2b(content, digest_size=16).digest() for content in contents)
    halves = np.frombuffer(digests, dtype="<i8").reshape(-1, 2)
    return {name: halves[:, place].astype(np.int64) for place, name in enumerate(DIGEST)}


def repeats(seeds: np.ndarray, high: np.ndarray, low: np.ndarray) -> np.ma.MaskedArray:
    """For each level the earliest seed of those given that makes the same level, masked where it is itself.

    Args:
        seeds: (n,) ascending.
        high, low: (n,) halves of the levels' digests.
    """
    order = np.lexsort((low, high))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (high[order][1:] != high[order][:-1]) | (low[order][1:] != low[order][:-1])
    group = np.cumsum(first) - 1
    # lexsort is stable, so that the first of a group has the earliest seed.
    earliest = np.empty(len(order), dtype=np.int64)
    earliest[order] = seeds[order][first][group]
    return np.ma.MaskedArray(np.where(earliest == seeds, 0, earliest), mask=earliest == seeds)


def _outcomes(mazes: Sequence[Maze], forward: LevelForward, asked: LevelRows) -> dict[str, np.ndarray]:
    from app.studies.level_outcomes import exact_outcomes, greedy_outcomes

    columns: dict[str, np.ndarray] = {}
    for suffix, stack in (("", NO_PATCHES), ("_patched", asked.stack)):
        if suffix and not stack.active:
            continue
        if asked.outcomes == "greedy":
            columns[f"greedy_steps{suffix}"] = whole_numbers(greedy_outcomes(mazes, forward, stack, asked.steps))
            continue
        found = exact_outcomes(mazes, forward, stack, asked.steps)
        columns[f"greedy_steps{suffix}"] = whole_numbers([each.greedy_steps for each in found])
        for name in EXACT:
            columns[f"{name}{suffix}"] = real_numbers([getattr(each, name) for each in found])
    return columns


__all__ = ["DIGEST", "FEATURES", "LevelRows", "Outcomes", "at_decision", "repeats"]
