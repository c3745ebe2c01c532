"""The levels of reference/recorded.npz, made without procgen: their backgrounds are told by their recorded pictures."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from app.maze.maze import BACKGROUNDS, Maze
from app.maze.render import observation

SEEDS = {"easy": (0, 1, 2, 5, 9, 11, 20, 33), "hard": (0, 1, 2, 7, 13)}
LEVELS = tuple((world, seed) for world, seeds in SEEDS.items() for seed in seeds)


@lru_cache(maxsize=1)
def arrays(reference: Path) -> dict[str, np.ndarray]:
    """All arrays of the file by their keys, WORLD/SEED/NAME."""
    with np.load(reference / "recorded.npz") as file:
        return {key: file[key] for key in file.files}


def level(reference: Path, world: str, seed: int) -> Maze:
    """A recorded level, in the one background in which its picture is the recorded one."""
    found = arrays(reference)
    grid, dim = found[f"{world}/{seed}/grid"], int(found[f"{world}/{seed}/dim"])
    start = (len(grid) - dim) // 2
    plain = Maze.from_grid(grid, dim=dim, mouse=(start, start))
    picture = found[f"{world}/{seed}/obs_start"]
    (fitting,) = [
        maze for maze in map(plain.with_background, range(BACKGROUNDS)) if np.array_equal(observation(maze), picture)
    ]
    return fitting
