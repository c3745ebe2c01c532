"""Push: how much each channel, pixel or unit adds to the logits of each move, exactly, after the last convolution.

After `embedder.relu3` there are only fc, relufc and fc_policy. With the gates of relufc as they are, [fc > 0], the
logits are a sum over relu3's channels and pixels, and over relufc's units, plus what the biases add.

The push of a part for a move is its contribution to the mean logit of the move's 3, 1, 1, 3 or 7 actions, less the mean
of its contributions over the five moves: what all moves get alike decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import torch
from torch import Tensor

from app.errors import PatchError
from app.interventions.compiled_stack import CompiledStack
from app.maze.moves import ACTIONS, MOVE_ACTIONS, MOVES
from app.policy.network import Network
from app.policy.stages import run

LAST_PIXELS: Final = "embedder.block3.res2.resadd"
"""The layer in front of relu3."""

BEHIND: Final = ("embedder.fc", "embedder.relufc", "fc_policy", "fc_value")
"""Layers whose own patches would break the sum."""

_AT_ONCE: Final = 128
"""Observations computed together: enough to be fast, few enough to stay within 60 MB at width 4."""


@lru_cache(maxsize=1)
def mean_logits() -> np.ndarray:
    """(5, 15) float64: what makes mean logits of LEFT DOWN UP RIGHT NOOP, less their mean, of 15 logits."""
    means = np.zeros((len(MOVES), ACTIONS))
    for move, actions in enumerate(MOVE_ACTIONS):
        means[move, list(actions)] = 1 / len(actions)
    means -= means.mean(axis=0)
    means.setflags(write=False)
    return means


@dataclass(frozen=True, eq=False)
class Push:
    """Pushes for each move in n observations. All sums run over parts of one kind and equal `logits`.

    Attributes:
        channels: (n, C, 5) float32, of relu3's channels, for LEFT DOWN UP RIGHT NOOP.
        biases: (n, 5) float32: of the biases of fc (after open gates) and of fc_policy; with the channels, everything.
        units: (n, 256, 5) float32, of relufc's units.
        unit_biases: (5,) float32: of the biases of fc_policy; with the units, everything.
        logits: (n, 5) float32: mean logits of the moves, less their mean, as the network has them.
    """

    channels: np.ndarray
    biases: np.ndarray
    units: np.ndarray
    unit_biases: np.ndarray
    logits: np.ndarray

    def remainder(self) -> float:
        """The largest difference between a sum of parts and what it is the sum of: rounding, and nothing else."""
        by_channel = self.channels.sum(axis=1) + self.biases - self.logits
        by_unit = self.units.sum(axis=1) + self.unit_biases - self.logits
        return float(max(np.abs(by_channel).max(initial=0), np.abs(by_unit).max(initial=0)))


@dataclass(frozen=True, eq=False)
class Patched:
    """Edits of a stack after the last convolution.

    Attributes:
        stack: compiled for the policy and maze.
        squares: (n, 2) int (row, col) of the mouse in each observation; world grid, origin bottom-left.

    Raises:
        PatchError: when the stack acts on one of `BEHIND`.
    """

    stack: CompiledStack
    squares: np.ndarray

    def __post_init__(self) -> None:
        wrong = [name for name in self.stack.layers if name in BEHIND]
        if wrong:
            raise PatchError(
                f"A patch of {wrong[0]} was found; pushes sum to the logits under patches up to embedder.relu3 only."
            )


@torch.no_grad()
def push(network: Network, last: Tensor, patched: Patched | None = None) -> Push:
    """The push of every channel and unit.

    Args:
        network: the policy network, where `last` is.
        last: (n, C, 8, 8) float32 activations of `LAST_PIXELS`, such as `Engine.last_stage` gives.
        patched: what a stack does after them; None for the unpatched network.
    """
    parts = []
    for start in range(0, len(last), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        there = None if patched is None else Patched(patched.stack, patched.squares[rows])
        parts.append(_push(network, *_behind(network, last[rows], there)))
    if not parts:
        return _push(network, last.flatten(1), last.new_empty(0, 256), last.new_empty(0, ACTIONS))
    return Push(
        np.concatenate([each.channels for each in parts]),
        np.concatenate([each.biases for each in parts]),
        np.concatenate([each.units for each in parts]),
        parts[0].unit_biases,
        np.concatenate([each.logits for each in parts]),
    )


@torch.no_grad()
def pixel_push(network: Network, last: Tensor, patched: Patched | None = None) -> np.ndarray:
    """(n, C, 8, 8, 5) float32: the push of every pixel of every channel of relu3; arguments are those of `push`."""
    relu3, fc, _ = _behind(network, last, patched)
    gates = (fc > 0).to(last.dtype)
    # (n, 5, 256) times (256, features)
    through = (_heads(network) * gates[:, None]) @ network.embedder.fc.weight
    found = relu3[:, None] * through
    return found.view(len(last), len(MOVES), *last.shape[1:]).permute(0, 2, 3, 4, 1).cpu().numpy()


def _behind(network: Network, last: Tensor, patched: Patched | None) -> tuple[Tensor, Tensor, Tensor]:
    """(n, features) relu3, (n, 256) fc, (n, 15) logits."""
    layers = ("embedder.flatten", "embedder.fc")
    edit = None if patched is None else patched.stack.edit(patched.squares)
    edited = () if patched is None else patched.stack.layers
    found = run(network, last, edit=edit, edited=edited, keep=layers, after=LAST_PIXELS)
    return found.kept["embedder.flatten"], found.kept["embedder.fc"], found.logits


def _push(network: Network, relu3: Tensor, fc: Tensor, logits: Tensor) -> Push:
    heads, hidden = _heads(network), network.embedder.fc
    gates = (fc > 0).to(relu3.dtype)
    features = hidden.weight.shape[1]
    channels = features // 64
    # What each channel adds to each unit, (C, n, 256): a sum over the channel's 64 pixels.
    to_unit = torch.bmm(
        relu3.view(len(relu3), channels, 64).transpose(0, 1), hidden.weight.view(-1, channels, 64).permute(1, 2, 0)
    )
    by_channel = (to_unit * gates) @ heads.T
    biases = (gates * hidden.bias) @ heads.T
    means = torch.from_numpy(mean_logits().copy()).to(relu3)
    of_policy = means @ network.fc_policy.bias
    units = fc.relu()[:, :, None] * heads.T
    return Push(
        by_channel.transpose(0, 1).cpu().numpy(),
        (biases + of_policy).cpu().numpy(),
        units.cpu().numpy(),
        of_policy.cpu().numpy(),
        (logits @ means.T).cpu().numpy(),
    )


def _heads(network: Network) -> Tensor:
    """(5, 256): from relufc's units to mean logits of the moves, less their mean."""
    weight = network.fc_policy.weight
    return torch.from_numpy(mean_logits().copy()).to(weight) @ weight
