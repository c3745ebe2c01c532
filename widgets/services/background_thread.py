"""Background threads that let everything else come first."""

from __future__ import annotations

import os
import sys
import threading


def in_background() -> None:
    """Torch on one thread here and, on Linux, a lower priority: arrows are computed first.

    Threads that are started from here inherit the priority.
    """
    from app.field.torch_threads import one_thread_here

    one_thread_here()
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
