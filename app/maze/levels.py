"""Where mazes come from: procgen's levels by seed, and random mazes of our own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from app.errors import MazeError
from app.maze.maze import BACKGROUNDS, WORLDS, Maze
from app.maze.procgen_client import SEEDS, Procgen, check_seed, check_world

_SEARCH_STEP: Final = 64
_SEARCH_LIMIT: Final = 4096
"""Seeds looked through for a size. Each of 7 or 12 sizes is equally likely: 4096 misses in a row do not happen."""


@dataclass(frozen=True)
class Level:
    """A maze and where it came from.

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


def generate_level(procgen: Procgen, world_name: str, seed: int, region: int | None = None) -> Level:
    """procgen's level of a seed, with its background.

    Args:
        procgen: the game.
        world_name: easy or hard.
        seed: 0 to 2^31 - 1.
        region: r moves the cheese into the maze's top-right r x r squares, as the goal misgeneralisation training of
            Langosco et al. 2021 does; see `cheese_in_region`.

    Raises:
        MazeError: for a world, seed or region that does not exist.
        ProcgenError: when procgen is not at hand.
    """
    return generate_levels(procgen, world_name, [seed], region)[0]


def generate_levels(
    procgen: Procgen, world_name: str, seeds: Collection[int], region: int | None = None
) -> list[Level]:
    """The levels of many seeds in one request. Arguments and errors are those of `generate_level`."""
    if region is not None:
        _check_region(region, WORLDS[check_world(world_name)])
    seeds = [check_seed(seed) for seed in seeds]
    mazes = procgen.levels(world_name, seeds)
    return [_level(maze, seed, region) for maze, seed in zip(mazes, seeds, strict=True)]


def find_level(
    procgen: Procgen,
    world_name: str,
    start_seed: int,
    direction: Literal[1, -1],
    dims: Collection[int] | None = None,
    region: int | None = None,
) -> Level:
    """The level of the next (1) or previous (-1) seed after `start_seed` whose maze has one of the wanted sizes.

    Args:
        dims: wanted sides of the maze; None for any. The others are as for `generate_level`.

    Raises:
        MazeError: when no side can be met, or no seed is left in that direction.
        ProcgenError: when procgen is not at hand.
    """
    side = WORLDS[check_world(world_name)]
    check_seed(start_seed)
    if region is not None:
        _check_region(region, side)
    wanted = set(range(3, side + 1, 2)) if dims is None else set(dims) & set(range(3, side + 1, 2))
    if not wanted:
        raise MazeError(
            f"No maze of the {world_name} world has the wanted size {sorted(dims or ())}; sizes are odd, 3 to {side}."
        )
    last = SEEDS - 1 if direction > 0 else 0
    seeds = range(start_seed + direction, last + direction, direction)[:_SEARCH_LIMIT]
    for start in range(0, len(seeds), _SEARCH_STEP):
        part = seeds[start : start + _SEARCH_STEP]
        for seed, maze in zip(part, procgen.levels(world_name, part), strict=True):
            if maze.dim in wanted:
                return _level(maze, seed, region)
    where = "after" if direction > 0 else "before"
    raise MazeError(f"No seed {where} {start_seed} has a maze of the wanted size; seeds run from 0 to {SEEDS - 1}.")


def cheese_in_region(maze: Maze, seed: int, region: int) -> Maze:
    """The maze with its cheese on a uniformly chosen open square, not the start, of the maze's top-right r x r squares.

    The generator is numpy's default one seeded by (seed, region), so equal arguments give the same square; candidates
    are in row-major order from the bottom left. A region larger than the maze is the whole maze.

    Raises:
        MazeError: when the region is not one, or has no open square but the start.
    """
    _check_region(region, maze.world)
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
    """A perfect maze of our own, made without procgen: of its kind, but not the maze that it makes of this seed.

    Like procgen's, it is a spanning tree found by taking walls away in random order (Kruskal's algorithm), the mouse at
    its bottom left, the cheese on a uniformly chosen other open square. Equal arguments give the same maze.

    Args:
        world: side of the world, 15 or 25.
        dim: side of the maze, odd, 3 to world; None draws it as procgen does, all sizes equally likely.
        seed: any whole number from 0.
        region: r puts the cheese in the top-right r x r squares.
        background: the background; None draws it.

    Raises:
        MazeError: for a world, size, region or background that does not exist.
    """
    if world not in WORLDS.values():
        raise MazeError(f"A world of side {world} was found; a world has side 15 (easy) or 25 (hard).")
    if seed < 0:
        raise MazeError(f"Seed {seed} was found; expected a whole number from 0.")
    random = np.random.default_rng(seed)
    if dim is None:
        dim = 3 + 2 * int(random.integers((world - 1) // 2))
    if not (3 <= dim <= world and dim % 2 == 1):
        raise MazeError(f"A maze of side {dim} was found; the side is odd, from 3 to {world}.")
    if background is None:
        background = int(random.integers(BACKGROUNDS))
    rooms, edges = _graph(world, dim)
    walls = bytearray(b"\x01") * world**2
    for room in rooms:
        walls[room] = 0
    parent = list(range(len(rooms)))
    left = len(rooms) - 1
    for edge in random.permutation(len(edges)).tolist():
        a, b, between = edges[edge]
        while parent[a] != a:
            parent[a] = a = parent[parent[a]]
        while parent[b] != b:
            parent[b] = b = parent[parent[b]]
        if a != b:
            parent[a] = b
            walls[between] = 0
            left -= 1
            if not left:
                break
    margin = (world - dim) // 2
    if region is not None:
        maze = Maze(world, dim, bytes(walls), (margin, margin), None, background)
        return cheese_in_region(maze, seed, region)
    # A perfect maze opens every room and one wall fewer between them; the first open cell is the start's.
    opened = np.flatnonzero(np.frombuffer(walls, dtype=np.uint8) == 0)
    cell = int(opened[1 + int(random.integers(len(opened) - 1))])
    return Maze(world, dim, bytes(walls), (margin, margin), (cell // world, cell % world), background)


@lru_cache(maxsize=32)
def _graph(world: int, dim: int) -> tuple[list[int], list[tuple[int, int, int]]]:
    """The cells that are always open, and for each wall between two of them their numbers and the wall's cell."""
    margin, count = (world - dim) // 2, (dim + 1) // 2

    def cell(row: int, col: int) -> int:
        return (margin + row) * world + margin + col

    rooms = [cell(2 * row, 2 * col) for row in range(count) for col in range(count)]
    edges = []
    for row in range(count):
        for col in range(count):
            if col + 1 < count:
                edges.append((row * count + col, row * count + col + 1, cell(2 * row, 2 * col + 1)))
            if row + 1 < count:
                edges.append((row * count + col, (row + 1) * count + col, cell(2 * row + 1, 2 * col)))
    return rooms, edges


def _check_region(region: int, world: int) -> None:
    if isinstance(region, bool) or not isinstance(region, int | np.integer) or not 1 <= region <= world:
        raise MazeError(f"A cheese region of {region} x {region} squares was found; expected 1 to {world} on a side.")


def _level(maze: Maze, seed: int, region: int | None) -> Level:
    name = f"{maze.world_name} {seed}"
    if region is None:
        return Level(maze, seed, None, name)
    return Level(
        cheese_in_region(maze, seed, region), seed, region, f"{name}, cheese in the top-right {region} x {region}"
    )
