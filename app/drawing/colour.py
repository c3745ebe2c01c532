"""Colours as text: their parts, mixtures and contrast."""

from __future__ import annotations


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0..255, of "#rrggbb"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(colour: str, background: str, opacity: float) -> str:
    """The opaque colour that looks like `colour` at an opacity (0..1) over a background."""
    over, under = rgb(colour), rgb(background)
    return "#" + "".join(f"{round(opacity * a + (1 - opacity) * b):02x}" for a, b in zip(over, under, strict=True))


def luminance(colour: str) -> float:
    """Relative luminance, 0..1, of an sRGB colour (WCAG 2.1; linear light by IEC 61966-2-1)."""
    coded = [part / 255 for part in rgb(colour)]
    light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in coded]
    return 0.2126729 * light[0] + 0.7151522 * light[1] + 0.0721750 * light[2]


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1..21 (WCAG 2.1); body text needs 4.5."""
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)
