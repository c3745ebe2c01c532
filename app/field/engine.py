"""The engine: one worker that computes fields off the caller's thread, newest request first, in parts."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.field.vector_field import VectorField
from app.interventions.patches import NO_PATCHES, PatchProblem, PatchStack
from app.maze.maze import Maze
from app.policy.policy import Policy


@dataclass(frozen=True)
class FieldRequest:
    """A question: the field of a policy over a maze, without and with a stack of patches."""

    maze: Maze
    policy: Policy
    stack: PatchStack = NO_PATCHES


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
    """

    request: FieldRequest
    original: VectorField
    patched: VectorField
    complete: bool
    milliseconds: float
    device: str
    problems: tuple[PatchProblem, ...] = field(default_factory=tuple)
