"""Number of torch's threads, chosen for each Python thread."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Final

import torch

BEHIND_THE_WINDOW: Final = 5
"""Of the niceness of threads that compute what a window shows: its own thread is first, studies (10) are last."""

_changing = threading.Lock()


def let_others_first(niceness: int = BEHIND_THE_WINDOW) -> None:
    """Lower the priority of the calling thread, on Linux: it is not to hold up the window's own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


def one_thread_here() -> None:
    """From now on, torch computes on the calling thread alone; threads that start later are not concerned.

    torch takes the number that was set last as the default of threads to come, so another thread, which ends at once,
    puts the old one back.
    """
    # A thread takes the default over when torch first wants to divide work on it: asking makes that happen now, and not
    # after what is set here.
    torch.get_num_threads()
    with _changing:
        usual: list[int] = []
        _elsewhere(lambda: usual.append(torch.get_num_threads()))
        torch.set_num_threads(1)
        _elsewhere(lambda: torch.set_num_threads(usual[0]))


def _elsewhere(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
