"""The levels a study is asked on: seeds of a world with the cheese's region, or mazes given one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.maze import generator
from app.maze.levels import cheese_in_region
from app.maze.maze import WORLDS, Maze


@dataclass(frozen=True)
class NamedLevel:
    """One level of a set.

    Attributes:
        maze: the maze.
        name: what rows and legends call it: "easy 42", or a file's stem.
        seed: procgen's level seed; None for a maze from elsewhere.
    """

    maze: Maze
    name: str
    seed: int | None = None


@dataclass(frozen=True)
class LevelSet:
    """Levels, and the few words that give them again.

    Attributes:
        levels: the levels, in order.
        world: "easy" or "hard".
        seeds: how they were asked for, "0:200"; empty for mazes from elsewhere.
        region: r, where the cheese was put into the top-right r x r squares; else None.
        files: where mazes from elsewhere are; empty for seeds, and for mazes that are in no file.
    """

    levels: tuple[NamedLevel, ...]
    world: str = "easy"
    seeds: str = ""
    region: int | None = None
    files: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.levels)

    @property
    def mazes(self) -> tuple[Maze, ...]:
        """The mazes."""
        return tuple(level.maze for level in self.levels)

    def words(self) -> tuple[str, ...]:
        """The command line's arguments for it."""
        if not self.seeds:
            return ("--maze", *self.files) if self.files else ()
        region = () if self.region is None else ("--region", str(self.region))
        return ("--world", self.world, "--seeds", self.seeds, *region)

    def recipe(self) -> dict[str, Any]:
        """As data that fits JSON; mazes that no seed gives are written out."""
        if self.seeds:
            return {"world": self.world, "seeds": self.seeds, "region": self.region}
        from app.maze.maze_file import to_json

        return {"mazes": [{"name": level.name, **to_json(level.maze)} for level in self.levels]}


def of_mazes(mazes: Sequence[Maze], names: Sequence[str] = ()) -> LevelSet:
    """A set of mazes that are available."""
    called = [*names, *(f"maze {number + 1}" for number in range(len(names), len(mazes)))]
    levels = tuple(NamedLevel(maze, name) for maze, name in zip(mazes, called, strict=True))
    return LevelSet(levels, levels[0].maze.world_name if levels else "easy")


def of_seeds(world: str, seeds: Sequence[int], asked: str, region: int | None = None) -> LevelSet:
    """procgen's levels of these seeds.

    Args:
        world: "easy" or "hard".
        seeds: the seeds.
        asked: how they were asked for, "0:200".
        region: r, to put the cheese into the top-right r x r squares.

    Raises:
        MazeError: for a region that the world has not.
    """
    mazes = generator.levels(WORLDS[world], seeds)
    if region is not None:
        mazes = [cheese_in_region(maze, seed, region) for maze, seed in zip(mazes, seeds, strict=True)]
    named = tuple(NamedLevel(maze, f"{world} {seed}", seed) for maze, seed in zip(mazes, seeds, strict=True))
    return LevelSet(named, world, asked, region)
