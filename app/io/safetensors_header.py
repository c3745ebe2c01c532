"""Header of a safetensors file, measured before the file is given to the library: that reads all of it at once."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Final

LARGEST_HEADER: Final = 4 * 2**20
"""Bytes; a policy or vector has a few thousand."""


def header_fits(path: str | Path, largest: int = LARGEST_HEADER) -> bool:
    """True if a file begins with a header's length that is within the file and the limit.

    Raises:
        OSError: when the file cannot be read.
    """
    with open(path, "rb") as file:
        start = file.read(9)
        size = file.seek(0, os.SEEK_END)
    if len(start) < 9 or start[8:] != b"{":
        return False
    length = int(struct.unpack("<Q", start[:8])[0])
    return length <= largest and length + 8 <= size
