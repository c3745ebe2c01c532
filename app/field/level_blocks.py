"""Levels by seed in blocks of 64 consecutive seeds: what studies over many levels compute, hand out and resume in.

A block is always made and computed whole, whichever of its levels were asked for, so that a level's numbers are the
same to the last bit however a range is split.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from app.maze import generator
from app.maze.levels import cheese_in_region
from app.maze.maze import WORLDS, Maze

BLOCK: Final = 64
"""Seeds in a block; the first one is a multiple of it."""

Span = tuple[int, int]
"""A half-open range of seeds."""


@dataclass(frozen=True)
class LevelBlock:
    """One block, and which of its levels are requested.

    Attributes:
        world: "easy" or "hard".
        first: its first seed, a multiple of `BLOCK`.
        wanted: ascending, disjoint ranges of seeds inside the block.
        region: r, where the cheese is put into the top-right r x r squares; else None.
    """

    world: str
    first: int
    wanted: tuple[Span, ...]
    region: int | None = None

    @property
    def seeds(self) -> np.ndarray:
        """(64,) int64: the seeds of the whole block."""
        return np.arange(self.first, self.first + BLOCK)

    @property
    def chosen(self) -> np.ndarray:
        """(64,) bool: which of them are requested."""
        chosen = np.zeros(BLOCK, dtype=bool)
        for start, stop in self.wanted:
            chosen[start - self.first : stop - self.first] = True
        return chosen

    def __len__(self) -> int:
        return sum(stop - start for start, stop in self.wanted)

    def mazes(self) -> list[Maze]:
        """The 64 levels of the whole block."""
        mazes = generator.levels(WORLDS[self.world], self.seeds)
        if self.region is None:
            return mazes
        return [cheese_in_region(maze, int(seed), self.region) for maze, seed in zip(mazes, self.seeds, strict=True)]


@dataclass(frozen=True)
class LevelRange:
    """Levels of a world by their seeds; a million take no more memory than one.

    Attributes:
        world: "easy" or "hard".
        spans: ascending, disjoint, half-open ranges of seeds that do not touch; see `level_range`.
        region: r, where the cheese is put into the top-right r x r squares; else None.
    """

    world: str
    spans: tuple[Span, ...]
    region: int | None = None

    def __len__(self) -> int:
        return sum(stop - start for start, stop in self.spans)

    @property
    def text(self) -> str:
        """The seeds as the command line takes them: "0:600,1000"."""
        return ",".join(str(start) if stop == start + 1 else f"{start}:{stop}" for start, stop in self.spans)

    def words(self) -> tuple[str, ...]:
        """The command line's arguments for it."""
        region = () if self.region is None else ("--region", str(self.region))
        return ("--world", self.world, "--seeds", self.text, *region)

    def recipe(self) -> dict[str, Any]:
        """As data that fits JSON."""
        return {"world": self.world, "seeds": self.text, "region": self.region}

    def blocks(self) -> Iterator[LevelBlock]:
        """The blocks that hold a wanted level, in the order of their seeds."""
        waiting: list[Span] = []
        first = 0
        for start, stop in self.spans:
            while start < stop:
                block = start - start % BLOCK
                if waiting and block != first:
                    yield LevelBlock(self.world, first, tuple(waiting), self.region)
                    waiting = []
                first = block
                waiting.append((start, min(stop, block + BLOCK)))
                start = block + BLOCK
        if waiting:
            yield LevelBlock(self.world, first, tuple(waiting), self.region)

    def count_blocks(self) -> int:
        """Number of blocks that `blocks` yields, without making them."""
        count, last = 0, -1
        for start, stop in self.spans:
            first = start // BLOCK
            end = (stop - 1) // BLOCK
            count += end - first + (first != last)
            last = end
        return count


def level_range(world: str, seeds: Iterable[range | Sequence[int]], region: int | None = None) -> LevelRange:
    """The levels of these seeds, each once and in ascending order.

    Args:
        world: "easy" or "hard".
        seeds: ranges of step 1, or other sequences of seeds.
        region: r, where the cheese is put into the top-right r x r squares.
    """
    spans: list[Span] = []
    for each in seeds:
        if isinstance(each, range) and each.step == 1:
            spans += [(each.start, each.stop)] if len(each) else []
        else:
            spans += [(int(seed), int(seed) + 1) for seed in each]
    joined: list[Span] = []
    for start, stop in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return LevelRange(world, tuple(joined), region)
