"""Proximal policy optimization: advantages and the loss of an update.

Sources: Schulman et al. 2017 (arXiv 1707.06347); generalized advantage estimation: Schulman et al. 2016 (arXiv
1506.02438). The order of the parts follows the commonly used single-file forms of the algorithm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from app.maze.game_rules import REWARD
from training.reward_config import RewardConfig


@dataclass(frozen=True, eq=False)
class Played:
    """N environments played for T steps, in rows of T * N.

    Attributes:
        observations: (T * N, 3, 64, 64) uint8, channels last in memory.
        actions: (T * N,) int64. logs: (T * N,) float32, each action's log probability when it was drawn.
        values: (T * N,) float32, in units of the reward, as the network gave them.
        advantages, returns: (T * N,) float32, in units of the cheese's reward.
    """

    observations: Tensor
    actions: Tensor
    logs: Tensor
    values: Tensor
    advantages: Tensor
    returns: Tensor

    def part(self, rows: Tensor) -> Played:
        """Some of the rows."""
        return Played(
            *(
                values[rows]
                for values in (self.observations, self.actions, self.logs, self.values, self.advantages, self.returns)
            )
        )


@dataclass(frozen=True)
class Losses:
    """Terms of one minibatch.

    Attributes:
        total: what is minimised.
        entropy: of the actions, in nats.
        divergence: of the actions' probabilities from those they were drawn with, estimated from the ratios.
        clipped: share of ratios outside the clip.
    """

    total: Tensor
    entropy: float
    divergence: float
    clipped: float


def advantages(
    rewards: np.ndarray, values: np.ndarray, ended: np.ndarray, last: np.ndarray, gamma: float, gae_lambda: float
) -> np.ndarray:
    """(T, N) float32 generalized advantage estimates.

    Args:
        rewards, values, ended: (T, N): of each step, of the state before it, and whether it ended its episode.
        last: (N,) values of the states after the last step.
    """
    found = np.zeros_like(values, dtype=np.float32)
    after, carried = last, np.zeros(values.shape[1], dtype=np.float32)
    for t in reversed(range(len(values))):
        goes_on = ~ended[t]
        error = rewards[t] + gamma * after * goes_on - values[t]
        carried = error + gamma * gae_lambda * goes_on * carried
        found[t], after = carried, values[t]
    return found


def losses(logits: Tensor, values: Tensor, played: Played, config: RewardConfig) -> Losses:
    """The clipped loss of the policy, the clipped error of the value and the entropy.

    Args:
        logits: (B, 15). values: (B,), in units of the reward; the error is taken in units of the cheese's reward.
        played: the same B rows.
    """
    logs = logits.float().log_softmax(dim=1)
    chosen = logs.gather(1, played.actions[:, None])[:, 0]
    change = chosen - played.logs
    ratio = change.exp()
    advantage = (played.advantages - played.advantages.mean()) / (played.advantages.std() + 1e-8)
    policy = -torch.minimum(ratio * advantage, ratio.clamp(1 - config.clip, 1 + config.clip) * advantage).mean()
    value, before = values.float() / REWARD, played.values / REWARD
    near = before + (value - before).clamp(-config.clip, config.clip)
    error = 0.5 * torch.maximum((value - played.returns) ** 2, (near - played.returns) ** 2).mean()
    entropy = -(logs.exp() * logs).sum(dim=1).mean()
    total = policy + config.value_weight * error - config.entropy * entropy
    with torch.no_grad():
        clipped = ((ratio - 1).abs() > config.clip).float().mean()
        return Losses(total, float(entropy), float((ratio - 1 - change).mean()), float(clipped))
