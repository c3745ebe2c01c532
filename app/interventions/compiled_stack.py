"""From a stack of patches to what a run of the network does with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor

from app.errors import PatchError
from app.interventions.compatibility import fitting_layer
from app.interventions.patch_operations import Ground, Step, step_of
from app.interventions.patches import PatchProblem, PatchStack
from app.interventions.tensor_cache import CACHE, TensorCache
from app.maze.maze import Maze
from app.policy.policy import Policy
from app.policy.stages import Edit


@dataclass(frozen=True, eq=False)
class CompiledStack:
    """A stack made ready for one policy and one maze. It holds no reference to the network and changes nothing in it.

    Attributes:
        layers: names of the layers that something acts on, in the network's order.
        problems: patches that do not fit, and why; they do not act.
        steps: what acts, by layer, in the order of the stack.
    """

    layers: tuple[str, ...]
    problems: tuple[PatchProblem, ...]
    steps: Mapping[str, tuple[Step, ...]]

    @property
    def first(self) -> str | None:
        """The earliest layer that something acts on; None when nothing acts, so that patched equals original."""
        return self.layers[0] if self.layers else None

    @property
    def by_pixel(self) -> bool:
        """True if each pixel's change depends on that pixel alone, so that windows of an image may be changed."""
        return all(step.by_pixel for steps in self.steps.values() for step in steps)

    def edit(self, squares: np.ndarray) -> Edit:
        """The edit for one batch of a run: see `app.policy.stages.run`, with `edited=self.layers`.

        Args:
            squares: (n, 2) int (row, col) of the mouse in each observation; world grid, origin bottom-left.

        The edit gives back activations of layers that nothing acts on as they are, and raises ValueError for a batch
        that is not n long.
        """
        rows = [(int(row), int(col)) for row, col in squares]

        def edit(name: str, activation: Tensor) -> Tensor:
            steps = self.steps.get(name, ())
            if steps and len(activation) != len(rows):
                raise ValueError(f"A batch of {len(activation)} was found; the edit was made for {len(rows)} squares.")
            for step in steps:
                activation = _apply(step, activation, rows)
            return activation

        return edit


def _apply(step: Step, activation: Tensor, rows: list[tuple[int, int]]) -> Tensor:
    if step.squares is None:
        return step.apply(activation)
    chosen = [index for index, square in enumerate(rows) if square in step.squares]
    if not chosen:
        return activation
    at = torch.tensor(chosen, device=activation.device)
    return activation.index_copy(0, at, step.apply(activation.index_select(0, at)))


def compile_stack(
    stack: PatchStack, policy: Policy, maze: Maze, *, device: str = "cpu", cache: TensorCache = CACHE
) -> CompiledStack:
    """Make a stack ready: patches that act become steps, patches that do not fit become problems.

    What a patch needs from the network (word vectors, means, another level's activations) is taken on the unpatched
    network and remembered, so that a coefficient can change without computing it again.

    Args:
        stack: the patches in the order they are applied.
        policy: the policy they are applied to.
        maze: the maze they are applied on; word vectors are taken on it.
        device: where the activations will be ("cpu", "cuda", "mps").
        cache: where computed vectors are kept.
    """
    ground = Ground(policy, maze, device, cache)
    active = {position for position, _ in stack.active}
    steps: dict[str, list[Step]] = {}
    problems = []
    for position, patch in enumerate(stack.patches):
        try:
            if position not in active:
                fitting_layer(patch, policy)
            elif (step := step_of(patch, ground)) is not None:
                steps.setdefault(step.layer.name, []).append(step)
        except PatchError as error:
            problems.append(PatchProblem(position, str(error)))
    names = tuple(stage.name for stage in policy.layers if stage.name in steps)
    return CompiledStack(
        names, tuple(problems), MappingProxyType({name: tuple(of_layer) for name, of_layer in steps.items()})
    )
