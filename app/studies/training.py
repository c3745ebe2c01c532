"""A policy's behaviour and channels over its training: the rows of a series of checkpoints on one log axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from app.errors import MazescopeError, PatchError
from app.policy.layers import layer
from app.policy.series import series_to_json
from app.policy.stages import RESUMABLE
from app.progress import Cancelled, Progress, go_on
from app.studies import training_plots, training_tables
from app.studies.study import Partial, Plot, Question, Recipe, Result, Table, unheard
from app.studies.training_point import COEFFICIENTS, ChannelMaps, Point, channel_maps, point
from app.studies.training_rows import TrainingRows, TrainingSetting

MOST_STEPS: Final = 10_000


@dataclass(frozen=True)
class TrainingQuestion(TrainingSetting, Question):
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
        play = ("--steps", str(self.steps)) if self.play else ("--no-play",)
        numbers = ("--layer", self.layer, "--inside", str(self.region), *play)
        return (*self.series.words(), *self.levels.words(), *numbers)


@dataclass(frozen=True, eq=False)
class TrainingResult(TrainingRows, Result):
    """The points of a series that have been measured, their steps ascending.

    Attributes:
        question: what was asked.
        points: the points; the last checkpoint is measured first.
    """

    question: TrainingQuestion
    points: tuple[Point, ...]

    @property
    def records(self) -> Table:
        """One row for each checkpoint and level."""
        return training_tables.records(self)

    @property
    def tables(self) -> tuple[Table, ...]:
        """A row a step: solve rates, choices, cheese channel, the vector, the largest pushes."""
        return training_tables.tables(self)

    @property
    def plots(self) -> tuple[Plot, ...]:
        """The lanes, each over the step on a log axis."""
        return training_plots.plots(self)

    @property
    def findings(self) -> tuple[str, ...]:
        """The changes over training, in sentences."""
        return training_tables.findings(self)

    def to_json(self) -> dict[str, Any]:
        """The rows of the tables, one object a step."""
        return training_tables.to_json(self)


__all__ = ["COEFFICIENTS", "Point", "TrainingQuestion", "TrainingResult"]
