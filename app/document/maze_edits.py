"""The named, undoable edits of a document: the only ways in which widgets change it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.document.document import MOST_MAZES, Document, OpenMaze, State
from app.document.export_file import Export
from app.document.snapshot_edits import free_name
from app.errors import MazeError
from app.interventions.patches import PatchStack
from app.maze.maze import Maze, Square
from app.policy.policy import Policy


def edit_maze(document: Document, verb: str, change: Callable[[Maze], Maze], merge: str = "") -> None:
    """Change the maze in front.

    Raises:
        MazeError: when the change does not give a maze; the document is as before.
    """
    document.do(verb, lambda state: state.with_maze(change(state.maze)), merge)


def paint_walls(document: Document, squares: tuple[Square, ...], wall: bool) -> None:
    """Wall or open squares; the mouse's and the cheese's are unchanged."""
    verb = "Paint walls" if wall else "Erase walls"
    edit_maze(document, verb, lambda maze: maze.with_walls(squares, wall))


def move_mouse(document: Document, square: Square) -> None:
    """Move the mouse; a wall, the cheese's square or one outside leaves it where it is."""
    if document.state.maze.is_open(square) and square != document.state.maze.cheese:
        edit_maze(document, "Move mouse", lambda maze: maze.with_mouse(square))


def move_cheese(document: Document, square: Square) -> None:
    """Move or put back the cheese; a wall, the mouse's square or one outside leaves it where it is."""
    if document.state.maze.is_open(square) and square != document.state.maze.mouse:
        verb = "Put back cheese" if document.state.maze.cheese is None else "Move cheese"
        edit_maze(document, verb, lambda maze: maze.with_cheese(square))


def remove_cheese(document: Document) -> None:
    """Take the cheese away."""
    edit_maze(document, "Remove cheese", lambda maze: maze.with_cheese(None))


def set_background(document: Document, background: int) -> None:
    """Put the maze over another of procgen's nine backgrounds."""
    edit_maze(document, "Change background", lambda maze: maze.with_background(background))


def back_to_level(document: Document, number: int | None = None) -> None:
    """Return the maze in front, or the one of this id, to the level as generated."""

    def apply(state: State) -> State:
        wanted = state.active if number is None else number
        mazes = (replace(tab, maze=tab.generated) if tab.id == wanted else tab for tab in state.mazes)
        return replace(state, mazes=tuple(mazes))

    document.do("Back to level", apply)


def set_stack(document: Document, verb: str, stack: PatchStack, merge: str = "") -> None:
    """Replace the stack of patches."""
    document.do(verb, lambda state: replace(state, stack=stack), merge)


def open_policy(document: Document, policy: Policy) -> None:
    """Choose a policy."""
    document.do("Open policy", lambda state: replace(state, policy=policy))


def show_checkpoint(document: Document, policy: Policy) -> None:
    """Choose a checkpoint of a series; those that follow each other are one undo."""
    document.do("Show checkpoint", lambda state: replace(state, policy=policy), merge="series")


def open_level(
    document: Document, maze: Maze, title: str, seed: int | None = None, region: int | None = None, *, tab: bool = False
) -> None:
    """Show a level in place of the maze in front, or in a tab of its own.

    Raises:
        MazeError: when there are too many tabs already; the document is as before.
    """

    def apply(state: State) -> State:
        number = max(open_maze.id for open_maze in state.mazes) + 1 if tab else state.active
        opened = OpenMaze(number, title, maze, maze, seed, region)
        if tab:
            return replace(state, mazes=_with_room((*state.mazes, opened)), active=number)
        return replace(state, mazes=tuple(opened if old.id == number else old for old in state.mazes))

    document.do("Open maze" if seed is None else "Open level", apply)


def open_mazes(document: Document, mazes: Sequence[tuple[str, Maze]]) -> None:
    """Open mazes with their titles, each in a tab of its own, the first in front."""

    def apply(state: State) -> State:
        first = max(open_maze.id for open_maze in state.mazes) + 1
        opened = (OpenMaze(number, title, maze, maze) for number, (title, maze) in enumerate(mazes, first))
        return replace(state, mazes=_with_room((*state.mazes, *opened)), active=first)

    document.do(f"Open {len(mazes)} mazes", apply)


