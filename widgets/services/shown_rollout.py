"""The rollout on the screen as a value."""

from __future__ import annotations

from dataclasses import dataclass

from app.field.rollout_values import Rollouts, Rule


@dataclass(frozen=True)
class ShownRollout:
    """The shown step of the shown episodes.

    Attributes:
        front: the episodes of what is open now; None while they are computed.
        compared: those of what it is compared with; None while they are computed, or where nothing is compared.
        step: steps made by the mice shown.
        rule: how moves are chosen.
        speed: steps a second.
    """

    front: Rollouts | None
    compared: Rollouts | None
    step: int
    rule: Rule
    speed: int
