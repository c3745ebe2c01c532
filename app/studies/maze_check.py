"""Check of a policy on some levels: whether it plays mazes at all, or was perhaps trained for another game.

procgen's games share observations and actions, so any of their policies opens. Three things tell a maze policy: greedy
play reaches the cheese, and removing the cheese or subtracting the cheese vector changes the choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch

from app.field.vector_field import move_probabilities
from app.interventions.compiled_stack import compile_stack
from app.interventions.patches import AddVector, PatchStack
from app.maze.game_rules import TIMEOUT, step
from app.maze.generator import levels
from app.maze.maze import WORLDS, Facing, Maze, Square
from app.maze.render import observation
from app.maze.routes import decision_square
from app.policy.layers import DEFAULT_LAYER
from app.policy.policy import Policy
from app.policy.stages import as_input, run
from app.progress import Cancelled, Progress, go_on
from app.studies.batched_forward import Question, answers

LEVELS: Final = 20
"""Levels of the check: easy seeds 0 to 19, as procgen makes them."""

SMALL: Final = 0.1
"""A mean total variation below which the cheese moves the choice little. Trained maze policies have .3 and more, random
networks .04 and less."""

_SUBTRACTED: Final = PatchStack((AddVector(layer=DEFAULT_LAYER, vector="cheese", coefficient=-1.0),))


@dataclass(frozen=True)
class MazeCheck:
    """Numbers of a check.

    Attributes:
        levels: n of the counts and means.
        reached: levels in which greedy play reaches the cheese.
        changed_by_removal: levels in which the likeliest move is another without the cheese, at the decision square, or
            at the start where there is none.
        changed_by_vector: the same with the cheese vector subtracted at the default layer.
        moved_by_removal: mean total variation that removing the cheese makes there.
        moved_by_vector: the same of the vector.
    """

    levels: int
    reached: int
    changed_by_removal: int
    changed_by_vector: int
    moved_by_removal: float
    moved_by_vector: float

    @property
    def another_game(self) -> bool:
        """True where nothing tells a maze policy: the cheese is seldom reached and seldom changes the choice."""
        seldom = self.levels // 4
        changed = max(self.changed_by_removal, self.changed_by_vector)
        moved = max(self.moved_by_removal, self.moved_by_vector)
        return self.reached <= seldom and changed <= seldom and moved < SMALL

    @property
    def sentence(self) -> str:
        """The counts, and a doubt where there is one."""
        reach = f"Reaches the cheese in {self.reached} of {self.levels} levels"
        counts = (self.changed_by_removal, self.changed_by_vector)
        if not any(counts):
            change = "neither removing the cheese nor the cheese vector changes its choice"
        else:
            change = (
                f"removing the cheese changes its choice in {counts[0]}, subtracting the cheese vector in {counts[1]}"
            )
        return f"{reach}, and {change}{': perhaps not a maze policy' if self.another_game else ''}."


def check_policy(policy: Policy, progress: Progress = go_on, *, count: int = LEVELS) -> MazeCheck:
    """Play levels greedily, and ask for the choice with and without cheese and cheese vector.

    Args:
        policy: the policy.
        progress: told how many steps of play of how many at most are done.
        count: how many levels.

    Raises:
        PolicyError: when the network goes beyond what float32 holds.
        Cancelled: when `progress` says not to continue.
    """
    mazes = levels(WORLDS["easy"], range(count))
    squares = [decision_square(maze).square or maze.mouse for maze in mazes]
    with_cheese, subtracted = _choices(policy, mazes, squares, _SUBTRACTED)
    (without,) = _choices(policy, [maze.with_cheese(None) for maze in mazes], squares)
    others = (without, subtracted)
    changed = [int((with_cheese.argmax(1) != other.argmax(1)).sum()) for other in others]
    moved = [float(np.abs(with_cheese - other).sum(1).mean() / 2) for other in others]
    return MazeCheck(count, _reached(policy, mazes, progress), *changed, *moved)


def _choices(
    policy: Policy, mazes: Sequence[Maze], squares: Sequence[Square], *stacks: PatchStack
) -> tuple[np.ndarray, ...]:
    """(levels, 5) probabilities at a square of each level, without patches and under each stack."""
    questions = [
        Question(maze, np.array([square]), tuple(compile_stack(stack, policy, maze) for stack in stacks))
        for maze, square in zip(mazes, squares, strict=True)
    ]
    found = answers(policy, questions)
    rows = [[answer.original, *answer.patched] for answer in found]
    return tuple(np.concatenate([passes.probs for passes in column]) for column in zip(*rows, strict=True))


def _reached(policy: Policy, mazes: Sequence[Maze], progress: Progress) -> int:
    """Levels whose cheese greedy play reaches: all are played at once, a step at a time; one that circles has ended."""
    playing, reached = list(mazes), 0
    seen: list[set[tuple[Square, Facing]]] = [set() for _ in mazes]
    for done in range(TIMEOUT):
        if not playing:
            break
        if not progress(done, TIMEOUT):
            raise Cancelled
        pictures = np.stack([observation(maze) for maze in playing])
        with torch.no_grad():
            logits = run(policy.network, as_input(torch.from_numpy(pictures))).logits.numpy()
        moves = move_probabilities(logits).argmax(1)
        after, visited = [], []
        for maze, known, move in zip(playing, seen, moves.tolist(), strict=True):
            known.add(_state(maze))
            following, there = step(maze, move)
            reached += there
            if not there and _state(following) not in known:
                after.append(following)
                visited.append(known)
        playing, seen = after, visited
    progress(TIMEOUT, TIMEOUT)
    return reached


def _state(maze: Maze) -> tuple[Square, Facing]:
    """All that the answer depends on; a mouse that has not moved yet looks as one that went left."""
    return maze.mouse, "left" if maze.facing == "fresh" else maze.facing
