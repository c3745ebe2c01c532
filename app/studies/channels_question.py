"""Channels that mark the cheese, as a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from app.errors import MazescopeError
from app.policy.layers import DEFAULT_LAYER
from app.policy.policy import Policy
from app.progress import Progress, go_on
from app.studies.cheese_channels import CheeseChannel, find_cheese_channels
from app.studies.intervals import SHARE_INTERVAL, share_interval
from app.studies.level_set import LevelSet
from app.studies.response.setup import policy_words
from app.studies.study import Axis, Partial, Plot, Question, Recipe, Result, Series, Table, columns_of, unheard

_SHOWN = 12


@dataclass(frozen=True)
class ChannelsQuestion(Question):
    """Question: channels of a layer that peak within one pixel of the cheese, the mouse at the start.

    Attributes:
        policy: the policy.
        levels: the levels; those without cheese are left out.
        layer: a layer with pixels.

    Raises:
        MazescopeError: when no level has a cheese.
    """

    study: ClassVar[str] = "channels"

    policy: Policy
    levels: LevelSet
    layer: str = DEFAULT_LAYER

    def __post_init__(self) -> None:
        if not any(maze.cheese is not None for maze in self.levels.mazes):
            raise MazescopeError("No level with cheese was named; expected at least one.")

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> ChannelsResult:
        """Measure, on the CPU whatever the device.

        Raises:
            PatchError: for an unknown layer, or one without pixels.
            Cancelled: when `progress` says not to continue.
        """
        del device, partial
        mazes = [maze for maze in self.levels.mazes if maze.cheese is not None]
        found = find_cheese_channels(self.policy, layer_name=self.layer, mazes=mazes, progress=progress)
        return ChannelsResult(self, found)

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        return {
            "policy": {"name": self.policy.name, "weights_sha256": self.policy.weights_hash},
            "levels": self.levels.recipe(),
            "layer": self.layer,
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line."""
        layer = () if self.layer == DEFAULT_LAYER else ("--layer", self.layer)
        return (*policy_words(self.policy), *self.levels.words(), *layer)


@dataclass(frozen=True, eq=False)
class ChannelsResult(Result):
    """The channels, those that mark the cheese best first.

    Attributes:
        question: what was asked.
        channels: all of the layer's.
    """

    question: ChannelsQuestion
    channels: tuple[CheeseChannel, ...]

    def _table(self, channels: tuple[CheeseChannel, ...]) -> Table:
        rows = [
            (
                each.channel,
                each.levels,
                each.score,
                *share_interval(each.hits, each.levels),
                each.at_cheese,
                each.elsewhere,
            )
            for each in channels
        ]
        heads = [("channel", ""), ("n", ""), ("peaks at the cheese", "share"), ("from", "share"), ("to", "share")]
        heads += [("value there", ""), ("elsewhere", "")]
        title = f"Channels of {self.question.layer} by how often they peak within one pixel of the cheese"
        return Table("channels", columns_of(rows, heads), title)

    @property
    def records(self) -> Table:
        """One row a channel."""
        return self._table(self.channels)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The best channels."""
        return (self._table(self.channels[:_SHOWN]),)

    @property
    def plots(self) -> tuple[Plot, ...]:
        """Shares of the best channels."""
        best = self.channels[:_SHOWN]
        ends = np.array([share_interval(each.hits, each.levels) for each in best]).reshape(-1, 2)
        series = Series(
            "peaks at the cheese",
            np.arange(len(best)),
            np.array([each.score for each in best]),
            best[0].levels,
            ends[:, 0],
            ends[:, 1],
            SHARE_INTERVAL,
            kind="bars",
        )
        axis = Axis("channel", categories=tuple(str(each.channel) for each in best))
        share = Axis("peaks within one pixel", "share of levels", low=0.0, high=1.0)
        return (Plot("channels", f"Channels of {self.question.layer}", axis, share, (series,)),)

    @property
    def findings(self) -> tuple[str, ...]:
        """The best channel."""
        best = self.channels[0]
        return (f"Channel {best.channel} peaks at the cheese in {best.hits} of {best.levels} levels.",)

    def to_json(self) -> list[dict[str, Any]]:
        """One object a channel."""
        return [
            {
                "channel": each.channel,
                "n": each.levels,
                "hits": each.hits,
                "at_cheese": each.at_cheese,
                "elsewhere": each.elsewhere,
            }
            for each in self.channels
        ]
