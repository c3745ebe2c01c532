"""Reasons why the patched field equals the original, for the canvas, the figure and the headless commands."""

from __future__ import annotations

import numpy as np

from app.drawing.field_shapes import SAME_BELOW
from app.field.requests import FieldResult
from app.interventions.patches import AddVector, Offset, Patch, VectorPatch
from app.maze.maze import Maze
from app.maze.transforms import carve_path_to_corner


def zero_vector(patch: Patch, maze: Maze) -> str | None:
    """The reason why the vector that a patch names by a word is zero on a maze; None where it is not."""
    if not isinstance(patch, VectorPatch):
        return None
    if patch.vector == "cheese" and maze.cheese is None:
        return "the cheese vector is zero, for the maze has no cheese"
    if patch.vector == "top-right" and carve_path_to_corner(maze) == maze:
        return "the top-right vector is zero, for there is no wall to open on the way to the corner"
    return None


def zero_vectors(result: FieldResult) -> tuple[tuple[int, str], ...]:
    """(position in the stack, reason) of every patch that acts with a vector that is zero on this maze."""
    maze = result.request.maze
    found = ((position, zero_vector(patch, maze)) for position, patch in result.request.stack.active)
    return tuple((position, reason) for position, reason in found if reason is not None)


def unchanged_reason(result: FieldResult) -> str | None:
    """One sentence on why Patched equals Original, or None when it does not, or is not known yet."""
    stack = result.request.stack
    if not stack.patches:
        return "The stack of patches is empty, so Patched equals Original."
    if not stack.active:
        return "Every patch of the stack is switched off, so Patched equals Original."
    refused = {problem.position: problem.reason for problem in result.problems}
    active = [position for position, _ in stack.active]
    if all(position in refused for position in active):
        return f"No patch acts, so Patched equals Original: {refused[active[0]]}"
    if not result.complete:
        return None
    if result.patched is result.original:
        acting = [patch for position, patch in stack.active if position not in refused]
        if all(isinstance(patch, AddVector) and patch.coefficient == 0 for patch in acting):
            return "A vector times 0 adds nothing, so Patched equals Original."
        if all(isinstance(patch, Offset) and patch.value == 0 for patch in acting):
            return "An offset of 0 adds nothing, so Patched equals Original."
        reasons = [zero_vector(patch, result.request.maze) for patch in acting]
        if reasons[0] is not None and all(reasons):
            return f"{reasons[0][0].upper()}{reasons[0][1:]}: Patched equals Original."
        return "With these settings the patches change nothing, so Patched equals Original."
    if np.abs(result.patched.probs - result.original.probs).sum(axis=1).max(initial=0) / 2 < SAME_BELOW:
        return f"The patches change no square's probabilities by {SAME_BELOW} or more."
    return None
