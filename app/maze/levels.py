"""Levels of seeds, with the cheese where procgen has it or in the top right, and the search for a size."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from app.errors import MazeError
from app.maze import generator
from app.maze.maze import Maze, world_side
from app.maze.random_words import SEEDS, check_seed

_SEARCH_LIMIT: Final = 4096
"""Seeds looked through for a size. Each of 7 or 12 sizes is equally likely: 4096 misses in a row do not happen."""


@dataclass(frozen=True)
class Level:
    """A maze and its source.

    Attributes:
        maze: the maze as generated.
        seed: procgen's level seed, or None for a maze from elsewhere.
        region: r when the cheese was put in the maze's top-right r x r squares; None for where procgen has it.
        name: what to call it, "easy 42" or "hard 7, cheese in the top-right 5 x 5".
    """

    maze: Maze
    seed: int | None
    region: int | None
    name: str


@dataclass(frozen=True)
class SeededLevel:
    """The few words that give a level again.

    Attributes:
        world: "easy" or "hard".
        seed: procgen's level seed.
        region: r when the cheese is put in the maze's top-right r x r squares; else None.
    """

    world: str
    seed: int
    region: int | None = None

    @property
    def name(self) -> str:
        """Its name for people: "easy 42"."""
        return f"{self.world} {self.seed}"

    def maze(self) -> Maze:
        """The level, its mouse at the start."""
        return generate_level(self.world, self.seed, self.region).maze


def generate_level(world_name: str, seed: int, region: int | None = None) -> Level:
    """procgen's level of a seed.

    Args:
        world_name: easy or hard.
        seed: 0 to 2^31 - 1.
        region: r moves the cheese into the maze's top-right r x r squares, as the goal misgeneralisation training of
            Langosco et al. 2021 does; see `cheese_in_region`.

    Raises:
        MazeError: for a world, seed or region that does not exist.
    """
    return generate_levels(world_name, [seed], region)[0]


def generate_levels(world_name: str, seeds: Collection[int], region: int | None = None) -> list[Level]:
    """The levels of many seeds. Arguments and errors are those of `generate_level`."""
    side = world_side(world_name)
    if region is not None:
        check_region(region, side)
    checked = [check_seed(seed) for seed in seeds]
    return [_level(maze, seed, region) for maze, seed in zip(generator.levels(side, checked), checked, strict=True)]


def find_level(
    world_name: str,
    start_seed: int,
    direction: Literal[1, -1],
    dims: Collection[int] | None = None,
    region: int | None = None,
) -> Level:
    """The level of the next (1) or previous (-1) seed after `start_seed` whose maze has one of the wanted sizes.

    Args:
        start_seed: where the search begins, itself left out; one step outside the seeds begins at their end.
        dims: wanted sides of the maze; None for any. The others are as for `generate_level`.

    Raises:
        MazeError: when no side can be met, or no seed is left in that direction.
    """
    side = world_side(world_name)
    if region is not None:
        check_region(region, side)
    wanted = set(range(3, side + 1, 2)) if dims is None else set(dims) & set(range(3, side + 1, 2))
    if not wanted:
        raise MazeError(
            f"No maze of the {world_name} world has the wanted size {sorted(dims or ())}; sizes are odd, 3 to {side}."
        )
    if start_seed not in (-1, SEEDS):
        check_seed(start_seed)
    last = SEEDS if direction > 0 else -1
    seeds = range(start_seed + direction, last, direction)[:_SEARCH_LIMIT]
    found = seeds_of_sizes(side, seeds, wanted)
    if len(found):
        return generate_level(world_name, int(found[0]), region)
    where = "after" if direction > 0 else "before"
    raise MazeError(f"No seed {where} {start_seed} has a maze of the wanted size; seeds run from 0 to {SEEDS - 1}.")


def seeds_of_sizes(world: int, seeds: Sequence[int] | np.ndarray, dims: Collection[int]) -> np.ndarray:
    """(n,) int64: those of the seeds, in their order, whose maze has one of these sides. No maze is made for it.

    Args:
        world: side of the world, 15 or 25.
        seeds: 32-bit integers.
        dims: wanted sides.

    Raises:
        MazeError: as `app.maze.generator.level` does.
    """
    _, sides = generator.backgrounds_and_dims(world, seeds)
    return np.asarray(seeds, dtype=np.int64)[np.isin(sides, list(dims))]


def random_seeds(world: int, count: int, random: np.random.Generator, dim: int | None = None) -> list[int]:
    """Level seeds drawn uniformly, of mazes of one side where `dim` names one.

    Args:
        world: side of the world, 15 or 25.
        count: how many; a seed may come twice.
        random: what to draw from; its state moves on.
        dim: side of the mazes, odd, 3 to world.

    Raises:
        MazeError: for a world or side that does not exist.
    """
    sides = range(3, world + 1, 2)
    if dim is not None and dim not in sides:
        raise MazeError(f"A maze of side {dim} was found; the side is odd, from 3 to {world}.")
    found: list[int] = []
    while len(found) < count:
        drawn = random.integers(SEEDS, size=(count - len(found)) * (1 if dim is None else len(sides)) + 16)
        found += (drawn if dim is None else seeds_of_sizes(world, drawn, (dim,))).tolist()
    return found[:count]


def cheese_in_region(maze: Maze, seed: int, region: int) -> Maze:
    """The maze with its cheese on a uniformly chosen open square, not the start, of the maze's top-right r x r squares.

    The generator is numpy's default one seeded by (seed, region), so equal arguments give the same square; candidates
    are in row-major order from the bottom left. A region larger than the maze is the whole maze.

    Raises:
        MazeError: when the region is not one, or has no open square but the start.
    """
    check_region(region, maze.world)
    top, size = maze.margin + maze.dim, min(region, maze.dim)
    candidates = [
        (row, col)
        for row in range(top - size, top)
        for col in range(top - size, top)
        if maze.is_open((row, col)) and (row, col) != maze.mouse
    ]
    if not candidates:
        raise MazeError(f"The top-right {region} x {region} squares have no open square for the cheese.")
    chosen = candidates[int(np.random.default_rng((seed, region)).integers(len(candidates)))]
    return maze.with_cheese(chosen)


def random_level(world: int, dim: int | None, seed: int, region: int | None = None, background: int | None = 0) -> Maze:
    """The level of a seed in a size and over a background of choice.

    Args:
        world: side of the world, 15 or 25.
        dim: side of the maze, odd, 3 to world; None for the one that procgen draws.
        seed: 0 to 2^31 - 1.
        region: r puts the cheese in the top-right r x r squares.
        background: procgen's index; None for the one that procgen draws. With no size, background or region chosen,
            this is procgen's level of the seed.

    Raises:
        MazeError: for a world, size, seed, region or background that does not exist.
    """
    maze = generator.level(world, check_seed(seed), dim)
    if region is not None:
        maze = cheese_in_region(maze, seed, region)
    return maze if background is None else maze.with_background(background)


def check_region(region: int, world: int) -> None:
    if isinstance(region, bool) or not isinstance(region, int | np.integer) or not 1 <= region <= world:
        raise MazeError(f"A cheese region of {region} x {region} squares was found; expected 1 to {world} on a side.")


def _level(maze: Maze, seed: int, region: int | None) -> Level:
    name = f"{maze.world_name} {seed}"
    if region is None:
        return Level(maze, seed, None, name)
    return Level(
        cheese_in_region(maze, seed, region), seed, region, f"{name}, cheese in the top-right {region} x {region}"
    )
