"""What the files that people open hold, told by their contents wherever their names leave it open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.document.session_file import FORMAT as SESSION_FORMAT
from app.document.session_file import SUFFIX as SESSION_SUFFIX
from app.document.session_file import Session, load_session
from app.errors import MazescopeError, PatchError, PolicyError
from app.interventions.patches import PatchStack
from app.interventions.patches_file import LARGEST, load_patches
from app.interventions.vectors import ActivationVector, read_vector, tensors_of, vector_file
from app.io.json_file import read_json
from app.io.regular_file import exists, is_file
from app.maze import maze_file as maze_files
from app.maze import state_file, text_file
from app.maze.maze import Maze
from app.policy.policy import Policy

if TYPE_CHECKING:
    from app.document.policy_lookup import Policies

EXPECTED: Final = "a policy, maze, vector, session or file of patches"
_MAZE_TEXT: Final = frozenset("#.CM \r\n")

Found = tuple[Session, "Policies"]
"""A session, and its policies as far as they were found."""


@dataclass(frozen=True)
class Mazes:
    """Several mazes of one file.

    Attributes:
        named: in the file's order, what to call each, and the maze.
    """

    named: tuple[tuple[str, Maze], ...]


Content = Found | Maze | Mazes | PatchStack | ActivationVector | Policy


def is_session(path: Path) -> bool:
    """Whether a file is a session, which takes the place of everything: by its suffix."""
    return path.suffix.lower() == SESSION_SUFFIX


def read_file(path: Path, here: Policy | None) -> Content:
    """What a file holds. Loads torch for a policy: only off the screen's thread.

    Args:
        path: a session (`.mazescope`), maze or patches (`.json`, or text that begins like it), maze as text (`.txt`, or
            text of nothing else), states of procgen, vector, or checkpoint.
        here: the policy that is open, which a session may be about.

    Raises:
        MazescopeError: one sentence on what was found and what was expected.
    """
    if exists(path) and not is_file(path):
        # A pipe would be waited for.
        kind = "a folder" if path.is_dir() else "a device or a pipe"
        raise MazescopeError(f"{path.name or path} is {kind}; expected {EXPECTED}.")
    if is_session(path):
        return _read_session(path, here)
    suffix, start = path.suffix.lower(), _start(path)
    if suffix == ".json" or (suffix != text_file.SUFFIX and start.lstrip().startswith("{")):
        return _read_json(path)
    if suffix == text_file.SUFFIX or (start.strip() and _MAZE_TEXT.issuperset(start)):
        return text_file.load(path)
    if state_file.holds_states(_beginning(path)):
        named = named_mazes(path)
        return named[0][1] if len(named) == 1 else Mazes(tuple(named))
    if vector_file(path):
        return read_vector(path)
    return _read_policy(path)


def read_mazes(path: Path) -> tuple[Maze, ...]:
    """The mazes of a maze file, of states of procgen, or of a maze as text.

    Raises:
        MazeError: one sentence on what was found and what was expected.
    """
    start = _beginning(path) if is_file(path) else b""
    if state_file.holds_states(start):
        return state_file.load(path)
    if path.suffix.lower() == text_file.SUFFIX:
        return (text_file.load(path),)
    return (maze_files.load(path),)


def named_mazes(path: Path) -> list[tuple[str, Maze]]:
    """The mazes of a file with what to call each: the file's stem, and its number where there are several.

    Raises:
        MazeError: as `read_mazes` does.
    """
    mazes = read_mazes(path)
    return [(path.stem if len(mazes) == 1 else f"{path.stem}-{number}", maze) for number, maze in enumerate(mazes, 1)]


def read_policy(path: Path) -> Policy:
    """The policy of a checkpoint.

    Raises:
        PolicyError: one sentence on what was found and what was expected; a vector is called one.
    """
    from app.policy.loading import load_policy

    if vector_file(path):
        raise PolicyError(f"{path.name} holds a vector, which Open takes into the library; expected a policy.")
    return load_policy(path)


def _read_session(path: Path, here: Policy | None) -> Found:
    from app.document.policy_lookup import find_policies

    session = load_session(path)
    return session, find_policies(session, here)


def _read_policy(path: Path) -> Policy:
    from app.policy.loading import EXPECTED as CHECKPOINT
    from app.policy.loading import load_policy

    names = tensors_of(path)
    if names and not any("embedder" in name for name in names):
        raise MazescopeError(
            f"{path.name} is neither a policy nor a vector: it holds {_listed(names)}; expected the weights of the "
            "IMPALA network, or one tensor `vector` as Mazescope saves it."
        )
    try:
        return load_policy(path)
    except PolicyError as error:
        # Here a policy is not all that could have come.
        raise PolicyError(str(error).replace(CHECKPOINT, EXPECTED)) from error


def _read_json(path: Path) -> Maze | PatchStack:
    """A maze, or a stack of patches, by the keys the file has."""
    found = read_json(path, LARGEST, "a maze or a file of patches", PatchError)
    kind = found.get("format") if isinstance(found, dict) else None
    if kind == SESSION_FORMAT:
        raise MazescopeError(
            f"{path.name} holds a session; expected a name that ends in {SESSION_SUFFIX}: rename it to open it."
        )
    if kind is not None:
        return maze_files.load(path)
    if isinstance(found, dict) and "patches" in found:
        return load_patches(path)
    raise PatchError(f'{path.name} is neither a maze nor a file of patches; expected the key "format" or "patches".')


def _start(path: Path) -> str:
    """How a text begins; empty for anything else."""
    try:
        return _beginning(path).decode()
    except ValueError:
        return ""


def _beginning(path: Path) -> bytes:
    """A file's first bytes; none of one that cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(2048)
    except (OSError, ValueError):
        return b""


def _listed(names: tuple[str, ...]) -> str:
    from app.policy.file_contents import listed

    return f"the tensor{'' if len(names) == 1 else 's'} {listed(names)}"
