"""Effect of each channel of a layer on the choice at one maze's decision square: the numbers that channels sort by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.maze.maze import Maze
from app.maze.routes import decision_square
from app.policy.layers import layer
from app.policy.policy import Policy
from app.studies.ablation_push import ablation_push
from app.studies.level_set import of_mazes
from app.studies.push import PushQuestion
from app.studies.push_numbers import CHANNELS, UNITS


@dataclass(frozen=True, eq=False)
class ChannelChoice:
    """Numbers by channel, of the unpatched policy with the mouse on the decision square.

    Attributes:
        push: (C,) float64 push for the cheese less push for the top right: exact at relu3 and relufc, elsewhere what
            zeroing the channel takes from the log-odds.
        effect: (C,) float64 how much P(cheese) changes when the channel is zeroed, up or down.
    """

    push: np.ndarray
    effect: np.ndarray


def channel_choice(policy: Policy, maze: Maze, layer_name: str) -> ChannelChoice | None:
    """Measure; None where the maze has no decision square, and for the network's outputs.

    Raises:
        PatchError: when the network has no such layer.
        PolicyError: when it goes beyond what float32 holds.
    """
    stage = layer(layer_name, policy.width)
    if decision_square(maze).square is None or stage.name.startswith("fc_"):
        return None
    ablated = ablation_push(policy, [maze], stage.name)
    push = -ablated.log_odds[0]
    if stage.name in (CHANNELS, UNITS):
        push = PushQuestion(policy, of_mazes([maze]), stage.name).run().difference[0]
    return ChannelChoice(np.asarray(push), np.abs(ablated.cheese[0]))
