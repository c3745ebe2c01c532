"""Setting by which retargeting was measured to work for a policy, read from the facts next to its file."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from app.errors import PatchError
from app.policy.layers import layer
from app.policy.policy import Policy
from app.policy.policy_info import card_facts

LARGEST_VALUE: Final = 1e6


@dataclass(frozen=True)
class Retargeting:
    """Setting that led a policy best to a square, of those that were tried.

    Attributes:
        layer: where it acts; a layer with pixels.
        channel: the channel.
        value: what it is set to.
    """

    layer: str
    channel: int
    value: float


def measured_retargeting(policy: Policy) -> Retargeting | None:
    """The setting that the policy's own facts name; None where there are none, or they are another policy's."""
    facts = card_facts(policy)
    if facts.get("weights_hash") != policy.weights_hash:
        return None
    found: Any = facts
    for key in ("scores", "cheese_channel", "retargeting", "best"):
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, dict):
        return None
    name, channel, value = found.get("layer"), found.get("channel"), found.get("value")
    try:
        stage = layer(name, policy.width) if isinstance(name, str) else None
    except PatchError:
        return None
    if stage is None or stage.side is None or type(channel) is not int or not 0 <= channel < stage.channels:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    if not isfinite(value) or abs(value) > LARGEST_VALUE:
        return None
    return Retargeting(stage.name, channel, float(value))
