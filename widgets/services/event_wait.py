"""Waiting with the event loop running, for scripts that drive the window, not for the program itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

STEP = 0.005


def live(seconds: float) -> None:
    """Let the window answer its events for so long.

    Unlike QTest.qWait, this lets other threads run meanwhile: what loads behind the window is done in a second,
    not in twenty.
    """
    end = time.monotonic() + seconds
    while True:
        QApplication.processEvents()
        # Outside a loop of its own Qt keeps what is to be deleted later.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        if time.monotonic() >= end:
            return
        time.sleep(STEP)


def live_until(condition: Callable[[], bool], patience: float) -> None:
    """Let the window live until something is true.

    Raises:
        TimeoutError: when it is not within `patience` seconds.
    """
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"the window was still busy after {patience:.0f} seconds")
        live(STEP)
