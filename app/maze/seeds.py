"""What a seed may be."""

from __future__ import annotations

from typing import Final

LARGEST_SEED: Final = 2**31 - 1
"""procgen keeps seeds as signed 32-bit numbers; every other seed of the program has the same bounds: 0 to this."""
