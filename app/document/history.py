"""Undo and redo over immutable states, by commands that carry their verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S")


@dataclass(frozen=True)
class Command(Generic[S]):
    """One undoable change of a state.

    Attributes:
        verb: what it does, as a menu says it after "Undo": "Paint walls", "Move cheese".
        apply: state -> state, pure.
        merge: commands of equal, non-empty `merge` that follow each other are one undo (a slider's drag, typing).
    """

    verb: str
    apply: Callable[[S], S]
    merge: str = ""


@dataclass(frozen=True)
class Entry(Generic[S]):
    """A command that was done, with the state before and after it."""

    verb: str
    before: S
    after: S
    merge: str = ""


class History(Generic[S]):
    """Undo history. States are values, so undo just returns to one: it is exact by construction.

    Between `begin(verb)` and `end()` all commands are one entry (a drag is one undo). Undo during a drag ends it, and
    undoes all of it.
    """

    def __init__(self, state: S, limit: int = 1000) -> None:
        self.state = state
        self._limit = limit
        self._done: list[Entry[S]] = []
        self._undone: list[Entry[S]] = []
        self._open: tuple[str, S] | None = None
        self._sealed = True

    @property
    def done(self) -> tuple[Entry[S], ...]:
        """Entries that could be undone, oldest first."""
        return tuple(self._done)

    @property
    def undone(self) -> tuple[Entry[S], ...]:
        """Entries that redo would do again, next first."""
        return tuple(reversed(self._undone))

    @property
    def dragging(self) -> bool:
        """True while a group of commands is open."""
        return self._open is not None

    def do(self, command: Command[S]) -> S:
        """Apply a command; a command that changes nothing leaves no trace."""
        before, after = self.state, command.apply(self.state)
        if after == before:
            return before
        self.state = after
        if self._open is None:
            self._push(Entry(command.verb, before, after, command.merge))
        self._undone.clear()
        return after

    def begin(self, verb: str) -> None:
        """Open a group: everything until `end` is one entry of this verb."""
        self.end()
        self._open = (verb, self.state)

    def end(self) -> None:
        """Close the group, if one is open, and stop merging into the last entry."""
        if self._open is not None:
            (verb, before), self._open = self._open, None
            if before != self.state:
                self._push(Entry(verb, before, self.state))
        self._sealed = True

    def undo(self) -> S:
        """Return to the state before the last entry; the same state when there is none."""
        self.end()
        if self._done:
            entry = self._done.pop()
            self._undone.append(entry)
            self.state = entry.before
        return self.state

    def redo(self) -> S:
        """Do the last undone entry again; the same state when there is none."""
        self.end()
        if self._undone:
            entry = self._undone.pop()
            self._done.append(entry)
            self.state = entry.after
        return self.state

    def go_to(self, count: int) -> S:
        """Undo or redo until `count` entries are done, or as near to that as there are entries."""
        self.end()
        while self._done and len(self._done) > count:
            self.undo()
        while self._undone and len(self._done) < count:
            self.redo()
        return self.state

    def clear(self, state: S) -> None:
        """Start again from a state that cannot be undone."""
        self.state = state
        self._done.clear()
        self._undone.clear()
        self._open = None
        self._sealed = True

    def copy(self) -> History[S]:
        """This state with all that can be undone and redone, to return to by `become`."""
        made = History(self.state, self._limit)
        made.become(self)
        return made

    def become(self, other: History[S]) -> None:
        """Be as the other one is now; a drag under way there is over here."""
        self.state = other.state
        self._done, self._undone = list(other._done), list(other._undone)
        self._open = None
        self._sealed = True

    def _push(self, entry: Entry[S]) -> None:
        last = self._done[-1] if self._done else None
        if last is not None and entry.merge and not self._sealed and last.merge == entry.merge:
            merged = Entry(last.verb, last.before, entry.after, entry.merge)
            self._done.pop()
            if merged.before != merged.after:
                self._done.append(merged)
            else:
                # What is below was sealed: the next of the same kind must not merge into it.
                self._sealed = True
                return
        else:
            self._done.append(entry)
        self._sealed = not entry.merge
        del self._done[: -self._limit]
