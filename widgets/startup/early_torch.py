"""Torch's native libraries, loaded on another core while the window is built.

To import torch takes longer than all else before the first field, and begins once the window is seen. A sixth of it is
the system's linker, which needs no Python: that part is done meanwhile, without Python's lock.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

LIBRARIES: Final = ("libtorch_global_deps.so", "libtorch_python.so")
"""In the order in which torch itself loads them; the last one needs all others."""


def load_early() -> threading.Thread | None:
    """Begin on Linux, where it was measured; the thread, for whoever wants to wait.

    A library that is not found, or does not load, is torch's own affair: its import says what is wrong.
    """
    if sys.platform != "linux" or "torch" in sys.modules:
        return None
    thread = threading.Thread(target=_load, name="torch libraries", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    with suppress(ImportError, OSError, ValueError):
        # Finds torch without importing it.
        spec = importlib.util.find_spec("torch")
        for folder in (spec and spec.submodule_search_locations) or ():
            for name in LIBRARIES:
                ctypes.CDLL(str(Path(folder) / "lib" / name))
