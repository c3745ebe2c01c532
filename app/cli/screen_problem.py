"""Reason why there is no window: the display check's sentence for the command line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ScreenProblem:
    """Why no window can be opened, and what to do for one: a sentence each."""

    problem: str
    remedy: str
