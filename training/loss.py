"""The loss that a training step minimises."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from app.maze.game_rules import REWARD
from app.maze.moves import MOVE_ACTIONS


def move_log_probabilities(logits: Tensor) -> Tensor:
    """(N, 5) log probabilities of LEFT DOWN UP RIGHT NOOP from (N, 15) raw logits: log of the sum over each class."""
    logs = logits.float().log_softmax(dim=1)
    return torch.stack([logs[:, list(actions)].logsumexp(dim=1) for actions in MOVE_ACTIONS], dim=1)


def imitation_loss(logits: Tensor, values: Tensor, targets: Tensor, returns: Tensor, value_weight: float) -> Tensor:
    """Cross-entropy of the moves plus the weighted squared error of the value, in units of the reward.

    Args:
        logits: (N, 15). values: (N,). targets: (N, 5) probabilities. returns: (N,) discounted returns.
    """
    cross_entropy = -(targets * move_log_probabilities(logits)).sum(dim=1).mean()
    error = nn.functional.mse_loss(values.float() / REWARD, returns / REWARD)
    return cross_entropy + value_weight * error
