"""The document: mazes, a policy and a stack of patches, changed only by undoable commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from psygnal import Signal

from app.document.history import Command, History
from app.document.snapshot import Snapshot
from app.errors import shown
from app.interventions.patches import NO_PATCHES, PatchStack
from app.maze.maze import Maze
from app.policy.policy import Policy

MOST_MAZES: Final = 1000
"""Mazes open at once: far more than tabs can be told apart, few enough for every session to be read again."""


LONGEST_TITLE: Final = 200


@dataclass(frozen=True)
class OpenMaze:
    """A maze in a tab.

    Attributes:
        id: unique among all mazes of the session, never reused.
        title: what its tab says, made fit to be shown.
        maze: as it is now.
        generated: as its level was generated or its file was opened: what "back to the level" returns to.
        seed: procgen's level seed, or None for a maze from elsewhere.
        region: r, when its cheese was put in the top-right r x r; None for procgen's own square.
    """

    id: int
    title: str
    maze: Maze
    generated: Maze
    seed: int | None = None
    region: int | None = None

    def __post_init__(self) -> None:
        if not self.title.isprintable() or len(self.title) > LONGEST_TITLE:
            object.__setattr__(self, "title", shown(self.title, LONGEST_TITLE))


@dataclass(frozen=True)
class State:
    """One state of the document: everything undo returns to."""

    mazes: tuple[OpenMaze, ...]
    active: int
    policy: Policy | None = None
    stack: PatchStack = NO_PATCHES
    snapshots: tuple[Snapshot, ...] = ()

    @property
    def tab(self) -> OpenMaze:
        """The maze in front."""
        return next(tab for tab in self.mazes if tab.id == self.active)

    @property
    def maze(self) -> Maze:
        """The maze in front, as it is now."""
        return self.tab.maze

    def with_maze(self, maze: Maze) -> State:
        """The state with the maze in front changed."""
        return replace(
            self, mazes=tuple(replace(tab, maze=maze) if tab.id == self.active else tab for tab in self.mazes)
        )


class Document:
    """The state, its history, and a signal for every change. All calls come from one thread: the screen's.

    Signals:
        changed(old: State, new: State): after every do, undo, redo and reset. Listeners compare parts by `is` or `==`.
        history_changed(): when what undo or redo would do has changed.
    """

    changed = Signal(State, State)
    history_changed = Signal()

    def __init__(self, state: State) -> None:
        self.history: History[State] = History(state)
        self.saved: State = state

    @property
    def state(self) -> State:
        """The state now."""
        return self.history.state

    @property
    def modified(self) -> bool:
        """True when the state differs from what was last saved."""
        return self.state != self.saved

    def do(self, verb: str, apply: Callable[[State], State], merge: str = "") -> None:
        """Do an undoable change: `apply` maps the state to the next. `app.document.maze_edits` has the named ones."""
        self._moved(lambda: self.history.do(Command(verb, apply, merge)))

    def begin(self, verb: str) -> None:
        """Begin a drag: all changes until `end` are one undo of this verb."""
        self.history.begin(verb)

    def end(self) -> None:
        """End a drag, or stop merging into the last change."""
        self._moved(self.history.end)

    def undo(self) -> None:
        """Take back the last change (the whole drag, when one is under way)."""
        self._moved(self.history.undo)

    def redo(self) -> None:
        """Do the last undone change again."""
        self._moved(self.history.redo)

    def go_to(self, count: int) -> None:
        """Undo or redo until `count` changes are done; told as one change."""
        self._moved(lambda: self.history.go_to(count))

    def return_to(self, kept: History[State]) -> None:
        """Be again as when `history.copy()` was taken: the state, and what undo and redo would do."""
        self._moved(lambda: self.history.become(kept))

    def reset(self, state: State) -> None:
        """Open another state in place of this one; it cannot be undone."""
        # Before anybody is told, so that nobody sees the new state as unsaved.
        self.saved = state
        self._moved(lambda: self.history.clear(state))

    def mark_saved(self) -> None:
        """Remember that the state now is the saved one."""
        self.saved = self.state
        self.history_changed.emit()

    def _moved(self, act: Callable[[], object]) -> None:
        before = self.state
        act()
        if self.state is not before:
            self.changed.emit(before, self.state)
        self.history_changed.emit()
