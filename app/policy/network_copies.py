"""Networks on other devices: copied there once, and computing in full float32."""

from __future__ import annotations

import copy
from functools import lru_cache

import torch

from app.policy.network import Network
from app.policy.policy import Policy


def network_on(policy: Policy, device: str) -> Network:
    """The policy's network on a device; on the CPU its own, elsewhere a copy that is kept for the next question.

    Args:
        policy: the policy.
        device: "cpu", "cuda" or "mps".
    """
    if device == "cpu":
        return policy.network
    # Torch's own choice for convolutions on CUDA keeps 10 bits of a factor's mantissa, not 23.
    torch.backends.cudnn.allow_tf32 = False
    return _copied(policy, device)


@lru_cache(maxsize=2)
def _copied(policy: Policy, device: str) -> Network:
    return copy.deepcopy(policy.network).to(device)
