"""Rollouts as values: how moves are chosen, and the resulting episodes. See `app.studies.rollouts`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.interventions.patches import PatchStack
from app.maze.maze import Maze, Square
from app.maze.moves import MOVES
from app.policy.policy import Policy

Choose = Callable[[np.ndarray], int]
"""(5,) probabilities -> a move."""


@dataclass(frozen=True)
class Rule:
    """Rule by which a move is chosen from the five probabilities.

    Attributes:
        sampled: drawn from them; otherwise the likeliest move is made (the first of equals).
        seed: of the draws. Every rollout of one seed uses the same draws, so two that agree on all probabilities agree
            on all moves.
    """

    sampled: bool = False
    seed: int = 0

    def chooser(self) -> Choose:
        """A fresh sequence of choices."""
        if not self.sampled:
            return lambda probs: int(probs.argmax())
        random = np.random.default_rng(self.seed)
        return lambda probs: min(int(np.searchsorted(np.cumsum(probs), random.random(), "right")), len(MOVES) - 1)


@dataclass(frozen=True)
class Rollout:
    """One episode.

    Attributes:
        mazes: the maze before the first step and after each, the mouse facing as its last horizontal move left it. At
            the end of an episode that reached the cheese, the mouse is on its square and the cheese is gone.
        moves: the move of each step, an index into `app.maze.moves.MOVES`.
        reached: whether the mouse reached the cheese; otherwise the episode ended by the time-out.
        circling: (step, length): from this step on the mouse repeats the same steps for ever, because the likeliest
            move led back to a state it had been in; None for sampled and for successful rollouts.
    """

    mazes: tuple[Maze, ...]
    moves: tuple[int, ...]
    reached: bool
    circling: tuple[int, int] | None = None

    @property
    def steps(self) -> int:
        """Length of the episode."""
        return len(self.moves)

    @property
    def news(self) -> int:
        """The step after which nothing is new: the end, or the end of the first round of a circling mouse."""
        return sum(self.circling) if self.circling else self.steps

    @cached_property
    def squares(self) -> tuple[Square, ...]:
        """Squares of the mouse, before the first step and after each."""
        return tuple(maze.mouse for maze in self.mazes)

    def at(self, number: int) -> Maze:
        """The maze after this many steps; after the end, as the episode ended."""
        return self.mazes[min(number, self.steps)]

    def summary(self) -> str:
        """The outcome of it: "cheese reached in 24 steps"."""
        if self.reached:
            return f"cheese reached in {self.steps} step{'' if self.steps == 1 else 's'}"
        if self.mazes[0].cheese is None:
            return f"the maze has no cheese: {self.steps} steps"
        return f"cheese not reached in {self.steps} steps"

    def verdict(self) -> str:
        """The outcome of it, in few words: "cheese in 24 steps", "not reached in 500 steps"."""
        steps = f"{self.steps} step{'' if self.steps == 1 else 's'}"
        if self.mazes[0].cheese is None:
            return f"cheese removed: {steps}"
        return f"{'cheese' if self.reached else 'not reached'} in {steps}"

    def circling_note(self) -> str:
        """The mouse's repetition in words: "repeats 2 steps from step 7"; empty for one that does not repeat."""
        if self.circling is None:
            return ""
        start, length = self.circling
        if len(set(self.squares[start : start + length + 1])) == 1:
            return f"stays in place from step {start}"
        return f"repeats {length} steps from step {start}"


@dataclass(frozen=True)
class Rollouts:
    """The episodes of one maze, policy and stack. `patched` is `original` when the stack does nothing."""

    maze: Maze
    policy: Policy
    stack: PatchStack
    rule: Rule
    original: Rollout
    patched: Rollout

    @property
    def news(self) -> int:
        """The step after which nothing is new in either."""
        return max(self.original.news, self.patched.news)
