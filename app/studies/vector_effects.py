"""Effect of a word's vector at the decision square, layer by layer, over many levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.interventions.compiled_stack import compile_stack
from app.interventions.dynamic_vectors import word_vectors
from app.interventions.patches import AddVector, PatchStack
from app.interventions.tensor_cache import TensorCache
from app.maze.maze import Maze
from app.maze.routes import Decision, decision_square
from app.policy.layers import layer
from app.policy.policy import Policy
from app.progress import Progress, batches, go_on
from app.studies.batched_forward import Passes, Question, answers

RESADDS = tuple(f"embedder.block{block}.res{res}.resadd" for block, res in ((1, 1), (2, 1), (2, 2), (3, 1), (3, 2)))
"""The layers whose effects were recorded for the reference checkpoint."""

LEVELS = 32
"""Levels that share a batch."""


@dataclass(frozen=True)
class Choices:
    """Probabilities at the decision squares of many levels.

    Attributes:
        layer: where the vector was added, or None for the unpatched network.
        coefficient: times what; 0 for the unpatched network.
        cheese: P(cheese) by level.
        top_right: P(top-right) by level.
    """

    layer: str | None
    coefficient: float
    cheese: tuple[float, ...]
    top_right: tuple[float, ...]

    @property
    def levels(self) -> int:
        """Number of levels: the n of the medians and means."""
        return len(self.cheese)

    @property
    def median_cheese(self) -> float:
        """Median of P(cheese)."""
        return float(np.median(self.cheese))

    @property
    def mean_cheese(self) -> float:
        """Mean of P(cheese)."""
        return float(np.mean(self.cheese))

    @property
    def median_top_right(self) -> float:
        """Median of P(top-right)."""
        return float(np.median(self.top_right))

    @property
    def mean_top_right(self) -> float:
        """Mean of P(top-right)."""
        return float(np.mean(self.top_right))


def with_decision(mazes: Sequence[Maze]) -> tuple[Maze, ...]:
    """Those of the mazes that have a decision square."""
    return tuple(maze for maze in mazes if decision_square(maze).square is not None)


def vector_effects(
    policy: Policy,
    mazes: Sequence[Maze],
    added: Sequence[tuple[str, float]],
    *,
    word: str = "cheese",
    progress: Progress = go_on,
) -> tuple[Choices, ...]:
    """The choices of the unpatched network, then with coefficient * vector added, for each (layer, coefficient).

    The vector is taken on each level again, the mouse at the level's start, and added with the mouse at the decision
    square.

    Args:
        policy: the policy.
        mazes: the levels; those without a decision square are left out.
        added: (layer, coefficient) of each row of the table.
        word: which vector, "cheese" or "top-right".
        progress: told how many levels are done.

    Raises:
        PatchError: for a layer the policy does not have.
        Cancelled: when `progress` says not to continue.
    """
    names = [layer(name, policy.width).name for name, _ in added]
    patches = [
        AddVector(layer=name, vector=word, coefficient=float(coefficient))
        for name, (_, coefficient) in zip(names, added, strict=True)
    ]
    rows: list[list[tuple[float, float]]] = [[] for _ in range(1 + len(added))]
    for batch in batches(with_decision(mazes), LEVELS, progress):
        # A cache of the batch's own: its vectors serve every coefficient and nothing after.
        cache = TensorCache(limit=2**40)
        if names:
            word_vectors(word, policy, batch, names, cache)
        decisions = [decision_square(maze) for maze in batch]
        questions = [
            Question(
                maze,
                np.array([decision.square]),
                tuple(compile_stack(PatchStack((patch,)), policy, maze, cache=cache) for patch in patches),
            )
            for maze, decision in zip(batch, decisions, strict=True)
        ]
        for decision, answer in zip(decisions, answers(policy, questions), strict=True):
            for row, result in zip(rows, (answer.original, *answer.patched), strict=True):
                row.append(_choice(result, decision))
    heads: list[tuple[str | None, float]] = [(None, 0.0), *((patch.layer, patch.coefficient) for patch in patches)]
    return tuple(
        Choices(name, coefficient, tuple(cheese for cheese, _ in row), tuple(corner for _, corner in row))
        for (name, coefficient), row in zip(heads, rows, strict=True)
    )


def _choice(result: Passes, decision: Decision) -> tuple[float, float]:
    probs = result.probs[0]
    return float(probs[decision.to_cheese]), float(probs[decision.to_top_right])
