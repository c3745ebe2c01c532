"""Exports opened again: the maze, policy and patches of a picture, movie or table, by the recipe in its file."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.document.document import OpenMaze
from app.document.session_file import COMPARE, shipped_policy
from app.document.snapshot import Snapshot
from app.document.view_mode import Mode
from app.errors import MazeError, MazescopeError, PolicyError, SessionError
from app.interventions.patches import PatchStack
from app.interventions.patches_file import stack_from_json
from app.io.json_file import json_shown, parse_json
from app.io.regular_file import is_file
from app.maze import maze_file
from app.maze.levels import generate_level
from app.policy.policy import Policy

EXPECTED: Final = "an export of Mazescope"
_BESIDE: Final = "beside"
_WEIGHTS: Final = "weights_sha256"


@dataclass(frozen=True)
class Export:
    """Contents of an export's recipe.

    Attributes:
        name: of the file.
        mazes: the maze, and the one next to it where two were compared; numbered from 1.
        stack: the patches.
        policy: the recipe's words on its policy.
        mode: the fields that were shown, or None where the file does not say.
        snapshots: those of a picture of snapshots; they belong to the first maze's tab, number 1.
        compared: what the maze is compared with, as a session's view has it: `{"maze": 2}`, `{"cheese": True}`, or
            `{"policy": words}` with the recipe's words on the other policy; None where nothing was compared.
    """

    name: str
    mazes: tuple[OpenMaze, ...]
    stack: PatchStack
    policy: Mapping[str, Any]
    mode: Mode | None
    snapshots: tuple[Snapshot, ...] = ()
    compared: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class OpenedExport:
    """An export, and its policy where that was found.

    Attributes:
        export: the maze and the patches.
        policy: the policy with the recipe's weights, or None.
        problem: a sentence for the user when it, or the other, was not found; else empty.
        other: the policy that it is compared with, where that was found.
    """

    export: Export
    policy: Policy | None
    problem: str = ""
    other: Policy | None = None

    def view(self, first: int) -> dict[str, Any]:
        """Its words on the view, as a session keeps them, its first maze being in the tab of this number."""
        compared = self.export.compared or {}
        found: dict[str, Any] = {} if self.export.mode is None else {"mode": self.export.mode}
        if self.other is not None:
            found[COMPARE] = {"policy": self.other}
        elif "maze" in compared:
            found[COMPARE] = {"maze": first + 1}
        elif "cheese" in compared:
            found[COMPARE] = dict(compared)
        return found


def export_of(text: str, path: Path) -> Export:
    """The maze and patches of a recipe.

    Args:
        text: the recipe.
        path: the export.

    Raises:
        SessionError: one sentence on what was found and what was expected.
    """
    try:
        recipe = parse_json(text)
    except ValueError:
        recipe = None
    if not isinstance(recipe, dict) or not str(recipe.get("program", "")).startswith("Mazescope "):
        raise SessionError(f"{path.name} has a recipe that cannot be read; expected {EXPECTED}.")
    if "study" in recipe:
        raise SessionError(
            f"{path.name} shows the study {json_shown(recipe['study'])}, which the command `study` asks "
            "again; expected an export of a maze."
        )
    beside, view, policy = recipe.get(_BESIDE), recipe.get("view"), recipe.get("policy")
    try:
        mazes: tuple[OpenMaze, ...] = (_tab(recipe, 1, path.stem),)
        if isinstance(beside, dict):
            mazes = (*mazes, _tab(beside, 2, f"{path.stem}, right"))
        stack = stack_from_json({"patches": recipe.get("patches")})
        snapshots = _snapshots(recipe.get("snapshots"))
    except MazescopeError as error:
        raise SessionError(f"{path.name} has a recipe that cannot be used: {error}") from error
    compared = _comparison(mazes, recipe) if isinstance(beside, dict) else None
    # Only the maze of another tab is a tab of its own.
    different = mazes if compared is not None and "maze" in compared else mazes[:1]
    mode = Mode(view) if isinstance(view, str) and view in list(Mode) else None
    return Export(path.name, different, stack, policy if isinstance(policy, dict) else {}, mode, snapshots, compared)


def _comparison(mazes: tuple[OpenMaze, ...], recipe: Mapping[str, Any]) -> dict[str, Any] | None:
    """The difference of the two in an export of two; None where that cannot be told."""
    here, there = recipe.get("policy"), recipe[_BESIDE].get("policy")
    if mazes[0].maze != mazes[1].maze:
        return {"cheese": True} if recipe.get("compared") == "cheese" else {"maze": 2}
    if isinstance(here, dict) and isinstance(there, dict) and here.get(_WEIGHTS) != there.get(_WEIGHTS):
        return {"policy": there}
    return None


def with_policy(export: Export, folders: Iterable[Path], here: Policy | None) -> OpenedExport:
    """The export with its policy, and the one that it is compared with, found by the hash of their weights.

    A policy is the one that is open, one that is in use, one that ships with the program, or the file of the recipe's
    name in one of the folders. No other place is looked at.

    Args:
        export: the export.
        folders: its own, and others in which the user has opened policies.
        here: the policy that is open.
    """
    folders = tuple(folders)
    policy, problem = _found(export.policy, export.name, folders, here)
    if problem:
        problem += "; the policy that was open is used in its place."
    other = None
    words = (export.compared or {}).get("policy")
    if words is not None:
        other, missing = _found(words, export.name, folders, here)
        problem = " ".join(filter(None, (problem, f"{missing}; it is not compared with." if missing else "")))
    return OpenedExport(export, policy, problem, other)


def _found(
    words: Mapping[str, Any], export: str, folders: Iterable[Path], here: Policy | None
) -> tuple[Policy | None, str]:
    """The policy of a recipe's words, and the beginning of a sentence where it was not found."""
    wanted = words.get(_WEIGHTS)
    if not isinstance(wanted, str):
        return None, ""
    if here is not None and here.weights_hash == wanted:
        return here, ""
    # Loads torch.
    from app.policy.loading import load_policy, loaded_policy

    known = loaded_policy(wanted)
    if known is not None:
        return known, ""
    for place in filter(is_file, _places(words, folders)):
        with contextlib.suppress(PolicyError):
            policy = load_policy(place)
            if policy.weights_hash == wanted:
                return policy, ""
    file = words.get("file")
    where = f" (no {json_shown(file)} with its weights is next to it)" if isinstance(file, str) else ""
    return None, f"The policy {json_shown(words.get('name'))} of {export} was not found{where}"


