"""Limits within which a checkpoint file is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Limits:
    """Limits on the contents of a checkpoint; far more than any real one does.

    Attributes:
        width: of the network: 64 is 430 million weights, 16 times as wide as the widest published policy.
        file: bytes of the whole file; None for three float64 copies of that network's weights (two moments of an
            optimizer included).
        directory: bytes of the zip archive's directory.
        pickle: bytes of the pickle in it.
        header: bytes of the header of a safetensors file.
        note_values: values kept of one note, together with all that is in it.
        note_items: entries of a list or object in a note.
    """

    width: int = 64
    file: int | None = None
    directory: int = 4 * 2**20
    pickle: int = 4 * 2**20
    header: int = 4 * 2**20
    note_values: int = 4_000
    note_items: int = 256


LIMITS: Final = Limits()
"""Those of the program; tests pass lower ones."""
