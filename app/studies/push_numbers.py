"""The pushes of many levels as numbers: means, by direction of cheese and top right, how few parts tell the move."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from app.field.vector_field import move_probabilities
from app.maze.maze import Maze
from app.maze.moves import LEFT, MOVES, NOOP
from app.maze.routes import decision_square
from app.studies.level_set import NamedLevel
from app.studies.push_aggregation import Aggregation, aggregation
from app.studies.study import read_only

CHANNELS: Final = "embedder.relu3"
UNITS: Final = "embedder.relufc"
REGION: Final = 5
"""Side of the top-right square of a maze in which cheese counts as inside the region."""

DIRECTIONS: Final = tuple(range(LEFT, NOOP))
FEWEST: Final = 10
"""Levels from which an accuracy says something."""

NEARLY: Final = 0.02
"""Fewer parts count as telling the greedy move as well when their accuracy is lower by no more than this."""


@dataclass(frozen=True, eq=False)
class Cell:
    """The mean pushes where cheese and top right are in the same directions.

    Attributes:
        to_cheese, to_top_right: the first moves, indices into `app.maze.moves.MOVES`.
        inside: whether the cheese is inside the region.
        levels: n.
        push: (parts, 5) float64 mean push for LEFT DOWN UP RIGHT NOOP.
    """

    to_cheese: int
    to_top_right: int
    inside: bool
    levels: int
    push: np.ndarray

    @property
    def name(self) -> str:
        """In words: "cheese UP, top right RIGHT, inside"."""
        where = "inside" if self.inside else "outside"
        return f"cheese {MOVES[self.to_cheese]}, top right {MOVES[self.to_top_right]}, {where}"


@dataclass(frozen=True, eq=False)
class PushNumbers:
    """The pushes of every part in every level.

    Attributes:
        layer: `CHANNELS` or `UNITS`: what the parts are.
        region: side of the region in which the cheese counts as inside.
        seed: of the random parts that the aggregation is compared with.
        levels: the n levels that have a decision square, in order.
        push: (n, parts, 5) float32 push for LEFT DOWN UP RIGHT NOOP.
        biases: (n, 5) float32: what the biases add; with the parts, the centred mean logits.
        logits: (n, 15) float32 raw logits.
    """

    layer: str
    region: int
    seed: int
    levels: tuple[NamedLevel, ...]
    push: np.ndarray
    biases: np.ndarray
    logits: np.ndarray

    @cached_property
    def mean(self) -> np.ndarray:
        """(parts, 5) float64 mean push over the levels."""
        return read_only(self.push.astype(np.float64).mean(axis=0))

    @cached_property
    def to_cheese(self) -> np.ndarray:
        """(n,) the first move to the cheese."""
        return read_only([decision_square(level.maze).to_cheese for level in self.levels], np.int64)

    @cached_property
    def to_top_right(self) -> np.ndarray:
        """(n,) the first move to the top right."""
        return read_only([decision_square(level.maze).to_top_right for level in self.levels], np.int64)

    @cached_property
    def greedy(self) -> np.ndarray:
        """(n,) the likeliest move."""
        return read_only(move_probabilities(self.logits).argmax(axis=1), np.int64)

    @cached_property
    def inside(self) -> np.ndarray:
        """(n,) bool: whether the cheese is inside the region."""
        side = self.region
        return read_only([in_region(level.maze, side) for level in self.levels], bool)

    @cached_property
    def difference(self) -> np.ndarray:
        """(n, parts) float64: push for the move to the cheese less push for the move to the top right."""
        rows = np.arange(len(self.levels))
        return read_only(self.push[rows, :, self.to_cheese].astype(np.float64) - self.push[rows, :, self.to_top_right])

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The mean pushes by direction of cheese and top right and by region, where there is a level."""
        keys = sorted(set(zip(self.to_cheese.tolist(), self.to_top_right.tolist(), self.inside.tolist(), strict=True)))
        found = []
        for cheese, corner, inside in keys:
            chosen = (self.to_cheese == cheese) & (self.to_top_right == corner) & (self.inside == inside)
            found.append(
                Cell(cheese, corner, bool(inside), int(chosen.sum()), read_only(self.push[chosen].mean(axis=0)))
            )
        return tuple(found)

    @cached_property
    def aggregation(self) -> Aggregation | None:
        """Share of greedy moves that the parts that push most tell; None when it is never one of the two."""
        return aggregation(self.difference, self.to_cheese, self.to_top_right, self.greedy, seed=self.seed)

    def ranking(self, move: int) -> list[tuple[int, float]]:
        """(part, mean push) for a move, the largest first."""
        order = np.argsort(-self.mean[:, move], kind="stable")
        return [(int(part), float(self.mean[part, move])) for part in order]

    def by_choice(self) -> list[tuple[int, float]]:
        """(part, mean push for the cheese less for the top right), the largest first."""
        mean = self.difference.mean(axis=0)
        return [(int(part), float(mean[part])) for part in np.argsort(-mean, kind="stable")]

    @property
    def part(self) -> str:
        """The word for a part: "channel" or "unit"."""
        return "channel" if self.layer == CHANNELS else "unit"


def in_region(maze: Maze, side: int) -> bool:
    """True if the cheese is in the top-right side x side squares of the maze."""
    if maze.cheese is None:
        return False
    corner = maze.top_right[0]
    return all(corner - side < at <= corner for at in maze.cheese)
