"""Numbers as text, in the few forms the program shows them; none is ever a zero with a minus sign."""

from __future__ import annotations

MINUS = "−"
"""The true minus sign, as wide as a plus."""


def fixed(value: float, digits: int = 2) -> str:
    """As many decimals as told: "−0.25", "3.00"."""
    return _shown(f"{value:.{digits}f}")


def short(value: float) -> str:
    """Three decimals at most, and none that are zero: "−1", "5.5"."""
    return plain(value).replace("-", MINUS)


def plain(value: float) -> str:
    """As `short`, with the hyphen that machines and entry fields read: "-1", "5.5"."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def compact(value: float) -> str:
    """In at most six characters up to a million, for little room: "−1.25", "0", "143"."""
    size = abs(value)
    text = "0" if size < 5e-4 else f"{size:.3f}" if size < 0.01 else f"{size:.2f}" if size < 100 else f"{size:.0f}"
    return (MINUS if value < 0 and text != "0" else "") + text


def general(value: float, *, sign: bool = False, digits: int = 4) -> str:
    """Significant digits, four unless told; with `sign`, also a plus: "+0.5", "1e+06"."""
    return _shown(f"{value:+.{digits}g}" if sign else f"{value:.{digits}g}")


def _shown(text: str) -> str:
    return (text if float(text) != 0 else text.replace("-", "")).replace("-", MINUS)
