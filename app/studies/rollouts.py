"""Rollouts: episodes of a policy in a maze, with and without a stack of patches, from the document's mouse on.

The game is ours (`app.maze.game_rules`); each step asks the plain network once. The policy remembers nothing, so what
it does depends on the mouse's square and facing alone, and a state that was visited is not asked again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from app.field.number_check import check_finite
from app.field.rollout_values import Rollout, Rollouts, Rule
from app.field.vector_field import move_probabilities
from app.interventions.compiled_stack import compile_stack
from app.interventions.patches import NO_PATCHES, PatchStack
from app.maze.game_rules import TIMEOUT, step
from app.maze.maze import Facing, Maze, Square
from app.maze.render import observation
from app.policy.policy import Policy
from app.policy.stages import as_input, run
from app.progress import Cancelled, Progress, go_on

State = tuple[Square, Facing]
"""All that the policy's answer depends on, within one maze."""


def rollouts(
    policy: Policy, maze: Maze, stack: PatchStack = NO_PATCHES, rule: Rule | None = None, progress: Progress = go_on
) -> Rollouts:
    """The episodes of the policy without and with the stack, each with a mouse of its own.

    Vectors that a word names are taken on `maze`, the mouse at its start, and stay what they are while the mouse walks.

    Args:
        rule: how moves are chosen; the likeliest unless given.
        progress: told how many steps of how many at most are done.

    Raises:
        PatchError: when the stack drives the network beyond what float32 holds.
        PolicyError: when the network is there by itself.
        Cancelled: when `progress` says not to continue.
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
            logits = found.logits.numpy()
            check_finite(() if compiled.layers else (logits,), (logits,))
            known[key] = move_probabilities(logits)[0]
        return known[key]

    return ask
