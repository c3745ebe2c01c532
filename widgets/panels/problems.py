"""Why patches of the stack do not act, as far as the engine has said."""

from __future__ import annotations

from widgets.context import Context


def problems_of(context: Context) -> dict[int, str]:
    """Reasons by position in the stack as it is now; empty until the engine has answered for it."""
    latest, state = context.bridge.latest, context.document.state
    if latest is None or latest.request.stack != state.stack or latest.request.policy != state.policy:
        return {}
    return {problem.position: problem.reason for problem in latest.problems}
