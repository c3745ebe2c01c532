"""Reasons why the patched field equals the original, for the canvas, the figure and the headless commands."""

from __future__ import annotations

import numpy as np

from app.drawing.field_shapes import SAME_BELOW
from app.field.requests import FieldResult
from app.interventions.patches import AddVector, Offset


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
        return "With these settings the patches change nothing, so Patched equals Original."
    if np.abs(result.patched.probs - result.original.probs).sum(axis=1).max(initial=0) / 2 < SAME_BELOW:
        return f"The patches change no square's probabilities by {SAME_BELOW} or more."
    return None
