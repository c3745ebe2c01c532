"""Reasons why patches of the stack do not act, as far as the engine has reported."""

from __future__ import annotations

from app.interventions.patches import Patch
from widgets.services.context import Context


def problems_of(context: Context) -> dict[int, str]:
    """Reasons by position in the stack as it is now.

    Until the engine has answered for the stack as it is, a patch keeps the reason it had, wherever it went: one that
    vanished for a moment at every step of a drag could not be read.
    """
    latest, state = context.bridge.latest, context.document.state
    if latest is None or latest.request.policy != state.policy:
        return {}
    before, now = latest.request.stack.patches, state.stack.patches
    reasons = {problem.position: problem.reason for problem in latest.problems}
    if before == now:
        return reasons
    known = {before[position]: reason for position, reason in reasons.items()}
    found = {position: known[patch] for position, patch in enumerate(now) if patch in known}
    for position, reason in reasons.items():
        if position < len(now) and position not in found and _fits_alike(before[position], now[position]):
            found[position] = reason
    return found


def _fits_alike(before: Patch, now: Patch) -> bool:
    """True if a patch changed in its numbers at most, on which it seldom depends whether it fits."""
    return (type(before), before.layer, before.channels) == (type(now), now.layer, now.channels)
