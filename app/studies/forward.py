"""Forward passes of the policy with the mouse on given squares, without and with any number of stacks.

Studies ask what several stacks do at the same squares, so the unpatched network runs once, and each stack only what
comes behind its first intervened layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from app.field.vector_field import VectorField, move_probabilities
from app.interventions.activations import BATCH
from app.interventions.compile import CompiledStack
from app.maze.maze import Maze, Square
from app.maze.render import observations
from app.policy.layers import layers
from app.policy.policy import Policy
from app.policy.stages import RESUMABLE, Run, as_input, run
from app.progress import Progress, batches, go_on


@dataclass(frozen=True, eq=False)
class Passes:
    """Outputs of forward passes of one stack, or of none.

    Attributes:
        logits: (n, 15) float32 raw logits.
        value: (n,) float32.
    """

    logits: np.ndarray
    value: np.ndarray

    @property
    def probs(self) -> np.ndarray:
        """(n, 5) float64 probabilities of LEFT, DOWN, UP, RIGHT, NOOP."""
        return move_probabilities(self.logits)


def passes(
    policy: Policy,
    maze: Maze,
    squares: np.ndarray | Sequence[Square],
    stacks: Sequence[CompiledStack] = (),
    progress: Progress = go_on,
) -> tuple[Passes, list[Passes]]:
    """One forward pass per square with the mouse there: of the unpatched network, and under each stack.

    Args:
        policy: the policy.
        maze: the maze whose observations they are; the stacks must have been compiled for both.
        squares: (n, 2) of (row, col), world grid, origin bottom-left.
        stacks: what to apply, each on its own.
        progress: told how many squares are done.

    Raises:
        Cancelled: when `progress` says not to go on.
    """
    places = np.asarray(squares, dtype=np.int64).reshape(-1, 2)
    parts = [_batch(policy, maze, places[list(part)], stacks) for part in batches(range(len(places)), BATCH, progress)]
    columns = list(zip(*parts, strict=True)) if parts else [()] * (1 + len(stacks))
    joined = [_joined(column) for column in columns]
    return joined[0], joined[1:]


def fields(
    policy: Policy, maze: Maze, stacks: Sequence[CompiledStack] = (), progress: Progress = go_on
) -> tuple[VectorField, list[VectorField]]:
    """The whole field of the unpatched network, and under each stack. Raises as `passes` does."""
    original, patched = passes(policy, maze, maze.squares, stacks, progress)
    first, *others = (VectorField(maze, maze.squares, each.logits, each.value) for each in (original, *patched))
    return first, others


def _batch(policy: Policy, maze: Maze, squares: np.ndarray, stacks: Sequence[CompiledStack]) -> list[Run]:
    inputs = as_input(torch.from_numpy(observations(maze, squares)))
    starts = [_start(policy, stack) for stack in stacks]
    original = run(policy.network, inputs, keep={name for name in starts if name is not None})
    runs = [original]
    for stack, start in zip(stacks, starts, strict=True):
        runs.append(_patched(policy, stack, squares, original, inputs, start) if stack.layers else original)
    return runs


def _start(policy: Policy, stack: CompiledStack) -> str | None:
    """The last layer up to which a stack leaves the network alone, or on which it acts first, and a run can resume."""
    before = None
    for stage in layers(policy.width):
        if stage.name in RESUMABLE:
            before = stage.name
        if stage.name == stack.first:
            return before
    return None


def _patched(
    policy: Policy, stack: CompiledStack, squares: np.ndarray, original: Run, inputs: Tensor, start: str | None
) -> Run:
    edit = stack.edit(squares)
    if start is None:
        return run(policy.network, inputs, edit=edit, edited=stack.layers)
    # An edit of the layer itself is applied here, because a run resumes behind it; elsewhere this changes nothing.
    return run(policy.network, edit(start, original.kept[start]), edit=edit, edited=stack.layers, after=start)


def _joined(runs: Iterable[Run]) -> Passes:
    runs = list(runs)
    if not runs:
        return Passes(np.empty((0, 15), dtype=np.float32), np.empty(0, dtype=np.float32))
    return Passes(torch.cat([each.logits for each in runs]).numpy(), torch.cat([each.value for each in runs]).numpy())
