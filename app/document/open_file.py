"""Opening of files: the kind is read from the contents, and every file that a user opens is read here.

The window's menus, drops and panels, and the command line, all come here: `read_file` takes whatever a file holds, and
`open_policy`, `open_mazes`, `open_patches` and `open_vector` take one kind and refuse the others by name. A further
format is a further line of `READERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar, cast

from app.document.export_file import Export, OpenedExport, export_of, with_policy
from app.document.file_beginning import Beginning
from app.document.outside import is_outside
from app.document.session_file import FORMAT as SESSION_FORMAT
from app.document.session_file import SUFFIX as SESSION_SUFFIX
from app.document.session_file import Session, load_session
from app.errors import MazeError, MazescopeError, PatchError, PolicyError, SessionError
from app.interventions.patches import PatchStack
from app.interventions.patches_file import load_patches
from app.interventions.vectors import ActivationVector, is_vector, read_vector
from app.maze import grid_file, maze_file, state_file, text_file
from app.maze.maze import Maze
from app.maze.text_variants import looks_like_maze
from app.policy.policy import Policy

if TYPE_CHECKING:
    from app.document.policy_lookup import Policies

ANY: Final = "a policy, maze, vector, session, file of patches or export"
_MAZE_TEXT: Final = frozenset("#.CM \r\n")


class Kind(Enum):
    """Kinds of files, as sentences name them."""

    SESSION = "a session"
    MAZE = "a maze"
    PATCHES = "a file of patches"
    VECTOR = "a vector"
    POLICY = "a policy"
    EXPORT = "an export"

    @property
    def refusal(self) -> type[MazescopeError]:
        """The class of what is raised when something else is found."""
        classes: dict[Kind, type[MazescopeError]] = {
            Kind.SESSION: SessionError,
            Kind.MAZE: MazeError,
            Kind.PATCHES: PatchError,
            Kind.VECTOR: PatchError,
            Kind.POLICY: PolicyError,
            Kind.EXPORT: SessionError,
        }
        return classes[self]


@dataclass(frozen=True)
class NamedMaze:
    """A maze of a file, and what to call it."""

    name: str
    maze: Maze


@dataclass(frozen=True)
class OpenedSession:
    """A session, and its policies as far as they were found."""

    session: Session
    policies: Policies


T = TypeVar("T")
Mazes = tuple[NamedMaze, ...]
Content = OpenedSession | OpenedExport | Mazes | PatchStack | ActivationVector | Policy


@dataclass(frozen=True)
class Reader:
    """One format of one kind of file.

    Attributes:
        kind: what it holds.
        matches: whether a file is of this format.
        read: reads it; given the policy that is open, which a session may be about.
    """

    kind: Kind
    matches: Callable[[Beginning], bool]
    read: Callable[[Path, Policy | None], Content]


def read_file(path: Path, here: Policy | None = None, folders: Sequence[Path] = ()) -> Content:
    """The contents of a file. Loads torch for a policy: only off the GUI thread.

    Args:
        path: a session, maze (JSON, lines of text, or states of procgen), stack of patches, vector or checkpoint; its
            contents tell which.
        here: the policy that is open, which a session may be about.
        folders: others in which the user opened files, where the policy of an export may be.

    Raises:
        MazescopeError: one sentence on what was found and what was expected.
    """
    reader = _reader(Beginning(path, ANY, MazescopeError))
    if reader is not None:
        found = reader.read(path, here)
        if isinstance(found, OpenedExport) and found.problem and folders:
            return with_policy(found.export, [path.parent, *folders], here)
        return found
    return _load_unknown(path, ANY, PolicyError)


def _load_unknown(path: Path, expected: str, refusal: type[MazescopeError]) -> Content:
    """A file of no known format: a checkpoint's reader tells most of it, such as that it is cut short."""
    from app.policy.file_contents import EXPECTED

    try:
        return _load_policy(path, None)
    except PolicyError as error:
        raise refusal(str(error).replace(EXPECTED, expected)) from error


def open_policy(path: Path) -> Policy:
    """The policy of a checkpoint. Loads torch: only off the GUI thread.

    Raises:
        PolicyError: one sentence on what was found and what was expected.
    """
    return cast(Policy, _read_as(Kind.POLICY, path))


def open_mazes(path: Path) -> Mazes:
    """The mazes of a file, by name.

    Raises:
        MazeError: one sentence on what was found and what was expected.
    """
    return cast(Mazes, _read_as(Kind.MAZE, path))


def open_patches(path: Path) -> PatchStack:
    """The stack of a file of patches.

    Raises:
        PatchError: one sentence on what was found and what was expected.
    """
    return cast(PatchStack, _read_as(Kind.PATCHES, path))


def open_vector(path: Path) -> ActivationVector:
    """The vector of a file.

    Raises:
        PatchError: one sentence on what was found and what was expected.
    """
    return cast(ActivationVector, _read_as(Kind.VECTOR, path))


