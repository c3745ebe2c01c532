"""Forward passes of the policy with the mouse on given squares, without and with any number of stacks.

Studies ask what several stacks do at the same squares, so the unpatched network runs once, and each stack only what
follows its first intervened layer; and they ask it of many mazes, so passes of several mazes share a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from app.field.number_check import check_finite
from app.field.vector_field import VectorField, move_probabilities
from app.interventions.compiled_stack import CompiledStack
from app.interventions.layer_activations import BATCH
from app.maze.maze import Maze
from app.maze.render import observations
from app.policy.layers import layers
from app.policy.policy import Policy
from app.policy.stages import RESUMABLE, Edit, as_input, run
from app.progress import Progress, batches, go_on


@dataclass(frozen=True, eq=False)
class Passes:
    """Outputs of the network, one row per forward pass.

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


@dataclass(frozen=True, eq=False)
class Question:
    """Forward passes asked of a maze, with the mouse on these squares, under each of these stacks.

    Attributes:
        maze: the maze whose observations they are.
        squares: (n, 2) int (row, col), world grid, origin bottom-left.
        stacks: what to apply, each on its own; compiled for the policy that is asked and for this maze.
    """

    maze: Maze
    squares: np.ndarray
    stacks: tuple[CompiledStack, ...] = ()


@dataclass(frozen=True, eq=False)
class Answer:
    """The passes of a question: without patches, and under each of its stacks."""

    original: Passes
    patched: tuple[Passes, ...]


def answers(
    policy: Policy, questions: Sequence[Question], progress: Progress = go_on, *, finite: bool = True
) -> list[Answer]:
    """The passes of many questions, all with the same number of stacks.

    Args:
        policy: the policy.
        questions: what is asked.
        progress: told how many passes of how many are done.
        finite: whether outputs that are not finite are refused; otherwise they are there to be looked at.

    Raises:
        PatchError: when a stack drives the network beyond what float32 holds.
        PolicyError: when the network is there by itself.
        Cancelled: when `progress` says not to continue.
    """
    rows = [(index, row) for index, question in enumerate(questions) for row in range(len(question.squares))]
    if not rows:
        empty = Passes(np.empty((0, 15), dtype=np.float32), np.empty(0, dtype=np.float32))
        return [Answer(empty, (empty,) * len(question.stacks)) for question in questions]
    columns: list[list[Tensor]] = []
    for batch in batches(rows, _at_once(policy.width), progress):
        parts = []
        for index in dict.fromkeys(index for index, _ in batch):
            question, chosen = questions[index], [row for at, row in batch if at == index]
            parts.append(Question(question.maze, question.squares[chosen], question.stacks))
        columns.append(_batch(policy, parts))
    # (1 + stacks, passes, 15 logits and the value)
    outputs = torch.cat([torch.stack(column) for column in columns], dim=1).numpy()
    ends = np.cumsum([len(question.squares) for question in questions])
    if finite:
        check_finite((outputs[0],), tuple(outputs[1:]))
    return [
        Answer(first, tuple(others))
        for part in np.split(outputs, ends[:-1], axis=1)
        for first, *others in [[Passes(each[:, :15], each[:, 15]) for each in part]]
    ]


def fields(
    policy: Policy,
    maze: Maze,
    stacks: Sequence[CompiledStack] = (),
    progress: Progress = go_on,
    *,
    finite: bool = True,
) -> tuple[VectorField, list[VectorField]]:
    """The whole field of the unpatched network, and under each stack. Arguments and errors are those of `answers`."""
    (answer,) = answers(policy, [Question(maze, maze.squares, tuple(stacks))], progress, finite=finite)
    first, *others = (
        VectorField(maze, maze.squares, each.logits, each.value) for each in (answer.original, *answer.patched)
    )
    return first, others


def _at_once(width: int) -> int:
    """Passes of one batch: as many pixels' channels whatever the width, since more leave the caches.

    On two cores 16 at width 4 took .8 x the processor time of 64, and 130 MB less.
    """
    return max(1, BATCH // width)


def _batch(policy: Policy, parts: Sequence[Question]) -> list[Tensor]:
    """(n, 16) logits and value of the unpatched network, then under the first stack of each part, the second, ..."""
    pictures = np.concatenate([observations(part.maze, part.squares) for part in parts])
    inputs = as_input(torch.from_numpy(pictures))
    variants = list(zip(*(part.stacks for part in parts), strict=True))
    starts = [_start(policy, stacks) for stacks in variants]
    original = run(policy.network, inputs, keep={start for start in starts if start is not None})
    found = [torch.cat([original.logits, original.value[:, None]], dim=1)]
    for stacks, start in zip(variants, starts, strict=True):
        edited = {name for stack in stacks for name in stack.layers}
        if not edited:
            found.append(found[0])
            continue
        edit = _edit_of_parts(stacks, parts)
        if start is None:
            patched = run(policy.network, inputs, edit=edit, edited=edited)
        else:
            # A run resumes after `start`, so an edit of that layer is applied here; of any other, this does nothing.
            resumed = edit(start, original.kept[start])
            patched = run(policy.network, resumed, edit=edit, edited=edited, after=start)
        found.append(torch.cat([patched.logits, patched.value[:, None]], dim=1))
    return found


def _start(policy: Policy, stacks: Sequence[CompiledStack]) -> str | None:
    """The last layer that a run can resume after and up to which the stacks leave the network alone, or which they
    change first; None when they act before any such layer, or not at all."""
    firsts = {stack.first for stack in stacks}
    before = None
    for stage in layers(policy.width):
        if stage.name in RESUMABLE:
            before = stage.name
        if stage.name in firsts:
            return before
    return None


def _edit_of_parts(stacks: Sequence[CompiledStack], parts: Sequence[Question]) -> Edit:
    """The edit of a batch in which each part has a stack of its own."""
    sizes = [len(part.squares) for part in parts]
    edits = [stack.edit(part.squares) for stack, part in zip(stacks, parts, strict=True)]

    def edit(name: str, activation: Tensor) -> Tensor:
        pieces = activation.split(sizes)
        return torch.cat([change(name, piece) for change, piece in zip(edits, pieces, strict=True)])

    return edit
