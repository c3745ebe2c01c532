"""The choice to have a drag's arrows in bfloat16, with what was measured about it."""

from __future__ import annotations

from app.field.fast_offer import LEAST_GAIN
from app.number_format import fixed
from widgets.services.action_registry import Spec
from widgets.services.context import Context

SETTING = "fast_while_dragging"
"""The setting that keeps the choice."""

ERROR = (
    "on the bundled policy, over 200 levels, a probability changed by at most .11 (mean .0007) and the likeliest move "
    "on 6 of 11,282 squares"
)
"""By `python -m benchmarks.fast_error`."""


def register_fast_dragging(context: Context) -> None:
    """One action, off until it is chosen, which can be done where it was measured to be worth its error."""
    bridge, settings = context.bridge, context.settings

    def choose(fast: bool) -> None:
        settings.set(SETTING, fast)
        bridge.set_fast(fast)

    def offered() -> bool:
        offer = bridge.fast_offer
        return offer is not None and offer.offered

    def tip() -> str:
        offer = bridge.fast_offer
        if offer is None:
            return "Arrows of a drag in bfloat16; for a policy that is open."
        if not offer.possible:
            return "Only the processor computes arrows of a drag in bfloat16; a GPU has no need of it."
        if offer.gain is None:
            return (
                f"Arrows of a drag in bfloat16: offered once it is measured to be {LEAST_GAIN:g} times as fast here, "
                "in a quiet second."
            )
        if not offer.offered:
            return (
                f"In bfloat16 arrows are {fixed(offer.gain, 1)} times as fast here for this policy; this is offered "
                f"from {LEAST_GAIN:g} times on."
            )
        return (
            f"Arrows of a drag in bfloat16, {fixed(offer.gain, 1)} times as fast here; the exact ones follow on "
            f"release, and only they have numbers. Approximate: {ERROR}."
        )

    chosen = settings.get(SETTING, False) is True
    bridge.set_fast(chosen)
    context.actions.add(
        Spec(
            id="policy.fast_dragging",
            title="Fast while dragging",
            handler=choose,
            icon="speedometer",
            group="Policy",
            tip_now=tip,
            checkable=True,
            words="bfloat16 half precision approximate speed quick smooth drag paint",
            enabled_when=offered,
        ),
        checked=chosen,
    )
    bridge.measured.connect(context.actions.refresh)
