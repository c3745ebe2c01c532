"""Many mazes played at once, by the application's own rules and renderer: what a policy learns from by reward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.maze.game_rules import REWARD, TIMEOUT
from app.maze.maze import BACKGROUNDS, Maze
from app.maze.moves import LEFT, MOVE_DELTAS, MOVE_OF_ACTION, RIGHT
from app.maze.render import Patches, base_and_patches
from app.maze.tiles import SIDE
from training.batches import FACINGS
from training.random_mazes import random_maze


@dataclass(frozen=True, eq=False)
class Episode:
    """One maze, prepared so that a step is a few lookups.

    Attributes:
        pictures: for a mouse that looks as in a fresh level (or left), and for one that looks right.
        after: (squares, 5) int64: the square's index after each of LEFT DOWN UP RIGHT NOOP.
        start, cheese: indices of squares.
    """

    pictures: tuple[Patches, Patches]
    after: np.ndarray
    start: int
    cheese: int

    @staticmethod
    def of(maze: Maze) -> Episode:
        """The episode that begins with this maze, which has a cheese."""
        assert maze.cheese is not None
        # The square of the cheese is none that a mouse stays on, so `squares` leaves it out.
        squares = np.vstack([maze.squares, maze.cheese])
        index = np.full((maze.world, maze.world), -1)
        index[squares[:, 0], squares[:, 1]] = np.arange(len(squares))
        targets = squares[:, None, :] + MOVE_DELTAS.astype(np.int64)
        inside = ((targets >= 0) & (targets < maze.world)).all(axis=2)
        row, col = np.where(inside, targets[..., 0], 0), np.where(inside, targets[..., 1], 0)
        after = np.where(inside, index[row, col], -1)
        after = np.where(after < 0, np.arange(len(squares))[:, None], after)
        fresh, right = (base_and_patches(maze.with_facing(facing), squares) for facing in FACINGS)
        return Episode((fresh, right), after, int(index[maze.mouse]), int(index[maze.cheese]))


@dataclass(frozen=True)
class Step:
    """One step of all environments.

    Attributes:
        rewards: (N,) float32, the cheese's where it was reached.
        ended: (N,) bool, by cheese or time-out; the next observation is another maze's.
        lengths: (N,) int64 steps of the episodes so far, this one included.
    """

    rewards: np.ndarray
    ended: np.ndarray
    lengths: np.ndarray


_TURNS: Final = {LEFT: 0, RIGHT: 1}


class Environments:
    """N mazes of random sizes and backgrounds, the cheese in the region; each that ends gives way to a new one.

    Args:
        side: of the world. region: side of the cheese's region. size_power: see `Config.size_power`.
        random: draws the mazes.
    """

    def __init__(self, count: int, side: int, region: int, size_power: float, random: np.random.Generator) -> None:
        self._side, self._region, self._random = side, region, random
        self._dims = np.arange(3, side + 1, 2)
        weights = self._dims.astype(np.float64) ** size_power
        self._weights = weights / weights.sum()
        self._episodes = [self._new() for _ in range(count)]
        self._squares = np.array([episode.start for episode in self._episodes])
        self._facings = np.zeros(count, dtype=np.int64)
        self._lengths = np.zeros(count, dtype=np.int64)
        self._pictures = np.empty((count, SIDE, SIDE, 3), dtype=np.uint8)
        for which in range(count):
            self._draw(which)

    def observations(self) -> np.ndarray:
        """(N, 64, 64, 3) uint8, row 0 on top: what each mouse sees now. The array is the caller's own."""
        return self._pictures.copy()

    def step(self, actions: np.ndarray) -> Step:
        """Make one of the 15 actions in each maze.

        Args:
            actions: (N,) of procgen's action indices.
        """
        count = len(self._episodes)
        rewards, ended = np.zeros(count, dtype=np.float32), np.zeros(count, dtype=bool)
        self._lengths += 1
        lengths = self._lengths.copy()
        for which, move in enumerate(MOVE_OF_ACTION[actions].tolist()):
            episode, before = self._episodes[which], (self._squares[which], self._facings[which])
            square = episode.after[before[0], move]
            self._squares[which] = square
            self._facings[which] = _TURNS.get(move, self._facings[which])
            reached = square == episode.cheese
            if reached or lengths[which] >= TIMEOUT:
                rewards[which], ended[which] = REWARD * reached, True
                self._episodes[which] = self._new()
                self._squares[which] = self._episodes[which].start
                self._facings[which] = self._lengths[which] = 0
                self._draw(which)
            elif before != (square, self._facings[which]):
                self._draw(which)
        return Step(rewards, ended, lengths)

    def _new(self) -> Episode:
        random = self._random
        dim, background = int(random.choice(self._dims, p=self._weights)), int(random.integers(BACKGROUNDS))
        return Episode.of(random_maze(self._side, dim, int(random.integers(2**31)), self._region, background))

    def _draw(self, which: int) -> None:
        patches, square = self._episodes[which].pictures[self._facings[which]], self._squares[which]
        picture = self._pictures[which]
        picture[:] = patches.base
        (row, col), values = patches.corners[square], patches.values[square]
        picture[row : row + values.shape[0], col : col + values.shape[1]] = values
