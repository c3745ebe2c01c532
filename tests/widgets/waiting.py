"""Waiting for what Qt and threads bring about."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer

LOOK = 2
"""Milliseconds between two looks; pytest-qt's own wait takes 10, and the tests wait thousands of times."""


def wait_until(until: Callable[[], bool], timeout: int = 30_000) -> None:
    """Let Qt work until something is true.

    Args:
        timeout: in milliseconds.

    Raises:
        TimeoutError: it has not become true.
    """
    end = time.monotonic() + timeout / 1000
    loop = QEventLoop()
    while not until():
        if time.monotonic() > end:
            raise TimeoutError(f"not true within {timeout} milliseconds")
        QTimer.singleShot(LOOK, loop.quit)
        loop.exec()
