"""Rollouts: episodes of a policy in a maze, with and without a stack of patches, from the document's mouse on.

The game is ours (`app.maze.walk`); each step asks the plain network once. The policy remembers nothing, so what it does
depends on the mouse's square and facing alone, and a state that was visited is not asked again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch

from app.actions import MOVES
from app.field.vector_field import move_probabilities
from app.interventions.compile import compile_stack
from app.interventions.patches import NO_PATCHES, PatchStack
from app.maze.maze import Facing, Maze, Square
from app.maze.render import observation
from app.maze.walk import TIMEOUT, step
from app.policy.policy import Policy
from app.policy.stages import as_input, run
from app.progress import Cancelled, Progress, go_on

Choose = Callable[[np.ndarray], int]
"""(5,) probabilities -> a move."""

State = tuple[Square, Facing]
"""All that the policy's answer depends on, within one maze."""


@dataclass(frozen=True)
class Rule:
    """How a move is chosen from the five probabilities.

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
        moves: the move of each step, an index into `app.actions.MOVES`.
        reached: whether the mouse came to the cheese; otherwise the episode ended by the time-out.
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
        """Where the mouse was, before the first step and after each."""
        return tuple(maze.mouse for maze in self.mazes)

    def at(self, number: int) -> Maze:
        """The maze after so many steps; after the end, as the episode ended."""
        return self.mazes[min(number, self.steps)]

    def summary(self) -> str:
        """What came of it: "cheese reached in 24 steps"."""
        if self.reached:
            return f"cheese reached in {self.steps} step{'' if self.steps == 1 else 's'}"
        if self.mazes[0].cheese is None:
            return f"no cheese, {self.steps} steps"
        return f"cheese not reached in {self.steps} steps"

    def circling_note(self) -> str:
        """How the mouse repeats itself: "repeats 2 steps from step 7 on"; empty for one that does not."""
        if self.circling is None:
            return ""
        start, length = self.circling
        if len(set(self.squares[start : start + length + 1])) == 1:
            return f"stands still from step {start} on"
        return f"repeats {length} steps from step {start} on"


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


def rollouts(
    policy: Policy, maze: Maze, stack: PatchStack = NO_PATCHES, rule: Rule | None = None, progress: Progress = go_on
) -> Rollouts:
    """The episodes of the policy without and with the stack, each with a mouse of its own.

    Vectors that a word names are taken on `maze`, the mouse at its start, and stay what they are while the mouse walks.

    Args:
        rule: how moves are chosen; the likeliest unless given.
        progress: told how many steps of how many at most are done.

    Raises:
        Cancelled: when `progress` says not to go on.
    """
    rule = rule or Rule()
    total = 2 * TIMEOUT
    original = rollout(policy, maze, NO_PATCHES, rule, lambda done, _: progress(done, total))
    if not stack.active or not compile_stack(stack, policy, maze).layers:
        return Rollouts(maze, policy, stack, rule, original, original)
    patched = rollout(policy, maze, stack, rule, lambda done, _: progress(TIMEOUT + done, total))
    return Rollouts(maze, policy, stack, rule, original, patched)


def rollout(
    policy: Policy, maze: Maze, stack: PatchStack = NO_PATCHES, rule: Rule | None = None, progress: Progress = go_on
) -> Rollout:
    """One episode under a stack; arguments and errors are those of `rollouts`."""
    rule = rule or Rule()
    ask, choose = _asking(policy, maze, stack), rule.chooser()
    seen: dict[State, int] = {}
    circling: tuple[int, int] | None = None
    mazes, moves, reached = [maze], list[int](), False
    while not reached and len(moves) < TIMEOUT:
        if not progress(len(moves), TIMEOUT):
            raise Cancelled
        here = mazes[-1]
        # A mouse that has not moved yet looks as one that went left.
        state: State = (here.mouse, "left" if here.facing == "fresh" else here.facing)
        if circling is None and not rule.sampled and state in seen:
            circling = (seen[state], len(moves) - seen[state])
        seen.setdefault(state, len(moves))
        moves.append(choose(ask(*state)))
        after, reached = step(here, moves[-1])
        mazes.append(after)
    progress(TIMEOUT, TIMEOUT)
    return Rollout(tuple(mazes), tuple(moves), reached, circling)


def _asking(policy: Policy, maze: Maze, stack: PatchStack) -> Callable[[Square, Facing], np.ndarray]:
    """(square, facing) -> (5,) probabilities there, each asked of the network once."""
    compiled = compile_stack(stack, policy, maze)
    known: dict[State, np.ndarray] = {}

    def ask(square: Square, facing: Facing) -> np.ndarray:
        key = (square, facing)
        if key not in known:
            picture = observation(replace(maze, mouse=square, facing=facing))
            found = run(
                policy.network,
                as_input(torch.from_numpy(picture[None])),
                edit=compiled.edit(np.array([square])),
                edited=compiled.layers,
            )
            known[key] = move_probabilities(found.logits.numpy())[0]
        return known[key]

    return ask
