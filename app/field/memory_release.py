"""Freed memory of the C library: returned to the system, kept for what is computed next, and in few places."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache
from typing import Final

M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
M_ARENA_MAX: Final = -8
"""Parameters of glibc's `mallopt`; see its manual page."""

KEPT: Final = 256 * 2**20
"""Bytes at the end of a heap that stay with the process."""

FROM_SYSTEM: Final = 32 * 2**20
"""Bytes from which a piece of memory is the system's own, the most that glibc takes."""

ARENAS: Final = 2
"""Places of memory that all threads of a window share."""


@cache
def _libc() -> ctypes.CDLL | None:
    """The C library, where it is glibc."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        found = ctypes.CDLL(None)
        return found if hasattr(found, "malloc_trim") and hasattr(found, "mallopt") else None
    except OSError:
        return None


def give_memory_back() -> None:
    """Return freed memory to the system, where the C library keeps it (glibc); takes some milliseconds.

    Tensors of ever changing sizes, made and freed on several threads, leave holes that glibc keeps per thread: hundreds
    of megabytes after some thousand fields.
    """
    libc = _libc()
    if libc is not None:
        libc.malloc_trim(0)


def keep_freed_memory() -> None:
    """From now on, keep freed memory in this process (glibc).

    glibc does so by itself as soon as large pieces are freed, but not where `MALLOC_TRIM_THRESHOLD_` is set, as in
    workers that Dask starts: there each tensor is fresh memory of the system, and a level takes 1.7 times as long.
    """
    libc = _libc()
    if libc is not None:
        libc.mallopt(M_TRIM_THRESHOLD, KEPT)
        libc.mallopt(M_MMAP_THRESHOLD, FROM_SYSTEM)


def few_arenas() -> None:
    """Let all threads take memory from the same two places; to be called before there are threads (glibc).

    glibc gives threads places of their own, eight for each core. Every job of a window is a thread, and what it frees
    is kept in the place that it happened to get: half as much memory again as is in use, after some minutes of work.
    """
    libc = _libc()
    if libc is not None and "MALLOC_ARENA_MAX" not in os.environ:
        libc.mallopt(M_ARENA_MAX, ARENAS)
