"""Reason why there is no window: the display check's sentence for the command line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ScreenProblem:
    """The problem that keeps a window from opening, and the way out of it: a sentence each."""

    problem: str
    remedy: str
