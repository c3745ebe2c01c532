"""Waits that say where the process hangs, by a clock that stops while the process is stopped.

`Watch.part("export")` names what is done now. When that takes longer than the patience, the stacks of all threads are
written to stderr, by a thread of C that needs no lock of Python's, and a wait of `Watch.wait` ends with a sentence.
"""

from __future__ import annotations

import faulthandler
import sys
import threading
import time
from collections.abc import Callable
from typing import Final

TICK: Final = 0.2
MOST_OF_A_TICK: Final = 1.0
"""Seconds counted for one tick: a longer one is a process that was stopped, or a machine asleep."""


class RunningClock:
    """Seconds for which this process ran, as a thread of its own sees them: time in which it was stopped is left out.

    A thread that does not get Python's lock, or a core, for more than a second counts as stopped too, so that the clock
    runs slow on a starved machine, and never fast.
    """

    def __init__(self) -> None:
        self._seconds = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._count, name="running-clock", daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        """Seconds since the clock was made."""
        return self._seconds

    def close(self) -> None:
        """End the thread."""
        self._ended.set()
        self._thread.join()

    def _count(self) -> None:
        last = time.monotonic()
        while not self._ended.wait(TICK):
            now = time.monotonic()
            self._seconds += min(now - last, MOST_OF_A_TICK)
            last = now


class Watch:
    """Waits, each with a name and an end.

    Args:
        clock: by which waits are measured.
        patience: seconds of running time after which a wait has failed. Stacks are written after as many on the clock
            on the wall too, so that a thread which never gives Python's lock back shows.
    """

    def __init__(self, clock: RunningClock, patience: float) -> None:
        self.clock, self.patience = clock, patience
        self.now = ""

    def part(self, name: str) -> None:
        """Say what is done from now on."""
        self.now = name
        faulthandler.dump_traceback_later(self.patience, repeat=True)

    def close(self) -> None:
        """Write no stacks any more."""
        faulthandler.cancel_dump_traceback_later()

    def wait(self, what: str, until: Callable[[], bool], state: Callable[[], str] = str) -> None:
        """Let the window live until something is true.

        Args:
            what: is waited for, with what is done at the moment: "the export's file".
            state: what to say of the program when it never is.

        Raises:
            TimeoutError: when it is not within the patience; after the stacks of all threads were written.
        """
        from widgets.services.event_wait import STEP, live

        end = self.clock.seconds + self.patience
        while not until():
            if self.clock.seconds > end:
                sentence = f"{self.now}: waited {self.patience:.0f} s for {what}. {state()}".strip()
                print(sentence, file=sys.stderr, flush=True)
                faulthandler.dump_traceback(all_threads=True)
                raise TimeoutError(sentence)
            live(STEP)
