"""Precedence of the window's own thread: while it does what takes long, studies in others wait between two steps.

Each call from Qt into Python needs Python's lock, and a table asks for hundreds of cells to be painted once; threads
that start small layers hold that lock often.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from app.field.precedence import shown_first

P = ParamSpec("P")
R = TypeVar("R")


def window_first(method: Callable[P, R]) -> Callable[P, R]:
    """A method of the GUI thread that studies wait for."""

    @wraps(method)
    def first(*args: P.args, **kwargs: P.kwargs) -> R:
        with shown_first():
            return method(*args, **kwargs)

    return first
