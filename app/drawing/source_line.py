"""Line that names what a field is of: the policy, and the patches that act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.interventions.patch_wording import stack_words
from app.interventions.patches import PatchStack
from app.policy.policy import Policy

_LONG: Final = 48
"""Letters from which a line next to another one would be too small to read."""


def source_line(policy: Policy, stack: PatchStack, most: int = 3) -> str:
    """The line under a picture's title, on stage and in the title bar: "my-policy · zero channel 10 at block2.res1".

    Args:
        policy: the policy.
        stack: the stack.
        most: how many patches are named; of more, it says how many there are.
    """
    words = stack_words(stack, most)
    return f"{policy.name} · {words}" if words else policy.name


def source_lines(source: str) -> list[str]:
    """Policy and patches, a line each."""
    policy, _, patches = source.replace("\n", " · ", 1).partition(" · ")
    # A line in any case: what is below stays in line with what is next to it.
    return [policy, patches or " "]


def aligned_sources(sources: Sequence[str]) -> list[str]:
    """The lines of mazes next to each other, all in as many lines as the longest wants."""
    if not any(len(source) > _LONG for source in sources):
        return list(sources)
    return ["\n".join(source_lines(source)) for source in sources]