def _tab(recipe: Mapping[str, Any], number: int, name: str) -> OpenMaze:
    maze = maze_file.from_json(recipe.get("maze"))
    seed, region, title = recipe.get("seed"), recipe.get("region"), recipe.get("title")
    try:
        level = generate_level(maze.world_name, seed, region) if type(seed) is int else None
    except (MazeError, TypeError):
        level = None
    called = title if isinstance(title, str) and title.strip() else name
    if level is None or level.maze.world != maze.world:
        return OpenMaze(number, called, maze, maze)
    return OpenMaze(number, level.name, maze, level.maze, level.seed, level.region)


def _snapshots(found: object) -> tuple[Snapshot, ...]:
    """The snapshots of a recipe by their names, in their order; of two with one name the later."""
    kept: dict[str, Snapshot] = {}
    for number, each in enumerate(found if isinstance(found, list) else (), 1):
        if not isinstance(each, dict):
            raise SessionError(f'Item {number} of "snapshots" is not an object.')
        title, view = each.get("title"), each.get("view")
        name = title if isinstance(title, str) and title.strip() else f"Snapshot {number}"
        stack = stack_from_json({"patches": each.get("patches")})
        seen = json.dumps({"mode": view} if isinstance(view, str) and view in list(Mode) else {})
        kept[name] = Snapshot(name, 1, maze_file.from_json(each.get("maze")), stack, seen)
    return tuple(kept.values())


def _places(found: Mapping[str, Any], folders: Iterable[Path]) -> Iterator[Path]:
    """The files that may be the policy."""
    shipped, name = found.get("shipped"), found.get("file")
    place = shipped_policy(shipped) if isinstance(shipped, str) else None
    if place is not None:
        yield place
    # A name alone: a recipe from elsewhere sends nobody to other folders.
    if isinstance(name, str) and name and Path(name).name == name and not {"/", "\\", ":", "\0"} & set(name):
        yield from (folder / name for folder in dict.fromkeys(folders))
