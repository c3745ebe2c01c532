"""Forward passes of observations of many levels on a graphics processor: whole images in large batches."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
from torch import Tensor

from app.field.convolutions import PLAIN, Convolutions
from app.field.level_forward import LevelForward, from_layer_shape, in_layer_shape
from app.field.receptive_fields import INPUT
from app.field.windowed_forward import Check, never
from app.policy.network_copies import network_on
from app.policy.policy import Policy
from app.policy.stages import run

BATCH: Final = 256
"""Observations that go through at once."""


class DeviceForward(LevelForward):
    """`LevelForward` by the plain network on a device. What it takes and gives is on the CPU, in the same layout.

    Args:
        policy: the policy.
        device: "cuda" or "mps"; "cpu" computes the same the plain way.
        check: called between batches.
    """

    def __init__(self, policy: Policy, device: str, check: Check = never) -> None:
        super().__init__(policy, Convolutions(policy.network, PLAIN), check)
        self.device = device
        self.chunk = BATCH
        self._network = network_on(policy, device)

    def between(self, x: Tensor, behind: str, stages: Collection[str]) -> dict[str, Tensor]:
        """One batch's activations at some stages, from those at `behind` on."""
        self.check()
        kept = self._run(x, behind, [stage for stage in stages if stage != behind])[1]
        return {stage: x if stage == behind else kept[stage] for stage in stages}

    def _logits(self, x: Tensor, behind: str) -> np.ndarray:
        self.check()
        return self._run(x, behind, ())[0].numpy()

    def _run(self, x: Tensor, behind: str, keep: Collection[str]) -> tuple[Tensor, dict[str, Tensor]]:
        inputs = x.permute(0, 3, 1, 2).contiguous() if behind == INPUT else in_layer_shape(x, behind).contiguous()
        after = None if behind == INPUT else behind
        found = run(self._network, inputs.to(self.device), keep=keep, after=after)
        kept = {name: from_layer_shape(activation.cpu(), name) for name, activation in found.kept.items()}
        return found.logits.cpu(), kept
