"""Line that names what a field is of: the policy, and the patches that act."""

from __future__ import annotations

from app.interventions.patch_wording import stack_words
from app.interventions.patches import PatchStack
from app.policy.policy import Policy


def source_line(policy: Policy, stack: PatchStack, most: int = 3) -> str:
    """The line under a picture's title, on stage and in the title bar: "my-policy · zero channel 10 at block2.res1".

    Args:
        policy: the policy.
        stack: the stack.
        most: how many patches are named; of more, it says how many there are.
    """
    words = stack_words(stack, most)
    return f"{policy.name} · {words}" if words else policy.name
