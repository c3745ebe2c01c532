"""Leftovers of a test in the process: threads, running timers, and widgets in sight."""

from __future__ import annotations

import gc
import sys
import threading
import time
import traceback
from weakref import ReferenceType, ref

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

FEW = 50_000
"""Objects that are gone through in a few milliseconds."""

NEW = 0
"""The collector's generation of what has been made since it was last asked to collect."""

SHARED: list[QObject] = []
"""The windows, and their services, that several tests share."""


def settle() -> None:
    """Collect, and freeze what lives between two modules where it is much: later collections pass it by."""
    gc.collect()
    if len(gc.get_objects()) > FEW:
        gc.freeze()


def threads_besides(known: set[threading.Thread]) -> set[threading.Thread]:
    """The program's threads that are still running besides those known."""
    end = time.monotonic() + 60  # One that ends late on a busy machine is not left behind.
    while (left := {thread for thread in threading.enumerate() if _ours(thread)} - known) and time.monotonic() < end:
        time.sleep(0.01)
    return left


def where(threads: set[threading.Thread]) -> str:
    """The threads, and what they are doing."""
    frames = sys._current_frames()
    stacks = ("".join(traceback.format_stack(frames[thread.ident])) for thread in threads if thread.ident in frames)
    return "\n".join((str(threads), *stacks))


def _ours(thread: threading.Thread) -> bool:
    return thread.name.startswith(("mazescope", "field engine"))


def new_timers() -> list[ReferenceType[QTimer]]:
    """The timers made since the collector was last asked to collect; it may still collect them."""
    return [ref(found) for found in gc.get_objects(NEW) if type(found) is QTimer]


def running(timers: list[ReferenceType[QTimer]]) -> dict[int, str]:
    """Identity and owners of each of these timers that runs."""
    there = [timer for made in timers if (timer := made()) is not None]
    return {id(timer): _owners(timer) for timer in there if _active(timer)}


def _owners(timer: QTimer) -> str:
    """The classes of a timer's parents, the nearest first."""
    names, owner = [], timer.parent()
    while owner is not None:
        names.append(type(owner).__name__)
        owner = owner.parent()
    return " of ".join(names)


def _active(timer: QTimer) -> bool:
    try:
        return timer.isActive() and not _shared(timer)
    except RuntimeError:  # Qt has destroyed it already.
        return False


def _shared(timer: QTimer) -> bool:
    """True if it belongs to a window that is kept for the next test."""
    owner: QObject | None = timer
    while owner is not None and owner not in SHARED:
        owner = owner.parent()
    return owner is not None


def top_level() -> set[int]:
    """Identity of each window in sight."""
    return {id(widget) for widget in QApplication.topLevelWidgets() if widget.isVisible()}
