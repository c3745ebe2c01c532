"""Many levels under one stack of patches, each with the vectors and means that are its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.field.level_forward import LevelForward
from app.interventions.compiled_stack import compile_stack
from app.interventions.dynamic_vectors import WORDS, word_vectors
from app.interventions.patches import PatchStack, VectorPatch
from app.interventions.tensor_cache import TensorCache
from app.maze.maze import Maze
from app.policy.layers import layer
from app.studies.batched_forward import Question, answers


def patched_logits(
    forward: LevelForward, levels: Sequence[Maze], there: Sequence[Maze], stack: PatchStack
) -> np.ndarray:
    """(n, 15) float32 raw logits of each observation under a stack that is taken on each level.

    Args:
        forward: of which policy.
        levels: where vectors are taken, the mouse at the start.
        there: the same levels with the mouse where the policy is asked.
        stack: the patches.

    Raises:
        PatchError: when the stack drives the network beyond what float32 holds.
    """
    policy = forward.policy
    cache = TensorCache(limit=2**40)
    for _, patch in stack.active:
        if isinstance(patch, VectorPatch) and patch.vector in WORDS and levels:
            word_vectors(str(patch.vector), policy, levels, [layer(patch.layer, policy.width).name], cache)
    questions = [
        Question(maze, np.array([maze.mouse]), (compile_stack(stack, policy, level, cache=cache),))
        for level, maze in zip(levels, there, strict=True)
    ]
    forward.check()
    found = [answer.patched[0].logits for answer in answers(policy, questions)]
    return np.concatenate(found) if found else np.empty((0, 15), dtype=np.float32)
