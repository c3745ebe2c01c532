"""A policy's behaviour and channels over its training: the rows of a series of checkpoints on one log axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

import numpy as np

from app.errors import MazescopeError, PatchError
from app.maze.maze import Maze
from app.maze.routes import decision_square
from app.policy.layers import DEFAULT_LAYER, layer
from app.policy.series import Series, series_to_json
from app.policy.stages import RESUMABLE
from app.progress import Cancelled, Progress, go_on
from app.studies.level_set import LevelSet
from app.studies.push_numbers import REGION, in_region
from app.studies.study import Partial, Plot, Question, Recipe, Result, Table, unheard
from app.studies.training_point import COEFFICIENTS, Asked, ChannelMaps, Point, channel_maps, point

STEPS: Final = 256
"""Steps of play within which the cheese counts as reached."""

MOST_STEPS: Final = 10_000


@dataclass(frozen=True)
class TrainingQuestion(Question):
    """Question: choices and channels of each checkpoint of a series, on the same levels.

    Attributes:
        series: the checkpoints.
        levels: the levels. Those with a decision square give the choices, all with a cheese give the outcomes.
        layer: where channels are looked for and the vector is added; one that a run can resume after, with pixels.
        region: side of the region in which the cheese counts as inside.
        steps: T, within which sampled play has to reach the cheese.
        play: whether play is computed at all; it takes nearly all of the time.
        seed: of the random vectors that the cheese vector is compared with.

    Raises:
        PatchError: for another layer.
        MazescopeError: for no level with a cheese, or numbers that are none.
    """

    study: ClassVar[str] = "training"

    series: Series
    levels: LevelSet
    layer: str = DEFAULT_LAYER
    region: int = REGION
    steps: int = STEPS
    play: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        stage = layer(self.layer, self.series.last.width)
        if stage.side is None or stage.name not in RESUMABLE:
            fitting = ", ".join(name for name in RESUMABLE if "block" in name)
            raise PatchError(f"{stage.name} was found; expected one of {fitting}.")
        if not any(level.maze.cheese is not None for level in self.levels.levels):
            raise MazescopeError("No level with a cheese was named; expected at least one.")
        if self.region < 1:
            raise MazescopeError(f"A region of side {self.region} was found; expected at least 1.")
        if not 1 <= self.steps <= MOST_STEPS:
            raise MazescopeError(f"{self.steps} steps were asked for; expected 1 to {MOST_STEPS}.")

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> TrainingResult:
        """Measure, the last checkpoint first: the channels of the others are known by its own.

        Raises:
            PolicyError: when a checkpoint's file is gone.
            Cancelled: when `progress` says not to continue.
        """
        count, levels = len(self.series), len(self.mazes)
        found: dict[int, Point] = {}
        reference: ChannelMaps | None = None
        for done, at in enumerate((count - 1, *range(count - 1))):

            def on(level: int, done: int = done) -> bool:
                if not progress(done * levels + level, count * levels):
                    raise Cancelled
                return True

            on(0)
            checkpoint = self.series.checkpoints[at]
            maps = channel_maps(checkpoint.policy, self.asked)
            reference = reference or maps
            found[at] = point(checkpoint, self.asked, maps, reference, device, on)
            partial(TrainingResult(self, tuple(found[index] for index in sorted(found))))
        progress(count * levels, count * levels)
        return TrainingResult(self, tuple(found[index] for index in sorted(found)))

    @cached_property
    def mazes(self) -> tuple[Maze, ...]:
        """The n levels that have a cheese."""
        return tuple(level.maze for level in self.levels.levels if level.maze.cheese is not None)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(level.name for level in self.levels.levels if level.maze.cheese is not None)

    @cached_property
    def inside(self) -> np.ndarray:
        """(n,) bool: whether the cheese is inside the region."""
        return np.array([in_region(maze, self.region) for maze in self.mazes])

    @cached_property
    def deciding(self) -> np.ndarray:
        """(d,) int64: which of the levels have a decision square."""
        return np.flatnonzero([decision_square(maze).square is not None for maze in self.mazes])

    @cached_property
    def asked(self) -> Asked:
        """What each checkpoint is asked."""
        return Asked(self.mazes, tuple(self.deciding.tolist()), self.layer, self.steps if self.play else 0, self.seed)

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        return {
            "series": self.series.name,
            "checkpoints": series_to_json(self.series),
            "levels": self.levels.recipe(),
            "layer": self.layer,
            "region": self.region,
            "steps": self.steps if self.play else None,
            "seed": self.seed,
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line."""
        folders = {str(path.parent) for path in (policy.path for policy in self.series.policies) if path is not None}
        play = ("--steps", str(self.steps)) if self.play else ("--no-play",)
        numbers = ("--layer", self.layer, "--inside", str(self.region), *play)
        return (*sorted(folders), *self.levels.words(), *numbers)


@dataclass(frozen=True, eq=False)
class TrainingResult(Result):
    """The points of a series that have been measured, their steps ascending.

    Attributes:
        question: what was asked.
        points: the points; the last checkpoint is measured first.
    """

    question: TrainingQuestion
    points: tuple[Point, ...]

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps of the points, ascending."""
        return tuple(each.step for each in self.points)

    @property
    def records(self) -> Table:
        """One row for each checkpoint and level."""
        from app.studies.training_tables import records

        return records(self)

    @property
    def tables(self) -> tuple[Table, ...]:
        """A row a step: solve rates, choices, cheese channel, the vector, the largest pushes."""
        from app.studies.training_tables import tables

        return tables(self)

    @property
    def plots(self) -> tuple[Plot, ...]:
        """The lanes, each over the step on a log axis."""
        from app.studies.training_plots import plots

        return plots(self)

    @property
    def findings(self) -> tuple[str, ...]:
        """What changed over training, in sentences."""
        from app.studies.training_tables import findings

        return findings(self)

    def to_json(self) -> dict[str, Any]:
        """The rows of the tables, one object a step."""
        from app.studies.training_tables import to_json

        return to_json(self)

    def medians(self, name: str, coefficient: float | None = None) -> np.ndarray:
        """(k,) float64 medians over the decision squares of "log_odds", "p_cheese" or "p_top_right".

        Args:
            name: of the number.
            coefficient: of the cheese vector that is added; None for the unpatched network.
        """
        return np.array([_median(each.choices(coefficient).of(name)) for each in self.points])

    @property
    def last(self) -> Point:
        """The point with the largest step."""
        return self.points[-1]


def _median(values: Sequence[float] | np.ndarray) -> float:
    return float(np.median(values)) if len(values) else float("nan")


__all__ = ["COEFFICIENTS", "Point", "TrainingQuestion", "TrainingResult"]
