"""The recipe of an export: everything needed to make it again, carried in the file's own metadata."""

from __future__ import annotations

import json
from typing import Any, Final

from app import __version__
from app.interventions.patches import PatchStack
from app.interventions.patches_file import stack_to_json
from app.maze.maze import Maze
from app.maze.maze_file import to_json
from app.paths import asset
from app.policy.policy import Policy

PROGRAM: Final = f"Mazescope {__version__}"

Recipe = dict[str, Any]


def recipe_of(
    maze: Maze, policy: Policy, stack: PatchStack, *, seed: int | None = None, region: int | None = None, **more: Any
) -> Recipe:
    """A view as data that fits JSON.

    Args:
        seed: procgen's level seed, when the maze is a level as generated.
        region: r, when its cheese was put into the top-right r x r squares.
        more: what else belongs to it: the view's mode, a movie's kind and frames per second.
    """
    return {
        "program": PROGRAM,
        "world": maze.world_name,
        "seed": seed,
        "region": region,
        "maze": to_json(maze),
        "policy": {"name": policy.name, "weights_sha256": policy.weights_hash, **_file(policy)},
        **stack_to_json(stack),
        **more,
    }


def _file(policy: Policy) -> dict[str, str]:
    """The name of the policy's file, without its folder: exports are shown to others."""
    if policy.path is None:
        return {}
    shipped = asset("policies")
    if policy.path.is_relative_to(shipped):
        return {"shipped": policy.path.relative_to(shipped).as_posix()}
    return {"file": policy.path.name}


def recipe_text(recipe: Recipe) -> str:
    """The recipe as one line of ASCII, fit for any format's metadata."""
    return json.dumps(recipe, ensure_ascii=True, separators=(",", ":"), default=str)
