"""Alpha blending as procgen's painter does it, to the last bit."""

from __future__ import annotations

import numpy as np


def over(sprite: np.ndarray, below: np.ndarray) -> np.ndarray:
    """The sprite's pixels over those below.

    Args:
        sprite: (..., 4) uint8, red, green and blue already multiplied by the opacity, then the opacity (255 hides).
        below: (..., 3) uint8.

    Returns:
        (..., 3) uint8: colour + below * (255 - opacity) / 255, the quotient rounded as Qt's BYTE_MUL rounds it
        (qdrawhelper_p.h), which is what decides the last bit.
    """
    product = below.astype(np.uint32) * (255 - sprite[..., 3:].astype(np.uint32))
    product += (product >> 8) + 128
    product >>= 8
    product += sprite[..., :3]
    return product.astype(np.uint8)
