"""Resampling ("hypothesis scrubbing"): do claimed channels depend on the cheese's square, and others not?

Channels are replaced by those of another level, whose cheese is on the same square of the world or elsewhere. If the
claimed channels carry where the cheese is and nothing else, the first changes little and the second much; random sets
of as many other channels say what replacing any channels does. Source of the experiment: Turner et al. 2023.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import ClassVar, Final

import numpy as np
import torch
from torch import Tensor

from app.errors import MazescopeError, PatchError
from app.field.level_forward import LevelForward, from_layer_shape, in_layer_shape
from app.field.machines import HERE, Machines
from app.field.number_check import BEYOND, check_finite, is_finite
from app.field.vector_field import move_probabilities
from app.interventions.compatibility import fitting_layer
from app.interventions.patches import Zero
from app.maze.generator import level as generated
from app.maze.level_routes import level_routes
from app.maze.levels import random_seeds
from app.maze.maze import Maze
from app.policy.layers import DEFAULT_LAYER, layer
from app.policy.policy import Policy
from app.progress import Progress, go_on
from app.studies.channel_rules import TOP, ChosenChannels, Rule, chosen_by, halves
from app.studies.decision_levels import each_piece
from app.studies.level_set import LevelSet, NamedLevel
from app.studies.resample_result import ResampleResult
from app.studies.study import Partial, Question, Recipe, read_only, unheard
from app.studies.sweep import resumable_layers

CONTROLS: Final = 20
TRIED: Final = 40
ROUNDS: Final = 50
"""Levels looked through at once for sources, and how often."""


@dataclass(frozen=True)
class ResampleQuestion(Question):
    """Question: effect of replacing channels by another level's, by where the cheese is there.

    Attributes:
        policy: the policy, otherwise unpatched.
        levels: the levels; those without cheese are left out.
        layer: one that a run can resume after.
        channels: the claimed channels; None to choose them by `rule` on every other level and to judge on the rest.
        rule: see `app.studies.channel_rules`.
        top: how many channels the rule "ablation" takes.
        own_sources: whether each channel draws a source level of its own, as published, or all share one.
        controls: how many random sets of as many other channels.
        seed: of the source levels and of the sets.
        machines: what computes.

    Raises:
        PatchError: for a layer that a run cannot resume after, or channels that it lacks.
        MazescopeError: for no level, or too few channels or controls.
    """

    study: ClassVar[str] = "resample"

    policy: Policy
    levels: LevelSet
    layer: str = DEFAULT_LAYER
    channels: tuple[int, ...] | None = None
    rule: Rule = "peak"
    top: int = TOP
    own_sources: bool = True
    controls: int = CONTROLS
    seed: int = 0
    machines: Machines = field(default=HERE, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "layer", resumable_layers((self.layer,), self.policy.width)[0])
        if self.channels is not None:
            fitting_layer(Zero(layer=self.layer, channels=self.channels), self.policy)
        if self.controls < 2:
            raise MazescopeError(f"{self.controls} control sets were asked for; expected at least 2 to tell a spread.")
        if not len(self.levels):
            raise MazescopeError("No level was named; expected at least one.")

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> ResampleResult:
        """Measure.

        Raises:
            MazescopeError: when no level has cheese, no channel fits the rule, or too few others are left as controls.
            Cancelled: when `progress` says not to continue.
        """
        del partial
        machines = self.machines.on(device)
        judged, chosen = self._chosen(progress, machines)
        levels = [level for level in judged.levels if level.maze.cheese is not None]
        if not levels:
            raise MazescopeError("No level has a cheese; expected at least one that has.")
        sets = self._sets(chosen.channels)
        work = _ResampleOfLevel(self.layer, sets, self.own_sources, self.seed)
        found = [each for each in each_piece(work, self.policy, levels, progress, machines) if each is not None]
        if not found:
            raise MazescopeError(
                f"For none of {len(levels)} levels another one with its cheese on the same square was found."
            )
        return ResampleResult(
            self,
            chosen,
            self.layer,
            tuple(each.name for each in found),
            sets,
            read_only(np.array([each.variation for each in found])),
            read_only(np.array([each.component for each in found])),
            read_only(np.array([each.flips for each in found])),
        )

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        chosen = {"rule": self.rule, "top": self.top} if self.channels is None else {"channels": list(self.channels)}
        return {
            "policy": {"name": self.policy.name, "weights_sha256": self.policy.weights_hash},
            "levels": self.levels.recipe(),
            "layer": self.layer,
            **chosen,
            "own_sources": self.own_sources,
            "controls": self.controls,
            "seed": self.seed,
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line."""
        chosen: tuple[str, ...] = ("--rule", self.rule, "--top", str(self.top))
        if self.channels is not None:
            chosen = ("--channels", *map(str, self.channels))
        shared = () if self.own_sources else ("--one-source",)
        seed = () if self.seed == 0 else ("--seed", str(self.seed))
        return (*self.levels.words(), "--layer", self.layer, *chosen, *shared, "--controls", str(self.controls), *seed)

    def _chosen(self, progress: Progress, machines: Machines) -> tuple[LevelSet, ChosenChannels]:
        if self.channels is not None:
            return self.levels, ChosenChannels(self.channels, "named by the user", 0)
        chooses, judges = halves(self.levels)
        found = chosen_by(self.rule, self.policy, chooses, self.layer, self.top, progress, machines)
        return judges, found

    def _sets(self, claimed: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
        """The claimed channels, then the controls."""
        others = np.setdiff1d(np.arange(layer(self.layer, self.policy.width).channels), claimed)
        if len(others) <= len(claimed):
            raise MazescopeError(
                f"{len(claimed)} channels are claimed and {len(others)} are left; random sets of as many need more."
            )
        rng = np.random.default_rng([self.seed, 2])
        drawn = [np.sort(rng.choice(others, size=len(claimed), replace=False)) for _ in range(self.controls)]
        return (claimed, *(tuple(each.tolist()) for each in drawn))


@dataclass(frozen=True, eq=False)
class _Resampled:
    """One level: (2, sets) mean total variation, component measure, and whether the greedy move at the decision square
    flips, NaN without one; first with the cheese of the sources on the same square, then elsewhere."""

    name: str
    variation: np.ndarray
    component: np.ndarray
    flips: np.ndarray


@dataclass(frozen=True)
class _ResampleOfLevel:
    layer: str
    sets: tuple[tuple[int, ...], ...]
    own_sources: bool
    seed: int

    def __call__(self, level: NamedLevel, forward: LevelForward) -> _Resampled | None:
        maze = level.maze
        stage = self.layer
        before = in_layer_shape(forward.at_squares(maze, (stage,))[stage], stage)
        logits = forward.logits(from_layer_shape(before, stage), stage)
        check_finite((logits,))
        original = move_probabilities(logits)
        decision = level_routes(maze).decision
        row = None if decision is None else int(np.flatnonzero((maze.squares == decision).all(axis=1))[0])
        found = np.full((3, 2, len(self.sets)), np.nan)
        for kind, same in enumerate((True, False)):
            values = self._values(maze, same, before.shape[1], forward)
            if values is None:
                return None
            for place, channels in enumerate(self.sets):
                after = before.clone()
                after[:, list(channels)] = values[list(channels)]
                logits = forward.logits(from_layer_shape(after, stage), stage)
                if not is_finite(logits):
                    raise PatchError(BEYOND)
                change = move_probabilities(logits) - original
                found[0, kind, place] = np.abs(change).sum(axis=1).mean() / 2
                found[1, kind, place] = component_measure(change)
                if row is not None:
                    found[2, kind, place] = (original + change)[row].argmax() != original[row].argmax()
        return _Resampled(level.name, *found)

    def _values(self, maze: Maze, same: bool, channels: int, forward: LevelForward) -> Tensor | None:
        """(channels, ...) what each channel becomes; None when too few levels can have the cheese there."""
        count = channels if self.own_sources else 1
        found = list(islice(source_levels(maze, same, self.seed), count))
        if len(found) < count:
            return None
        x = in_layer_shape(forward.at(found, (self.layer,))[self.layer], self.layer)
        return x[torch.arange(count), torch.arange(count)] if self.own_sources else x[0]


def source_levels(maze: Maze, same_cheese: bool, seed: int) -> Iterator[Maze]:
    """Levels of the maze's world and side to take activations from, the mouse at their start.

    Args:
        maze: the level that they are for; it is no source itself.
        same_cheese: whether the cheese is put on the maze's cheese square, for levels in which that is open; otherwise
            it is where the level has it, which is another square.
        seed: with the maze, of the choice.
    """
    rng = np.random.default_rng([seed, int(same_cheese), *maze.walls[:: maze.world + 1], *(maze.cheese or (0, 0))])
    for _ in range(ROUNDS):
        for number in random_seeds(maze.world, TRIED, rng, maze.dim):
            source = generated(maze.world, number)
            if source.walls == maze.walls:
                continue
            if not same_cheese:
                if source.cheese != maze.cheese:
                    yield source
            elif maze.cheese is not None and source.is_open(maze.cheese) and source.mouse != maze.cheese:
                yield replace(source, cheese=maze.cheese)


def component_measure(change: np.ndarray) -> float:
    """The research code's measure of the difference of two fields: the Frobenius norm of the differences of the arrows
    of each single move, over the number of squares and 2. Source: STUDIES of Turner et al. 2023, their code.

    Args:
        change: (squares, 5) difference of the probabilities of LEFT, DOWN, UP, RIGHT, NOOP. NOOP has no length.
    """
    return float(np.sqrt((change[:, :4] ** 2).sum()) / len(change) / 2)
