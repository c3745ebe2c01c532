"""Choosing channels by a rule instead of by eye: on one half of the levels, so that the other half can judge them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from app.errors import MazescopeError
from app.field.level_forward import LevelForward
from app.field.machines import HERE, Machines
from app.policy.layers import layer
from app.policy.policy import Policy
from app.progress import Progress
from app.studies.ablation_push import ablation_push
from app.studies.cheese_channels import find_cheese_channels
from app.studies.decision_levels import DecisionLevel, decision_levels, each_level
from app.studies.level_set import LevelSet, NamedLevel

Rule = Literal["peak", "ablation"]
"""By what channels are chosen: those whose largest activation is within one pixel of the cheese in at least half of
the levels; or those that lower the log-odds most when they are zeroed."""

MARKS: Final = 0.5
TOP: Final = 3
"""Number of channels that the rule "ablation" takes unless told."""


@dataclass(frozen=True)
class ChosenChannels:
    """Channels and how they were chosen.

    Attributes:
        channels: their numbers, those that fit the rule best first.
        words: the rule in words, with its numbers.
        levels: on how many levels they were chosen; 0 where a user named them.
    """

    channels: tuple[int, ...]
    words: str
    levels: int


def halves(levels: LevelSet) -> tuple[LevelSet, LevelSet]:
    """Every other level from the first on, to choose by, and the others that repeat none of them, to judge on.

    Raises:
        MazescopeError: for fewer than two levels, or others that are all copies.
    """
    if len(levels) < 2:
        raise MazescopeError(f"{len(levels)} level was named; a rule needs levels to choose by and others to judge on.")
    chooses = levels.levels[::2]
    known = {level.maze for level in chooses}
    judges = [level for level in levels.levels[1::2] if level.maze not in known]
    if not judges:
        raise MazescopeError(f"Every other one of {len(levels)} levels is a copy of one that a rule chooses by.")
    return _only(levels, chooses), _only(levels, judges)


def chosen_by(
    rule: Rule,
    policy: Policy,
    levels: LevelSet,
    layer_name: str,
    top: int,
    progress: Progress,
    machines: Machines = HERE,
) -> ChosenChannels:
    """The channels of a layer that a rule chooses on these levels.

    Args:
        rule: which.
        policy: of which policy.
        levels: what is chosen by; never those that the channels are judged on.
        layer_name: the layer.
        top: how many channels "ablation" takes.
        progress: told how many levels are done.
        machines: what computes.

    Raises:
        MazescopeError: when no channel fits the rule.
        PatchError: for a layer without pixels, of which "peak" says nothing.
        Cancelled: when `progress` says not to continue.
    """
    if rule == "peak":
        mazes = [level.maze for level in levels.levels if level.maze.cheese is not None]
        if not mazes:
            raise MazescopeError("No level has a cheese, so no channel can mark it; expected levels with cheese.")
        ranking = find_cheese_channels(policy, layer_name=layer_name, mazes=mazes, progress=progress)
        found = tuple(each.channel for each in ranking if each.score >= MARKS)
        if not found:
            best = ranking[0]
            raise MazescopeError(
                f"No channel of {layer_name} peaks at the cheese in half of {len(mazes)} levels; the best, channel "
                f"{best.channel}, does in {best.score * 100:.0f} %."
            )
        return ChosenChannels(found, f"peak within one pixel of the cheese in half of {len(mazes)} levels", len(mazes))
    there = decision_levels(levels)
    changes = np.array(list(each_level(_Zeroed(layer_name), policy, there, progress, machines)))
    means = changes.mean(axis=0)
    order = np.argsort(means, kind="stable")[: min(top, layer(layer_name, policy.width).channels - 1)]
    if means[order[0]] >= 0:
        raise MazescopeError(f"Zeroing no channel of {layer_name} lowers the log-odds in {len(there)} levels.")
    text = f"lower the log-odds most when zeroed in {len(there)} levels"
    return ChosenChannels(tuple(int(each) for each in order if means[each] < 0), text, len(there))


@dataclass(frozen=True)
class _Zeroed:
    layer: str

    def __call__(self, level: DecisionLevel, forward: LevelForward) -> np.ndarray:
        return ablation_push(forward.policy, [level.start], self.layer, "zero", device=forward.device).log_odds[0]


def _only(levels: LevelSet, chosen: Sequence[NamedLevel]) -> LevelSet:
    return LevelSet(tuple(chosen), levels.world)
