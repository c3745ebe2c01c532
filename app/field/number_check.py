"""Check that the network's outputs are finite numbers."""

from __future__ import annotations

import numpy as np

from app.errors import PatchError, PolicyError

BEYOND = (
    "The patches drive the network beyond the numbers that float32 holds; expected smaller coefficients, factors or "
    "values."
)


def is_finite(*arrays: np.ndarray) -> bool:
    """True if all numbers are finite."""
    return all(bool(np.isfinite(each).all()) for each in arrays)


def check_finite(original: tuple[np.ndarray, ...], patched: tuple[np.ndarray, ...] = ()) -> None:
    """Refuse outputs that are not finite.

    NaN would be taken for squares still to come, so that a field were never whole; and the likeliest of moves that are
    not numbers is LEFT.

    Args:
        original: outputs of the network as it is.
        patched: outputs of the network under patches.

    Raises:
        PolicyError: in one sentence, when the network by itself goes beyond what float32 holds.
        PatchError: likewise, when the patches drive it there.
    """
    if not is_finite(*original):
        raise PolicyError(
            "The policy's own outputs are beyond the numbers that float32 holds; expected smaller weights."
        )
    if not is_finite(*patched):
        raise PatchError(BEYOND)
