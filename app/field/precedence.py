"""Precedence of the field that is shown over work on many levels: between two steps, that work waits for the field."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LONGEST: Final = 0.25
"""Seconds that one step waits at most: however fast questions follow each other, other work goes on, slowly."""

_changing = threading.Condition()
_shown = 0


@contextmanager
def shown_first() -> Iterator[None]:
    """While a field that somebody looks at is computed."""
    global _shown
    with _changing:
        _shown += 1
    try:
        yield
    finally:
        with _changing:
            _shown -= 1
            _changing.notify_all()


def give_way() -> None:
    """Wait while a field that somebody looks at is computed, `LONGEST` at most."""
    if _shown:
        with _changing:
            _changing.wait_for(lambda: not _shown, LONGEST)


def is_taken() -> bool:
    """True while a field that somebody looks at is computed."""
    return _shown > 0
