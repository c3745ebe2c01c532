"""Pushes of components for each move: relu3's channels or relufc's units at the decision squares of many levels.

Exact, see `app.studies.exact_push`. Besides the means, the pushes by where cheese and top right are, and whether the
few parts that push most tell the greedy move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from app.errors import MazescopeError, PatchError
from app.field.number_check import check_finite
from app.interventions.channel_sets import ChannelSet, weightiest
from app.interventions.layer_activations import BATCH, inputs_of
from app.maze.maze import Maze
from app.maze.moves import DOWN, LEFT, MOVES, RIGHT, UP
from app.maze.routes import decision_square
from app.policy.layers import layer
from app.policy.network_copies import network_on
from app.policy.policy import Policy
from app.policy.stages import run
from app.progress import Progress, batches, go_on
from app.studies.exact_push import LAST_PIXELS, push
from app.studies.level_set import LevelSet, NamedLevel
from app.studies.push_numbers import CHANNELS, DIRECTIONS, FEWEST, NEARLY, REGION, UNITS, PushNumbers
from app.studies.push_tables import plots, tables
from app.studies.study import (
    Column,
    Partial,
    Plot,
    Question,
    Recipe,
    Result,
    Table,
    read_only,
    unheard,
)


@dataclass(frozen=True)
class PushQuestion(Question):
    """Question: pushes for each move at the decision squares of these levels.

    Attributes:
        policy: the policy, unpatched.
        levels: the levels; those without a decision square are left out.
        layer: `CHANNELS` or `UNITS`.
        region: side of the region in which the cheese counts as inside.
        seed: of the random parts that the aggregation is compared with.

    Raises:
        PatchError: for another layer.
        MazescopeError: for no level, or a region that is none.
    """

    study: ClassVar[str] = "push"

    policy: Policy
    levels: LevelSet
    layer: str = CHANNELS
    region: int = REGION
    seed: int = 0

    def __post_init__(self) -> None:
        if layer(self.layer, self.policy.width).name not in (CHANNELS, UNITS):
            raise PatchError(
                f"Pushes at {self.layer} are not a sum of the logits; expected {CHANNELS} or {UNITS}, or an ablation."
            )
        if not len(self.levels):
            raise MazescopeError("No level was named; expected at least one.")
        if self.region < 1:
            raise MazescopeError(f"A region of side {self.region} was found; expected at least 1.")

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> PushResult:
        """Measure.

        Raises:
            MazescopeError: when no level has a decision square.
            PolicyError: when the network goes beyond what float32 holds.
            Cancelled: when `progress` says not to continue.
        """
        del partial
        levels = levels_with_decision(self.levels)
        network = network_on(self.policy, device)
        found, biases, logits = [], [], []
        for batch in batches(levels, BATCH, progress):
            inputs = inputs_of([at_decision(level.maze) for level in batch]).to(device)
            plain = run(network, inputs, keep=(LAST_PIXELS,))
            pushes = push(network, plain.kept[LAST_PIXELS])
            found.append(pushes.channels if self.layer == CHANNELS else pushes.units)
            rest = pushes.biases if self.layer == CHANNELS else np.tile(pushes.unit_biases, (len(batch), 1))
            biases.append(rest)
            logits.append(plain.logits.cpu().numpy())
            check_finite((logits[-1], found[-1]))
        return PushResult(
            self.layer,
            self.region,
            self.seed,
            levels,
            read_only(np.concatenate(found), np.float32),
            read_only(np.concatenate(biases), np.float32),
            read_only(np.concatenate(logits), np.float32),
            self,
        )

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        return {
            "policy": self.policy.name,
            "weights": self.policy.weights_hash,
            "levels": self.levels.recipe(),
            "layer": self.layer,
            "region": self.region,
            "seed": self.seed,
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line."""
        return (*self.levels.words(), "--layer", self.layer, "--inside", str(self.region))


def levels_with_decision(levels: LevelSet) -> tuple[NamedLevel, ...]:
    """The levels that have a decision square.

    Raises:
        MazescopeError: when none has.
    """
    found = tuple(level for level in levels.levels if decision_square(level.maze).square is not None)
    if not found:
        raise MazescopeError(f"None of the {len(levels)} levels has a decision square; expected one that has.")
    return found


def at_decision(maze: Maze) -> Maze:
    """The maze with the mouse on its decision square."""
    square = decision_square(maze).square
    assert square is not None
    return maze.with_mouse(square)


@dataclass(frozen=True, eq=False)
class PushResult(PushNumbers, Result):
    """The pushes of every part in every level.

    Attributes:
        question: what was asked.
    """

    question: PushQuestion

    def sets(self) -> tuple[ChannelSet, ...]:
        """A named set for each direction: the fewest parts that make up 80 % of what pushes for it."""
        name = self.layer
        found = [weightiest(MOVES[move], name, self.mean[:, move].tolist()) for move in DIRECTIONS]
        return tuple(each for each in found if each is not None)

    @property
    def records(self) -> Table:
        """One row for each level and part."""
        n, parts, _ = self.push.shape
        each = np.repeat(np.arange(n), parts)
        names = [level.name for level in self.levels]
        columns = [
            Column("level", tuple(names[at] for at in each)),
            Column(self.part, np.tile(np.arange(parts), n)),
            *(Column(MOVES[move], self.push[:, :, move].ravel(), "logits") for move in range(len(MOVES))),
            Column("to_cheese", tuple(MOVES[self.to_cheese[at]] for at in each)),
            Column("to_top_right", tuple(MOVES[self.to_top_right[at]] for at in each)),
            Column("inside", self.inside[each]),
        ]
        return Table("pushes", tuple(columns))

    @property
    def tables(self) -> tuple[Table, ...]:
        """Means over levels with their standard errors, by direction, and the accuracies."""
        return tables(self)

    @property
    def plots(self) -> tuple[Plot, ...]:
        """The largest pushes, the pushes by direction, the accuracy over k."""
        return plots(self)

    @property
    def findings(self) -> tuple[str, ...]:
        """The mover of each direction, and how few parts tell the greedy move."""
        movers = ", ".join(
            f"{MOVES[move]} {self.part} {part} ({value:+.2f})"
            for move in DIRECTIONS
            for part, value in self.ranking(move)[:1]
        )
        count = f"{len(self.levels)} decision square{'s' if len(self.levels) > 1 else ''}"
        found = [f"The largest mean push for each move: {movers} (n = {count})."]
        known = self.aggregation
        if known is not None and known.levels >= FEWEST:
            few = int(np.argmax(known.accuracy >= known.accuracy.max() - NEARLY))
            found.append(
                f"The {known.counts[few]} {self.part}s that push most tell the greedy move in "
                f"{known.accuracy[few]:.3f} of {known.levels} levels, all {known.counts[-1]} in "
                f"{known.accuracy[-1]:.3f}; {known.counts[few]} at random in {known.control[few]:.3f}, always the "
                f"commoner move in {known.base_rate:.3f}."
            )
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """The means of each direction, every part, the largest first."""
        return {
            "n": len(self.levels),
            "push": {
                MOVES[move]: [[part, value] for part, value in self.ranking(move)] for move in (UP, LEFT, DOWN, RIGHT)
            },
        }
