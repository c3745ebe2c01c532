"""The named, undoable edits of a document: the only ways in which widgets change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.document import Document, OpenMaze, State
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
    """Wall or open squares; the mouse's and the cheese's stay as they are."""
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


def set_theme(document: Document, theme: int) -> None:
    """Put the maze over another of procgen's nine backgrounds."""
    edit_maze(document, "Change theme", lambda maze: maze.with_theme(theme))


def back_to_level(document: Document) -> None:
    """Return the maze in front to the level as generated."""
    document.do("Back to level", lambda state: state.with_maze(state.tab.generated))


def set_stack(document: Document, verb: str, stack: PatchStack, merge: str = "") -> None:
    """Replace the stack of patches."""
    document.do(verb, lambda state: replace(state, stack=stack), merge)


def open_policy(document: Document, policy: Policy) -> None:
    """Choose a policy."""
    document.do("Open policy", lambda state: replace(state, policy=policy))


def open_level(
    document: Document, maze: Maze, title: str, seed: int | None = None, region: int | None = None, *, tab: bool = False
) -> None:
    """Show a level in place of the maze in front, or in a tab of its own."""

    def apply(state: State) -> State:
        number = max(open_maze.id for open_maze in state.mazes) + 1 if tab else state.active
        opened = OpenMaze(number, title, maze, maze, seed, region)
        if tab:
            return replace(state, mazes=(*state.mazes, opened), active=number)
        return replace(state, mazes=tuple(opened if old.id == number else old for old in state.mazes))

    document.do("Open level", apply)