def _read_as(kind: Kind, path: Path) -> Content:
    file = Beginning(path, kind.value, kind.refusal)
    reader = _reader(file)
    if reader is None and kind is not Kind.POLICY:
        _load_unknown(path, kind.value, kind.refusal)
        raise kind.refusal(f"{path.name} holds {Kind.POLICY.value}; expected {kind.value}.")
    if reader is None:
        # A checkpoint's reader says best what is wrong with it.
        reader = next(reader for reader in READERS if reader.kind is kind)
    if reader.kind is Kind.EXPORT and kind in (Kind.MAZE, Kind.PATCHES):
        export = _as(kind, lambda: _export(path))
        mazes = tuple(NamedMaze(tab.title, tab.maze) for tab in export.mazes)
        return mazes if kind is Kind.MAZE else export.stack
    if reader.kind is not kind:
        raise kind.refusal(f"{path.name} holds {reader.kind.value}; expected {kind.value}.")
    return _as(kind, lambda: reader.read(path, None))


def _as(kind: Kind, read: Callable[[], T]) -> T:
    try:
        return read()
    except kind.refusal:
        raise
    except MazescopeError as error:
        raise kind.refusal(str(error)) from error


def _reader(file: Beginning) -> Reader | None:
    """The reader of a file's format; None for one of no known format, of which a checkpoint's reader tells most.

    Raises:
        MazescopeError: when the file cannot be read, or is known to hold something else.
    """
    for reader in READERS:
        if reader.matches(file):
            return reader
    if file.problem is not None:
        raise file.problem
    if file.json is not None:
        raise file.refusal(
            f'{file.path.name} is neither a maze, a session nor a file of patches; expected the key "format" or '
            '"patches".'
        )
    if file.tensors is not None and file.tensors.names:
        raise file.refusal(
            f"{file.path.name} is neither a policy nor a vector: it holds {_listed(file.tensors.names)}; expected the "
            "weights of the IMPALA network, or one tensor `vector` as Mazescope saves it."
        )
    return None


def _is_session(file: Beginning) -> bool:
    return file.format == SESSION_FORMAT or (file.suffix == SESSION_SUFFIX and file.format is None)


def _is_patches(file: Beginning) -> bool:
    found = file.json
    if isinstance(found, list):
        return bool(found) and all(isinstance(each, dict) and "kind" in each for each in found)
    return isinstance(found, dict) and file.format is None and "patches" in found


def _is_maze(file: Beginning) -> bool:
    return file.format is not None


def _is_maze_text(file: Beginning) -> bool:
    drawn = bool(file.text.strip() and _MAZE_TEXT.issuperset(file.text))
    return file.suffix == text_file.SUFFIX or drawn or looks_like_maze(file.text)


def _is_grid(file: Beginning) -> bool:
    return file.start.startswith(grid_file.MAGIC)


def _is_states(file: Beginning) -> bool:
    return state_file.holds_states(file.start)


def _is_export(file: Beginning) -> bool:
    return file.recipe is not None


def _is_vector(file: Beginning) -> bool:
    return file.tensors is not None and is_vector(file.tensors)


def _is_policy(file: Beginning) -> bool:
    return file.tensors is not None and any("embedder" in name for name in file.tensors.names)


def _load_session(path: Path, here: Policy | None) -> Content:
    from app.document.policy_lookup import find_policies

    session = load_session(path)
    # The rest waits for the user's word.
    known = () if here is None or here.path is None else (here.path.absolute().parent,)
    return OpenedSession(
        session, find_policies(session, here, lambda named: not is_outside(str(named), path.parent, known))
    )


def _load_export(path: Path, here: Policy | None) -> Content:
    folders = [path.parent] if here is None or here.path is None else [path.parent, here.path.parent]
    return with_policy(_export(path), folders, here)


def _export(path: Path) -> Export:
    text = Beginning(path, ANY, SessionError).recipe
    if text is None:  # It was another file a moment ago.
        raise SessionError(f"{path.name} has no recipe; expected an export of Mazescope.")
    return export_of(text, path)


def _load_policy(path: Path, _here: Policy | None) -> Content:
    from app.policy.loading import load_policy

    return load_policy(path)


def _load_states(path: Path, _here: Policy | None) -> Content:
    mazes = state_file.load(path)
    if len(mazes) == 1:
        return (NamedMaze(path.stem, mazes[0]),)
    return tuple(NamedMaze(f"{path.stem}-{number}", maze) for number, maze in enumerate(mazes, 1))


def _one_maze(load: Callable[[Path], Maze]) -> Callable[[Path, Policy | None], Content]:
    return lambda path, _here: (NamedMaze(path.stem, load(path)),)


READERS: Final = (
    Reader(Kind.SESSION, _is_session, _load_session),
    Reader(Kind.PATCHES, _is_patches, lambda path, _here: load_patches(path)),
    Reader(Kind.MAZE, _is_maze, _one_maze(maze_file.load)),
    Reader(Kind.MAZE, _is_maze_text, _one_maze(text_file.load)),
    Reader(Kind.MAZE, _is_states, _load_states),
    Reader(Kind.MAZE, _is_grid, _one_maze(grid_file.load)),
    Reader(Kind.EXPORT, _is_export, _load_export),
    Reader(Kind.VECTOR, _is_vector, lambda path, _here: read_vector(path)),
    Reader(Kind.POLICY, _is_policy, _load_policy),
)
"""Every format that opens; the first that matches counts."""


def _listed(names: tuple[str, ...]) -> str:
    from app.policy.file_contents import listed

    return f"the tensor{'' if len(names) == 1 else 's'} {listed(names)}"