def open_export(document: Document, export: Export, policy: Policy | None) -> None:
    """Open an export's mazes in tabs of their own, the first in front, with its stack, snapshots and policy if any.

    A snapshot that has the name of one in the document is called by a free one.

    Raises:
        MazeError: when there are too many tabs already; the document is as before.
    """

    def apply(state: State) -> State:
        first = max(open_maze.id for open_maze in state.mazes) + 1
        opened = tuple(replace(tab, id=number) for number, tab in enumerate(export.mazes, first))
        mazes = _with_room((*state.mazes, *opened))
        changed = replace(state, mazes=mazes, active=first, policy=policy or state.policy, stack=export.stack)
        for kept in export.snapshots:
            taken = any(kept.name == each.name for each in changed.snapshots)
            named = replace(kept, tab=first, name=free_name(changed) if taken else kept.name)
            changed = replace(changed, snapshots=(*changed.snapshots, named))
        return changed

    document.do(f"Open {export.name}", apply)


def duplicate_maze(document: Document, number: int | None = None) -> None:
    """Open a copy of the maze in front, or of the one of this id, in a tab of its own."""

    def apply(state: State) -> State:
        new = max(tab.id for tab in state.mazes) + 1
        wanted = state.active if number is None else number
        place = next(at for at, tab in enumerate(state.mazes) if tab.id == wanted)
        tab = state.mazes[place]
        copy = replace(tab, id=new, title=_free_title(state, tab.title))
        return replace(
            state, mazes=_with_room((*state.mazes[: place + 1], copy, *state.mazes[place + 1 :])), active=new
        )

    document.do("Duplicate maze", apply)


def show_maze(document: Document, number: int) -> None:
    """Bring the maze of this id to the front; going through several is one undo.

    Raises:
        StopIteration: when no maze has this id.
    """
    next(tab for tab in document.state.mazes if tab.id == number)
    document.do("Show maze", lambda state: replace(state, active=number), merge="show maze")


def close_maze(document: Document, number: int) -> None:
    """Close the tab of the maze of this id; the last one stays."""

    def apply(state: State) -> State:
        rest = tuple(tab for tab in state.mazes if tab.id != number)
        if not rest or len(rest) == len(state.mazes):
            return state
        if state.active != number:
            return replace(state, mazes=rest)
        place = next(at for at, tab in enumerate(state.mazes) if tab.id == number)
        return replace(state, mazes=rest, active=rest[min(place, len(rest) - 1)].id)

    document.do("Close maze", apply)


def close_others(document: Document, number: int) -> None:
    """Close the tabs of all mazes but that of this id."""

    def apply(state: State) -> State:
        kept = tuple(tab for tab in state.mazes if tab.id == number)
        return replace(state, mazes=kept, active=number) if kept else state

    document.do("Close the other mazes", apply)


def rename_maze(document: Document, number: int, title: str) -> None:
    """Give the maze of this id another title; an empty one changes nothing."""

    def apply(state: State) -> State:
        return replace(
            state, mazes=tuple(replace(tab, title=title) if tab.id == number else tab for tab in state.mazes)
        )

    if title.strip():
        document.do("Rename maze", apply)


def move_maze(document: Document, number: int, place: int) -> None:
    """Move the tab of the maze of this id to a place counted from 0."""

    def apply(state: State) -> State:
        moved = next(tab for tab in state.mazes if tab.id == number)
        rest = [tab for tab in state.mazes if tab.id != number]
        return replace(state, mazes=(*rest[:place], moved, *rest[place:]))

    document.do("Move tab", apply)


def _with_room(mazes: tuple[OpenMaze, ...]) -> tuple[OpenMaze, ...]:
    """These mazes, unless they are too many to be open.

    Raises:
        MazeError: one sentence.
    """
    if len(mazes) > MOST_MAZES:
        raise MazeError(f"{len(mazes)} mazes would be open; expected at most {MOST_MAZES}.")
    return mazes


def _free_title(state: State, title: str) -> str:
    """The title with the first number that no open maze has."""
    taken = {tab.title for tab in state.mazes}
    stem, _, number = title.rpartition(" copy ")
    stem = stem if stem and number.isdigit() else title
    return next(name for n in range(1, len(taken) + 2) if (name := f"{stem} copy {n}") not in taken)
