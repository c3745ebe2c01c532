"""Seeds: the range of valid ones."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.errors import MazeError

LARGEST_SEED: Final = 2**31 - 1
"""procgen keeps seeds as signed 32-bit numbers; every other seed of the program has the same bounds: 0 to this."""

SEEDS: Final = LARGEST_SEED + 1
"""procgen's levels are numbered 0 to SEEDS - 1."""


def check_seed(seed: int) -> int:
    """The seed itself.

    Raises:
        MazeError: unless it is a whole number from 0 to 2^31 - 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < SEEDS:
        raise MazeError(f"Seed {seed} was found; a seed is a whole number from 0 to {SEEDS - 1}.")
    return int(seed)
