"""Outcomes of play in many levels: exact ones from two fields a level, greedy ones from the squares it visits."""

from __future__ import annotations

from collections.abc import Sequence

from app.field.level_forward import LevelForward
from app.field.log_odds import move_log_sums
from app.interventions.patches import PatchStack
from app.maze.game_rules import step
from app.maze.maze import Maze
from app.studies.exact_outcome import Outcome, outcome


def exact_outcomes(mazes: Sequence[Maze], forward: LevelForward, stack: PatchStack, steps: int) -> list[Outcome]:
    """The exact outcome of each level under a stack; see `app.studies.exact_outcome`."""
    found = []
    for maze in mazes:
        result = outcome(forward.fields.compute, forward.policy, maze, stack, steps=steps)
        found.append(result.patched if stack.active else result.original)
    return found


def greedy_outcomes(mazes: Sequence[Maze], forward: LevelForward, stack: PatchStack, steps: int) -> list[int | None]:
    """Steps to the cheese by the likeliest moves (ties LEFT, DOWN, UP, RIGHT, NOOP), None where it is not reached.

    Without patches only the squares that the mouse visits are computed, those of all levels together.
    """
    if stack.active:
        return [each.greedy_steps for each in exact_outcomes(mazes, forward, stack, steps)]
    found: list[int | None] = [None] * len(mazes)
    here = dict(enumerate(mazes))
    seen = {row: {_state(maze)} for row, maze in here.items()}
    for number in range(1, steps + 1):
        if not here:
            break
        rows = list(here)
        moves = move_log_sums(forward.observed([here[row] for row in rows])).argmax(axis=1)
        for row, move in zip(rows, moves.tolist(), strict=True):
            after, reached = step(here.pop(row), move)
            if reached:
                found[row] = number
            elif _state(after) not in seen[row]:
                # Where it has been before, it would go round for ever.
                seen[row].add(_state(after))
                here[row] = after
    return found


def _state(maze: Maze) -> tuple[tuple[int, int], bool]:
    return maze.mouse, maze.facing == "right"
