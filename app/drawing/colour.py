"""How far apart two colours look, to normal and to colour-blind eyes, and how readable text is on a background."""

from __future__ import annotations

from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt
from typing import Final

import numpy as np

SIMULATIONS: Final[dict[str, np.ndarray]] = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [(0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)]
    ),
    "deuteranopia": np.array(
        [(0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)]
    ),
    "tritanopia": np.array(
        [(1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)]
    ),
    "protanopia (Viénot)": np.array([(0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)]),
    "deuteranopia (Viénot)": np.array([(0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)]),
    "tritanopia (Brettel)": np.array(
        [(1.01277, 0.13548, -0.14826), (-0.01243, 0.86812, 0.14431), (0.07589, 0.805, 0.11911)]
    ),
}
"""Linear RGB -> linear RGB as a dichromat sees it. The models disagree somewhat, so there are two of each.

The first three: Machado, Oliveira and Fernandes 2009, "A physiologically-based model for simulation of color vision
deficiency", IEEE TVCG 15(6), severity 1. Then Viénot, Brettel and Mollon 1999, "Digital video colourmaps for checking
the legibility of displays by dichromats", and Brettel, Viénot and Mollon 1997, "Computerized simulation of color
appearance for dichromats", both with the sRGB coefficients of the DaltonLens project. Brettel's model has two
half-planes: see `_BRETTEL_OTHER`.
"""

_BRETTEL_OTHER: Final = np.array(
    [(0.93678, 0.18979, -0.12657), (0.06154, 0.81526, 0.1232), (-0.37562, 1.12767, 0.24796)]
)
_BRETTEL_NORMAL: Final = np.array([0.03901, -0.02788, -0.01113])
"""Colours on the negative side of the plane with this normal go through the other matrix."""

_RGB_TO_XYZ: Final = np.array(
    [(0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041)]
)
_WHITE: Final = _RGB_TO_XYZ.sum(axis=1)

Lab = tuple[float, float, float]


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0..255, of "#rrggbb"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(colour: str, background: str, opacity: float) -> str:
    """The opaque colour that looks like `colour` at an opacity (0..1) over a background."""
    over, under = rgb(colour), rgb(background)
    return "#" + "".join(f"{round(opacity * a + (1 - opacity) * b):02x}" for a, b in zip(over, under, strict=True))


def linear(colour: str) -> np.ndarray:
    """(3,) linear light, 0..1, of an sRGB colour (IEC 61966-2-1)."""
    coded = np.array(rgb(colour)) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def lab(colour: str, vision: str = "normal") -> Lab:
    """CIE L*a*b* (D65) of a colour as eyes of one of `SIMULATIONS` see it."""
    light = linear(colour)
    other = vision == "tritanopia (Brettel)" and _BRETTEL_NORMAL @ light < 0
    seen = np.clip((_BRETTEL_OTHER if other else SIMULATIONS[vision]) @ light, 0, 1)
    ratio = _RGB_TO_XYZ @ seen / _WHITE
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return float(116 * f[1] - 16), float(500 * (f[0] - f[1])), float(200 * (f[1] - f[2]))


def delta_e(first: Lab, second: Lab) -> float:
    """CIEDE2000 difference of two L*a*b* colours; about 1 is just noticeable side by side.

    The formula and its branches follow Sharma, Wu and Dalal 2005, "The CIEDE2000 color-difference formula".
    """
    (light1, a1, b1), (light2, a2, b2) = first, second
    chroma7 = ((hypot(a1, b1) + hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * sqrt(chroma7 / (chroma7 + 25.0**7))
    a1, a2 = a1 * stretch, a2 * stretch
    chroma1, chroma2 = hypot(a1, b1), hypot(a2, b2)
    hue1 = degrees(atan2(b1, a1)) % 360
    hue2 = degrees(atan2(b2, a2)) % 360

    grey = chroma1 * chroma2 == 0
    turn = 0.0 if grey else (hue2 - hue1 + 180) % 360 - 180
    if not grey and hue2 - hue1 == 180:
        turn = 180.0
    d_light, d_chroma = light2 - light1, chroma2 - chroma1
    d_hue = 2 * sqrt(chroma1 * chroma2) * sin(radians(turn / 2))

    light, chroma = (light1 + light2) / 2, (chroma1 + chroma2) / 2
    if grey:
        hue = hue1 + hue2
    elif abs(hue1 - hue2) <= 180:
        hue = (hue1 + hue2) / 2
    else:
        hue = (hue1 + hue2 + 360) / 2 % 360

    t = (
        1
        - 0.17 * cos(radians(hue - 30))
        + 0.24 * cos(radians(2 * hue))
        + 0.32 * cos(radians(3 * hue + 6))
        - 0.20 * cos(radians(4 * hue - 63))
    )
    s_light = 1 + 0.015 * (light - 50) ** 2 / sqrt(20 + (light - 50) ** 2)
    s_chroma = 1 + 0.045 * chroma
    s_hue = 1 + 0.015 * chroma * t
    rotation = -2 * sqrt(chroma**7 / (chroma**7 + 25.0**7)) * sin(radians(60 * exp(-(((hue - 275) / 25) ** 2))))
    x, y, z = d_light / s_light, d_chroma / s_chroma, d_hue / s_hue
    return sqrt(x * x + y * y + z * z + rotation * y * z)


def difference(first: str, second: str, vision: str = "normal") -> float:
    """CIEDE2000 difference of two sRGB colours as eyes of one of `SIMULATIONS` see them."""
    return delta_e(lab(first, vision), lab(second, vision))


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1..21 (WCAG 2.1); body text needs 4.5."""
    lights = sorted(float(linear(colour) @ _RGB_TO_XYZ[1]) for colour in (first, second))
    return (lights[1] + 0.05) / (lights[0] + 0.05)
