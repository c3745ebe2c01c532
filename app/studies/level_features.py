"""Features of levels that explain what a policy does there: distances, and what the paths are like.

Places: the start (the mouse), the cheese, the decision square, the corner (the maze's top-right square), and the
region, the top-right 5 x 5 squares that the published policies had their cheese in. A distance to the region is that
to its nearest open square: Euclidean distances to the nearest in a straight line, steps to the nearest on foot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from app.maze.level_routes import REGION, LevelRoutes
from app.maze.maze import Maze

PAIRS: Final = {
    "start_cheese": "SC",
    "start_decision": "SD",
    "start_corner": "ST",
    "cheese_decision": "CD",
    "cheese_corner": "CT",
    "decision_corner": "DT",
    "start_region": "SR",
    "cheese_region": "CR",
    "decision_region": "DR",
}
"""Pairs of places, as columns name them and as `LevelRoutes.steps` does."""

FEATURES: Final = {
    **{f"euclid_{name}": "Euclidean distance in cells" for name in PAIRS},
    **{f"steps_{name}": "steps along the shortest path" for name in PAIRS},
    "cheese_in_region": "1 where the cheese is in the region",
    "cheese_dead_end": "1 where the cheese's square has one open neighbour",
    "junctions_to_cheese": "forks after the decision square on the path to the cheese",
    "junctions_to_corner": "forks after the decision square on the path to the corner",
    "cheese_up": "rows of the cheese above the start",
    "cheese_right": "columns of the cheese to the right of the start",
    "decision_up": "rows of the decision square above the start",
    "decision_right": "columns of the decision square to the right of the start",
}
"""Every feature's column and what it is; null where a place it needs is missing."""

PRESETS: Final[dict[str, tuple[str, ...]]] = {
    "published": ("euclid_cheese_corner", "steps_cheese_decision", "euclid_cheese_decision"),
    "six": (
        "euclid_cheese_corner",
        "euclid_cheese_decision",
        "euclid_decision_corner",
        "steps_cheese_decision",
        "steps_decision_corner",
        "steps_cheese_region",
    ),
    "all": tuple(
        name
        for name in FEATURES
        # In a tree the steps between start, cheese and corner are sums of those to the decision square, and the
        # Euclidean distance of start and corner is the maze's side.
        if name not in ("steps_start_cheese", "steps_start_corner", "steps_cheese_corner")
    ),
}
"""Sets of features for a fit: the three of Turner et al. 2023, distances of three pairs, and all that are not sums of
others."""


def feature_columns(mazes: Sequence[Maze], routes: Sequence[LevelRoutes]) -> dict[str, np.ndarray]:
    """One masked array per feature, in the order of `FEATURES`: float64 for Euclidean distances, int32 otherwise."""
    places = {"S": _squares([maze.mouse for maze in mazes]), "T": _squares([maze.top_right for maze in mazes])}
    places["C"] = _squares([maze.cheese for maze in mazes])
    places["D"] = _squares([route.decision for route in routes])
    found: dict[str, np.ndarray] = {}
    for name, pair in PAIRS.items():
        one, other = pair[0], pair[1]
        if other == "R":
            found[f"euclid_{name}"] = _to_region(places[one], mazes)
        else:
            apart = places[one] - places[other]
            found[f"euclid_{name}"] = np.ma.sqrt((apart.astype(np.float64) ** 2).sum(axis=1))
    for name, pair in PAIRS.items():
        found[f"steps_{name}"] = whole_numbers([route.steps[pair] for route in routes])
    inside = [None if maze.cheese is None else min(maze.cheese) >= _first_of_region(maze) for maze in mazes]
    found["cheese_in_region"] = whole_numbers(inside)
    found["cheese_dead_end"] = whole_numbers([route.dead_end for route in routes])
    found["junctions_to_cheese"] = whole_numbers([route.junctions_to_cheese for route in routes])
    found["junctions_to_corner"] = whole_numbers([route.junctions_to_corner for route in routes])
    for name, key in (("cheese", "C"), ("decision", "D")):
        away = (places[key] - places["S"]).astype(np.int32)
        found[f"{name}_up"], found[f"{name}_right"] = away[:, 0], away[:, 1]
    return {name: found[name] for name in FEATURES}


def whole_numbers(values: Sequence[int | bool | None]) -> np.ma.MaskedArray:
    """A masked int32 array, masked where a value is None."""
    return np.ma.MaskedArray(
        np.array([0 if value is None else value for value in values], dtype=np.int32),
        mask=np.array([value is None for value in values], dtype=bool),
    )


def real_numbers(values: Sequence[float | None]) -> np.ma.MaskedArray:
    """A masked float64 array, masked where a value is None."""
    return np.ma.MaskedArray(
        np.array([0.0 if value is None else value for value in values], dtype=np.float64),
        mask=np.array([value is None for value in values], dtype=bool),
    )


def _squares(squares: Sequence[tuple[int, int] | None]) -> np.ma.MaskedArray:
    found = np.array([square or (0, 0) for square in squares], dtype=np.int64).reshape(-1, 2)
    missing = np.array([square is None for square in squares], dtype=bool)
    return np.ma.MaskedArray(found, mask=np.repeat(missing[:, None], 2, axis=1))


def _first_of_region(maze: Maze) -> int:
    return maze.margin + maze.dim - min(REGION, maze.dim)


def _to_region(places: np.ma.MaskedArray, mazes: Sequence[Maze]) -> np.ma.MaskedArray:
    """Distance to the nearest open square of each maze's region."""
    world = mazes[0].world if mazes else 0
    walls = np.frombuffer(b"".join(maze.walls for maze in mazes), dtype=np.uint8).reshape(len(mazes), world, world)
    first = np.array([_first_of_region(maze) for maze in mazes], dtype=np.int64)
    ends = np.array([maze.margin + maze.dim for maze in mazes], dtype=np.int64)
    rows = first[:, None] + np.arange(REGION)
    inside = rows < ends[:, None]
    clipped = np.minimum(rows, world - 1)
    opened = walls[np.arange(len(mazes))[:, None, None], clipped[:, :, None], clipped[:, None, :]] == 0
    opened &= inside[:, :, None] & inside[:, None, :]
    away = rows[:, :, None] - places.data[:, 0, None, None], rows[:, None, :] - places.data[:, 1, None, None]
    squared = np.where(opened, away[0] ** 2 + away[1] ** 2, np.iinfo(np.int64).max).reshape(len(mazes), -1).min(axis=1)
    missing = np.ma.getmaskarray(places)[:, 0] | ~opened.any(axis=(1, 2))
    return np.ma.MaskedArray(np.sqrt(np.where(missing, 0, squared).astype(np.float64)), mask=missing)
