"""Session files (`.mazescope`): everything needed to reopen a document and its view, as versioned JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app import __version__
from app.atomic import write_atomically
from app.document import OpenMaze, State
from app.errors import MazescopeError, SessionError
from app.interventions.json_format import stack_from_json, stack_to_json
from app.maze import files as maze_files
from app.paths import asset
from app.policy.policy import Policy

SUFFIX: Final = ".mazescope"
FORMAT: Final = "mazescope-session"
VERSION: Final = 1
LARGEST: Final = 64 * 2**20


@dataclass(frozen=True)
class PolicyReference:
    """Which policy a session used: where it lay, and which weights it had.

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
    """What a session file holds.

    Attributes:
        state: the document's state, still without its policy.
        policy: which policy to load into it, or None.
        view: what is not undoable but reopened all the same: mode, layer, pinned square; plain JSON values.
    """

    state: State
    policy: PolicyReference | None
    view: Mapping[str, Any] = field(default_factory=dict)


def to_json(state: State, view: Mapping[str, Any], folder: Path | None = None) -> dict[str, Any]:
    """The session as JSON values; with `folder`, the policy's path is also given relative to it."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "program": __version__,
        "mazes": [_maze_to_json(tab) for tab in state.mazes],
        "active": state.active,
        "policy": None if state.policy is None else _policy_to_json(state.policy, folder),
        "stack": stack_to_json(state.stack),
        "view": dict(view),
    }


def save_session(path: Path, state: State, view: Mapping[str, Any]) -> None:
    """Write a session file, whole or not at all.

    Raises:
        SessionError: when the file cannot be written.
    """
    text = json.dumps(to_json(state, view, path.parent), indent=1, ensure_ascii=False)
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise SessionError(f"The session could not be saved to {path}: {error.strerror or error}.") from error


def load_session(path: Path) -> Session:
    """Read a session file.

    Raises:
        SessionError: one sentence on what was found and what was expected.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise SessionError(f"{path.name} holds more than {LARGEST >> 20} MB; a session file is far smaller.")
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise SessionError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise SessionError(f"{path.name} is not JSON; expected a session saved by Mazescope.") from error
    try:
        return from_json(found, path.parent)
    except SessionError:
        raise
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
    if version != VERSION:
        raise SessionError(f"The session has version {version!r}; this program reads version {VERSION}.")
    mazes, view = found.get("mazes"), found.get("view", {})
    if not isinstance(mazes, list) or not mazes:
        raise SessionError('The session has no mazes; expected a list "mazes" with at least one.')
    if not isinstance(view, dict):
        raise SessionError('The session\'s "view" is not an object.')
    tabs = tuple(_maze_from_json(tab) for tab in mazes)
    numbers = [tab.id for tab in tabs]
    active = found.get("active")
    if len(set(numbers)) != len(numbers) or active not in numbers:
        raise SessionError('The session\'s mazes need different numbers, and "active" must be one of them.')
    stack = stack_from_json(found.get("stack", {"patches": []}))
    return Session(State(tabs, int(active), None, stack), _policy_from_json(found.get("policy"), folder), view)


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
    if type(number) is not int or not isinstance(title, str):
        raise SessionError('A maze of the session needs a whole number "id" and a text "title".')
    for name, value in (("seed", seed), ("region", region)):
        if value is not None and type(value) is not int:
            raise SessionError(f'The "{name}" of the maze "{title}" is {value!r}; expected a whole number or null.')
    maze, generated = maze_files.from_json(found["maze"]), maze_files.from_json(found["generated"])
    return OpenMaze(number, title, maze, generated, seed, region)


def _policy_to_json(policy: Policy, folder: Path | None) -> dict[str, Any]:
    paths: dict[str, str] = {}
    if policy.path is not None:
        absolute = policy.path.absolute()
        paths["path"] = str(absolute)
        shipped = asset("policies")
        if absolute.is_relative_to(shipped):
            # A shipped policy moves with the program, so the place within its assets is what lasts.
            paths["shipped"] = absolute.relative_to(shipped).as_posix()
        elif folder is not None and absolute.anchor == folder.absolute().anchor:
            paths["relative"] = Path(os.path.relpath(absolute, folder.absolute())).as_posix()
    return {"name": policy.name, "weights_hash": policy.weights_hash, **paths}


def _policy_from_json(found: object, folder: Path | None) -> PolicyReference | None:
    if found is None:
        return None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise SessionError('The session\'s "policy" is not an object of texts, nor null.')
    if "weights_hash" not in found:
        raise SessionError('The session\'s "policy" lacks its "weights_hash".')
    paths: list[Path] = []
    if "shipped" in found:
        root, place = asset("policies"), asset("policies", *found["shipped"].split("/"))
        if place.resolve().is_relative_to(root.resolve()):
            paths.append(place)
    if "relative" in found and folder is not None:
        paths.append(folder / found["relative"])
    if "path" in found:
        paths.append(Path(found["path"]))
    return PolicyReference(found.get("name", "policy"), found["weights_hash"], tuple(paths))
