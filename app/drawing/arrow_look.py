"""Look of a field's arrows: one for the whole policy of a square or one for each move, and the gain of differences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

GAINS: Final = (1.0, 2.0, 5.0, 10.0, 20.0)
"""Gains that are offered."""


@dataclass(frozen=True)
class ArrowLook:
    """The look of arrows.

    Attributes:
        gain: factor of the length and opacity of difference arrows, so that small changes can be seen; they grow no
            further than to the length and opacity of the largest change.
        each_move: whether a square has an arrow for each of its four moves, as long as the move is probable.

    Raises:
        ValueError: for a gain that is no finite number above 0.
    """

    gain: float = 1.0
    each_move: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.gain) and self.gain > 0):
            raise ValueError(f"A gain of {self.gain} was found; expected a number above 0.")

    @property
    def factor(self) -> str:
        """The words where difference arrows are named: "× 5"; empty without a gain."""
        return "" if self.gain == 1 else f"× {self.gain:g}"


PLAIN: Final = ArrowLook()


def look_to_json(look: ArrowLook) -> dict[str, Any]:
    """As JSON values."""
    return {"gain": look.gain, "each_move": look.each_move}


def look_from_json(found: object) -> ArrowLook:
    """The look that JSON values tell; the plain one where they tell none."""
    if isinstance(found, dict) and found.get("gain") in GAINS and isinstance(found.get("each_move"), bool):
        return ArrowLook(float(found["gain"]), found["each_move"])
    return PLAIN
