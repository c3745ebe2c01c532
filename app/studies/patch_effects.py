"""Effect of each patch of a stack by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.field.measures import decision_probabilities, mean_total_variation
from app.field.number_check import BEYOND, is_finite
from app.interventions.compiled_stack import compile_stack
from app.interventions.patches import PatchStack
from app.maze.maze import Maze
from app.maze.routes import decision_square
from app.policy.policy import Policy
from app.progress import Progress, go_on
from app.studies.batched_forward import fields


@dataclass(frozen=True)
class PatchEffect:
    """Effect of one patch alone on the field of the unpatched network.

    Attributes:
        position: of the patch in the stack.
        mean_total_variation: mean over the open squares, 0..1; None when the patch does not fit, or drives the network
            beyond what float32 holds.
        cheese: change of P(cheese) at the decision square; None where the maze has none, or likewise.
        top_right: change of P(top-right) at the decision square, likewise.
        problem: why there are no numbers; empty when there are.
    """

    position: int
    mean_total_variation: float | None
    cheese: float | None
    top_right: float | None
    problem: str = ""


def patch_effects(
    policy: Policy, maze: Maze, stack: PatchStack, *, progress: Progress = go_on
) -> tuple[PatchEffect, ...]:
    """Each patch's own effect, in the order of the stack, whether or not it is switched on there.

    Args:
        policy: the policy.
        maze: the maze.
        stack: the patches. Each is measured alone, so their order plays no part.
        progress: told how many squares are done.

    Raises:
        Cancelled: when `progress` says not to continue.
    """
    alone = [
        compile_stack(PatchStack((replace(patch, enabled=True, solo=False),)), policy, maze) for patch in stack.patches
    ]
    original, patched = fields(policy, maze, alone, progress, finite=False)
    decision = decision_square(maze)
    before = decision_probabilities(original, decision)
    effects = []
    for position, (compiled, changed) in enumerate(zip(alone, patched, strict=True)):
        problem = compiled.problems[0].reason if compiled.problems else ""
        if not is_finite(changed.logits, changed.value):
            problem = BEYOND
        if problem:
            effects.append(PatchEffect(position, None, None, None, problem))
            continue
        after = decision_probabilities(changed, decision)
        cheese, top_right = (None, None)
        if before is not None and after is not None:
            cheese, top_right = after[0] - before[0], after[1] - before[1]
        effects.append(PatchEffect(position, mean_total_variation(original, changed), cheese, top_right))
    return tuple(effects)
