"""The log-spaced steps of a run that are kept in its series."""

from __future__ import annotations

import math


def kept(step: int, last: int, first: int) -> bool:
    """True for step 0, the last one, and two for each doubling from `first` on, whatever the run's length."""
    if step in (0, last):
        return True
    return step >= first and step == round(2 ** (round(2 * math.log2(step)) / 2))
