"""Offer of fields in bfloat16, with what was measured; without torch, for the window asks before it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LEAST_GAIN: Final = 1.5
"""Times as fast as the exact engine that bfloat16 has to be on this machine to be offered."""


@dataclass(frozen=True)
class FastOffer:
    """The worth of fields in bfloat16 on this machine.

    Attributes:
        gain: how many times as fast as exact ones they are, as measured; None while that is not known.
        possible: whether what computes could compute them at all: a GPU does not.
    """

    gain: float | None = None
    possible: bool = True

    @property
    def offered(self) -> bool:
        """True if they may be used."""
        return self.possible and self.gain is not None and self.gain >= LEAST_GAIN
