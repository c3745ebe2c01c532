"""The part of the world that is in sight, as a session keeps it."""

from __future__ import annotations

from math import isfinite
from typing import Any, Final, Literal

Box = tuple[float, float, float, float]
"""Left, bottom, width and height in cells; the world's bottom-left corner is the origin."""

Sight = Literal["maze", "world"] | Box
"""The whole maze or world, whatever the room, or a part of it that the user chose."""

SMALLEST: Final = 2.0
"""Cells across: nobody looks closer."""

AROUND: Final = 1
"""Worlds next to the world that can be panned to, on each side."""


def farthest(side: int, shape: float) -> Box:
    """All that can be panned to in a world of this side, on a canvas `shape` times as wide as high."""
    usual, middle = (1 + 2 * AROUND) * side, side / 2
    across, up = usual * max(shape, 1.0), usual * max(1 / shape, 1.0)
    return middle - across / 2, middle - up / 2, across, up


def sight_to_json(sight: Sight) -> Any:
    """A sight as JSON values: "maze", "world", or [left, bottom, width, height]."""
    return sight if isinstance(sight, str) else [round(part, 3) for part in sight]


def sight_from_json(found: Any, side: int) -> Sight:
    """The viewport from `sight_to_json`, fitted to a world of this side; the whole maze where it shows nothing of it.

    Args:
        found: any JSON value.
        side: of the world, in cells.
    """
    if found == "world":
        return "world"
    if not isinstance(found, list) or len(found) != 4 or not all(_is_number(part) for part in found):
        return "maze"
    left, bottom, width, height = (float(part) for part in found)
    if width <= 0 or height <= 0 or left >= side or bottom >= side or left + width <= 0 or bottom + height <= 0:
        return "maze"
    left, width = _within(left, width, side)
    bottom, height = _within(bottom, height, side)
    return left, bottom, width, height


def _within(start: float, length: float, side: int) -> tuple[float, float]:
    """One direction of a box, kept between `SMALLEST` and all that can be panned to, around its own middle."""
    lowest, highest = -AROUND * side, (1 + AROUND) * side
    kept = min(max(length, SMALLEST), highest - lowest)
    begin = start + (length - kept) / 2
    return min(max(begin, lowest), highest - kept), kept


def _is_number(value: Any) -> bool:
    # A whole number of JSON may be too large for a float.
    return not isinstance(value, bool) and isinstance(value, int | float) and abs(value) < 1e9 and isfinite(value)
