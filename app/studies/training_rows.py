"""Rows of a series of checkpoints: the setting of the study and its numbers, read by tables, plots and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.maze.maze import Maze
from app.maze.routes import decision_square
from app.policy.layers import DEFAULT_LAYER
from app.policy.series import Series
from app.studies.level_set import LevelSet
from app.studies.push_numbers import REGION, in_region
from app.studies.training_point import Asked, Point

STEPS = 256
"""Steps of play within which the cheese counts as reached."""


@dataclass(frozen=True)
class TrainingSetting:
    """The questions to each checkpoint of a series; see `app.studies.training.TrainingQuestion`."""

    series: Series
    levels: LevelSet
    layer: str = DEFAULT_LAYER
    region: int = REGION
    steps: int = STEPS
    play: bool = True
    seed: int = 0

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
        """The questions to each checkpoint."""
        return Asked(self.mazes, tuple(self.deciding.tolist()), self.layer, self.steps if self.play else 0, self.seed)


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """The points of a series that have been measured.

    Attributes:
        question: what was asked.
        points: their steps ascending; the last checkpoint is measured first.
    """

    question: TrainingSetting
    points: tuple[Point, ...]

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps of the points, ascending."""
        return tuple(each.step for each in self.points)

    @property
    def last(self) -> Point:
        """The point with the largest step."""
        return self.points[-1]

    def medians(self, name: str, coefficient: float | None = None) -> np.ndarray:
        """(k,) float64 medians over the decision squares of "log_odds", "p_cheese" or "p_top_right".

        Args:
            name: of the number.
            coefficient: of the cheese vector that is added; None for the unpatched network.
        """
        return np.array([_median(each.choices(coefficient).of(name)) for each in self.points])


def _median(values: Sequence[float] | np.ndarray) -> float:
    return float(np.median(values)) if len(values) else float("nan")
