"""Waiting for what Qt and threads bring about."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer

SOON, LATER = 2, 10
"""Milliseconds between two looks, at first and once a wait is `LONG`: tests wait thousands of times, mostly briefly."""
LONG = 0.1
"""Seconds."""


def wait_until(until: Callable[[], bool], timeout: int = 30_000) -> None:
    """Let Qt work until something is true.

    Args:
        timeout: in milliseconds.

    Raises:
        TimeoutError: it has not become true.
    """
    start = time.monotonic()
    loop = QEventLoop()
    while not until():
        waited = time.monotonic() - start
        if waited > timeout / 1000:
            raise TimeoutError(f"not true within {timeout} milliseconds")
        QTimer.singleShot(SOON if waited < LONG else LATER, loop.quit)
        loop.exec()
