"""Session files (`.mazescope`): everything needed to reopen a document and its view, as versioned JSON.

Keys that a reader does not know are passed over, and those of "view" may all be missing: what the view learns to keep
needs no new version. The version goes up when an older reader would take a file for something that it is not.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import Any, Final

from app import __version__
from app.document.document import OpenMaze, State
from app.document.snapshot import Snapshot
from app.errors import MazescopeError, SessionError, shown
from app.interventions.patches_file import stack_from_json, stack_to_json
from app.io.atomic import write_atomically
from app.io.json_file import json_bytes, json_shown, read_json
from app.maze import maze_file as maze_files
from app.maze.maze import WORLDS
from app.maze.random_words import LARGEST_SEED
from app.paths import asset
from app.policy.policy import Policy

SUFFIX: Final = ".mazescope"
FORMAT: Final = "mazescope-session"
VERSION: Final = 1
LARGEST: Final = 32 * 2**20
"""Bytes of a file: 14,000 mazes."""

LARGEST_COUNT: Final = 5000
"""Mazes of a file. Programs before this limit took hours to open so many, so that none has saved them."""

LARGEST_ID: Final = 2**30
"""Of a maze: mazes opened later are numbered on from there."""

COMPARE: Final = "compare"
"""The view's key of what the maze in front is compared with: `{"maze": id}`, `{"policy": {...}}`, or null."""


@dataclass(frozen=True)
class PolicyReference:
    """The policy of a session: its path, and the hash of its weights.

    Attributes:
        name: what it was called.
        weights_hash: its identity.
        paths: where to look for it, best first.
    """

    name: str
    weights_hash: str
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Session:
    """Contents of a session file.

    Attributes:
        state: the document's state, still without its policy.
        policy: which policy to load into it, or None.
        view: what is not undoable but reopened anyway: mode, layer, pinned square, part of the world in sight,
            what the maze in front is compared with; plain JSON values.
        compared: the policy to load that the one in front is compared with, or None.
    """

    state: State
    policy: PolicyReference | None
    view: Mapping[str, Any] = field(default_factory=dict)
    compared: PolicyReference | None = None


def to_json(state: State, view: Mapping[str, Any], folder: Path | None = None) -> dict[str, Any]:
    """The session as JSON values; with `folder`, the policy's path is also given relative to it."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "program": __version__,
        "mazes": [_maze_to_json(tab) for tab in state.mazes],
        "active": state.active,
        "policy": None if state.policy is None else _with_relative(policy_to_json(state.policy), folder),
        "stack": stack_to_json(state.stack),
        "snapshots": [_snapshot_to_json(kept) for kept in state.snapshots],
        "view": _view_to_json(view, folder),
    }


def save_session(path: Path, state: State, view: Mapping[str, Any]) -> None:
    """Write a session file, whole or not at all.

    Raises:
        SessionError: when the file cannot be written.
    """
    try:
        write_atomically(path, json_bytes(to_json(state, view, path.parent)))
    except OSError as error:
        raise SessionError(f"The session could not be saved to {path}: {error.strerror or error}.") from error


def load_session(path: Path) -> Session:
    """Read a session file.

    Raises:
        SessionError: one sentence on what was found and what was expected.
    """
    found = read_json(path, LARGEST, "a session saved by Mazescope", SessionError)
    try:
        return from_json(found, path.parent)
    except MazescopeError as error:
        raise SessionError(f"{path.name} cannot be opened: {error}") from error


def from_json(found: object, folder: Path | None = None) -> Session:
    """The session that JSON values hold.

    Raises:
        SessionError, MazeError, PatchError: one sentence on what was found and what was expected.
    """
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise SessionError(f'This is not a session: expected an object with "format": "{FORMAT}".')
    version = found.get("version")
    if type(version) is not int or version != VERSION:
        raise SessionError(f"The session has version {json_shown(version)}; this program reads version {VERSION}.")
    mazes, view = found.get("mazes"), found.get("view", {})
    if not isinstance(mazes, list) or not mazes:
        raise SessionError('The session has no mazes; expected a list "mazes" with at least one.')
    if len(mazes) > LARGEST_COUNT:
        raise SessionError(f"The session has {len(mazes)} mazes; expected at most {LARGEST_COUNT}.")
    if not isinstance(view, dict):
        raise SessionError('The session\'s "view" is not an object.')
    tabs = tuple(_maze_from_json(tab) for tab in mazes)
    numbers = [tab.id for tab in tabs]
    active = found.get("active")
    if len(set(numbers)) != len(numbers) or type(active) is not int or active not in numbers:
        raise SessionError('The session\'s mazes need different numbers, and "active" must be one of them.')
    stack = stack_from_json(found.get("stack", {"patches": []}))
    compare = view.get(COMPARE)
    other = compare.get("policy") if isinstance(compare, dict) else None
    return Session(
        State(tabs, active, None, stack, _snapshots_from_json(found.get("snapshots", []))),
        _policy_from_json(found.get("policy"), folder, "policy"),
        view,
        _policy_from_json(other, folder, "policy compared with"),
    )


def _maze_to_json(tab: OpenMaze) -> dict[str, Any]:
    return {
        "id": tab.id,
        "title": tab.title,
        "seed": tab.seed,
        "region": tab.region,
        "maze": maze_files.to_json(tab.maze),
        "generated": maze_files.to_json(tab.generated),
    }


def _maze_from_json(found: object) -> OpenMaze:
    if not isinstance(found, dict) or not {"id", "title", "maze", "generated"} <= found.keys():
        raise SessionError('A maze of the session lacks one of the keys "id", "title", "maze", "generated".')
    number, title, seed, region = found["id"], found["title"], found.get("seed"), found.get("region")
    if type(number) is not int or not 0 <= number <= LARGEST_ID or not isinstance(title, str):
        raise SessionError(
            f'A maze of the session needs a whole number "id" from 0 to {LARGEST_ID} and a text "title".'
        )
    for name, value, least, most in (("seed", seed, 0, LARGEST_SEED), ("region", region, 1, max(WORLDS.values()))):
        if value is not None and (type(value) is not int or not least <= value <= most):
            raise SessionError(
                f'The "{name}" of the maze {json_shown(title)} is {json_shown(value)}; '
                f"expected a whole number from {least} to {most}, or null."
            )
    maze, generated = maze_files.from_json(found["maze"]), maze_files.from_json(found["generated"])
    return OpenMaze(number, title, maze, generated, seed, region)


def _snapshot_to_json(kept: Snapshot) -> dict[str, Any]:
    return {
        "name": kept.name,
        "tab": kept.tab,
        "maze": maze_files.to_json(kept.maze),
        "stack": stack_to_json(kept.stack),
        "view": kept.view_values,
    }


def _snapshots_from_json(found: object) -> tuple[Snapshot, ...]:
    if not isinstance(found, list):
        raise SessionError('The session\'s "snapshots" is not a list.')
    snapshots = tuple(_snapshot_from_json(each) for each in found)
    if len({kept.name for kept in snapshots}) != len(snapshots):
        raise SessionError("Two snapshots of the session have one name; expected names that differ.")
    return snapshots


def _snapshot_from_json(found: object) -> Snapshot:
    if not isinstance(found, dict) or not {"name", "tab", "maze", "stack"} <= found.keys():
        raise SessionError('A snapshot of the session lacks one of the keys "name", "tab", "maze", "stack".')
    name, number, view = found["name"], found["tab"], found.get("view", {})
    if not isinstance(name, str) or not name or type(number) is not int or not isinstance(view, dict):
        raise SessionError('A snapshot of the session needs a text "name", a whole number "tab" and an object "view".')
    maze, stack = maze_files.from_json(found["maze"]), stack_from_json(found["stack"])
    return Snapshot(name, number, maze, stack, json.dumps(view, sort_keys=True))


def policy_to_json(policy: Policy) -> dict[str, str]:
    """The policy's name and the place of its file, as a session keeps them."""
    paths: dict[str, str] = {}
    if policy.path is not None:
        absolute = policy.path.absolute()
        paths["path"] = str(absolute)
        shipped = asset("policies")
        if absolute.is_relative_to(shipped):
            # A shipped policy moves with the program, so the place within its assets is what lasts.
            paths["shipped"] = absolute.relative_to(shipped).as_posix()
    return {"name": policy.name, "weights_hash": policy.weights_hash, **paths}


