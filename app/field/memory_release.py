"""Return of freed memory to the system."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        # Another C library than glibc.
        return None
    return found


def give_memory_back() -> None:
    """Return freed memory to the system, where the C library keeps it (glibc); takes some milliseconds.

    Tensors of ever changing sizes, made and freed on several threads, leave holes that glibc keeps per thread: hundreds
    of megabytes after some thousand fields.
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)
