"""Round numbers for the axes of plots, and their texts."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10

from app.number_format import general

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def ticks(low: float, high: float, about: int = 5) -> tuple[float, ...]:
    """Round numbers from low to high, both included where they are round: about this many.

    An empty range gives its one number.
    """
    if not (isfinite(low) and isfinite(high)) or high < low:
        return ()
    if high == low:
        return (low,)
    wanted = (high - low) / max(about, 1)
    power = 10.0 ** floor(log10(wanted))
    step = next(step * power for step in _STEPS if step * power >= wanted * 0.999)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return tuple(number * step for number in range(first, last + 1))


def log_ticks(low: float, high: float) -> tuple[float, ...]:
    """Powers of ten from low to high, both positive; with fewer than two of them, 1, 2 and 5 times these."""
    if not 0 < low <= high:
        return ()
    powers = [10.0**power for power in range(floor(log10(low) - 1e-9), ceil(log10(high) + 1e-9) + 1)]
    inside = [each for each in powers if low * 0.999 <= each <= high * 1.001]
    if len(inside) >= 2:
        return tuple(inside)
    finer = [factor * power for power in powers for factor in (1, 2, 5)]
    return tuple(each for each in finer if low * 0.999 <= each <= high * 1.001)


def padded(low: float, high: float, share: float = 0.05) -> tuple[float, float]:
    """A range with room on both sides: of its width, or of its size where it has none."""
    if high > low:
        room = (high - low) * share
    else:
        room = abs(low) * share or 1.0
    return low - room, high + room


def tick_text(value: float) -> str:
    """A tick's number, short: "−1.5", "20k", "3M"."""
    size = abs(value)
    for power, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= 10 * power or (size >= power and power > 1e3):
            return general(value / power) + letter
    return general(0.0 if size < 1e-12 else value)
