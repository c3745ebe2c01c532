"""Questions to the engine and its answers, as values."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np

from app.field.vector_field import VectorField
from app.interventions.patches import NO_PATCHES, PatchProblem, PatchStack
from app.maze.maze import Maze, Square
from app.policy.policy import Policy


def scene_key(maze: Maze) -> Hashable:
    """The maze that a field depends on: all of it but the mouse's own square, since the mouse visits every square."""
    return maze.world, maze.walls, maze.cheese, maze.background, maze.facing


@dataclass(frozen=True)
class FieldRequest:
    """A question: the field of a policy over a maze, without and with a stack of patches.

    Attributes:
        maze: the maze.
        policy: the policy.
        stack: the patches.
        start: the maze that vectors of the stack are taken on, where that is another than `maze`: during a rollout,
            the one it started from.
    """

    maze: Maze
    policy: Policy
    stack: PatchStack = NO_PATCHES
    start: Maze | None = None

    @property
    def taken_on(self) -> Maze:
        """The maze that vectors of the stack are taken on."""
        return self.start or self.maze


@dataclass(frozen=True, eq=False)
class FieldResult:
    """An answer, whole or in part.

    Attributes:
        request: what was asked.
        original: the field without patches; squares still to come are NaN.
        patched: the field with the stack; the same object as `original` when nothing in the stack acts.
        complete: whether every square of both is there.
        milliseconds: since the engine took up the request.
        device: what computed it, for people: "CPU, 2 threads".
        problems: patches that do not act, and why.
        exact: False for one in bfloat16, of which only arrows are to be drawn; it is never `complete`.
    """

    request: FieldRequest
    original: VectorField
    patched: VectorField
    complete: bool
    milliseconds: float
    device: str
    problems: tuple[PatchProblem, ...] = field(default_factory=tuple)
    exact: bool = True


@dataclass(frozen=True)
class ActivationRequest:
    """A question: one layer's activation with the mouse on one open square, without and with a stack of patches."""

    maze: Maze
    policy: Policy
    stack: PatchStack
    layer: str
    square: Square


@dataclass(frozen=True, eq=False)
class ActivationResult:
    """An answer to an `ActivationRequest`. All arrays are float32 and belong to the receiver.

    Attributes:
        request: what was asked.
        original: (C, side, side), row 0 on top, or (F,) for a layer without pixels; without patches.
        patched: likewise with the stack; the same object as `original` when nothing in the stack acts.
        without_cheese: likewise without patches and without the cheese; equal to `original` when there is none.
        original_logits, patched_logits: (15,) raw `fc_policy` outputs there.
        original_probs, patched_probs: (5,) float64 probabilities in the order LEFT DOWN UP RIGHT NOOP.
        original_value, patched_value: `fc_value` outputs.
        milliseconds: since the engine took up the request.
        problems: patches that do not act, and why.
    """

    request: ActivationRequest
    original: np.ndarray
    patched: np.ndarray
    without_cheese: np.ndarray
    original_logits: np.ndarray
    patched_logits: np.ndarray
    original_probs: np.ndarray
    patched_probs: np.ndarray
    original_value: float
    patched_value: float
    milliseconds: float
    problems: tuple[PatchProblem, ...] = field(default_factory=tuple)