def shipped_policy(name: str) -> Path | None:
    """The file of a policy that ships with the program, by its place within the assets; None for one outside them."""
    root, place = asset("policies"), asset("policies", *name.split("/"))
    # A name with a null byte cannot be resolved.
    with contextlib.suppress(ValueError):
        if place.resolve().is_relative_to(root.resolve()):
            return place
    return None


def _with_relative(policy: Mapping[str, str], folder: Path | None) -> dict[str, str]:
    """A policy's JSON with its path from the session's folder too, so that both can move together."""
    if folder is None or "path" not in policy or "shipped" in policy:
        return dict(policy)
    absolute, home = Path(policy["path"]), folder.absolute()
    # Different drives of Windows have no way between them.
    if absolute.anchor != home.anchor:
        return dict(policy)
    return {**policy, "relative": Path(os.path.relpath(absolute, home)).as_posix()}


def _view_to_json(view: Mapping[str, Any], folder: Path | None) -> dict[str, Any]:
    compare = view.get(COMPARE)
    if isinstance(compare, Mapping) and isinstance(compare.get("policy"), Mapping):
        return {**view, COMPARE: {**compare, "policy": _with_relative(compare["policy"], folder)}}
    return dict(view)


def _policy_from_json(found: object, folder: Path | None, name: str) -> PolicyReference | None:
    if found is None:
        return None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise SessionError(f'The session\'s "{name}" is not an object of texts, nor null.')
    if "weights_hash" not in found:
        raise SessionError(f'The session\'s "{name}" lacks its "weights_hash".')
    paths: list[Path] = []
    shipped = shipped_policy(found["shipped"]) if "shipped" in found else None
    if shipped is not None:
        paths.append(shipped)
    if "relative" in found and folder is not None:
        relative = PureWindowsPath(found["relative"])
        if relative.anchor:
            raise SessionError(
                f'The session\'s "{name}" has the "relative" path {json_shown(found["relative"])}; expected one from '
                "the session's folder on."
            )
        paths.append(folder / found["relative"])
    if "path" in found:
        paths.append(Path(found["path"]))
    return PolicyReference(shown(found.get("name", "policy")), found["weights_hash"], tuple(paths))
