"""Mazes of every kind: perfect ones, and what a user may make of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from app.maze.levels import random_level
from app.maze.maze import BACKGROUNDS, Maze

FACINGS = ("fresh", "left", "right")


def edited(random: np.random.Generator, world: int) -> Maze:
    """Any legal maze: walls at any density, isolated ones, open margins, mouse and cheese anywhere, or no cheese."""
    walls = random.random(world**2) < random.choice([0.02, 0.1, 0.5, 0.9, 1.0])
    cheese, mouse = (int(cell) for cell in random.choice(world**2, size=2, replace=False))
    walls[[cheese, mouse]] = False
    return Maze(
        world,
        int(random.choice(np.arange(3, world + 1, 2))),
        walls.astype(np.uint8).tobytes(),
        divmod(mouse, world),
        None if random.random() < 0.1 else divmod(cheese, world),
        int(random.integers(BACKGROUNDS)),
        str(random.choice(FACINGS)),  # type: ignore[arg-type]
    )


def crowded(random: np.random.Generator, world: int) -> Maze:
    """A legal maze whose mouse is next to its cheese, walls around them at any density: sprites over sprites' edges."""
    maze = edited(random, world)
    row, col = maze.mouse
    up, right = ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))[int(random.integers(8))]
    beside = (min(max(row + up, 0), world - 1), min(max(col + right, 0), world - 1))
    if beside == maze.mouse:
        return maze
    bare = replace(maze, cheese=None).with_walls((beside,), wall=False)
    return bare.with_cheese(beside)


@st.composite
def mazes(draw: st.DrawFn) -> Maze:
    """Perfect mazes, edited ones and crowded ones, in both worlds."""
    world = draw(st.sampled_from([15, 25]))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    kind = draw(st.sampled_from(["perfect", "edited", "crowded"]))
    if kind == "perfect":
        maze = random_level(world, None, int(random.integers(2**31)), background=None)
        square = maze.squares[int(random.integers(len(maze.squares)))]
        return replace(maze, mouse=(int(square[0]), int(square[1])), facing=draw(st.sampled_from(FACINGS)))
    return edited(random, world) if kind == "edited" else crowded(random, world)
