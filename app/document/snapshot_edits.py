"""Named, undoable edits of a document's snapshots."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.document.document import Document, State
from app.document.snapshot import Snapshot


def snapshot_of(state: State, name: str, view: Mapping[str, Any]) -> Snapshot:
    """The state that is open now, as a snapshot."""
    return Snapshot(name, state.active, state.maze, state.stack, json.dumps(view, sort_keys=True))


def is_shown(snapshot: Snapshot, state: State) -> bool:
    """True if a state shows a snapshot's maze under its stack."""
    return (state.maze, state.stack) == (snapshot.maze, snapshot.stack)


def free_name(state: State) -> str:
    """ "A", "B", ... "Z", and then "27", "28", ...: the first that no snapshot has."""
    taken = {snapshot.name for snapshot in state.snapshots}
    names = (chr(ord("A") + at) if at < 26 else str(at + 1) for at in range(len(taken) + 1))
    return next(name for name in names if name not in taken)


def keep_snapshot(document: Document, name: str, view: Mapping[str, Any]) -> None:
    """Keep what is open; one of the same name gives way."""

    def apply(state: State) -> State:
        new = snapshot_of(state, name, view)
        names = [snapshot.name for snapshot in state.snapshots]
        if name in names:
            kept = tuple(new if snapshot.name == name else snapshot for snapshot in state.snapshots)
        else:
            kept = (*state.snapshots, new)
        return replace(state, snapshots=kept)

    document.do(f"Keep snapshot {name}", apply)


def show_snapshot(document: Document, snapshot: Snapshot) -> None:
    """Show a snapshot's maze, in its tab where that is still open, and its stack; flips in a row are one undo."""

    def apply(state: State) -> State:
        at = snapshot.tab if any(tab.id == snapshot.tab for tab in state.mazes) else state.active
        return replace(replace(state, active=at).with_maze(snapshot.maze), stack=snapshot.stack)

    document.do(f"Show snapshot {snapshot.name}", apply, merge="snapshot")


def rename_snapshot(document: Document, old: str, new: str) -> None:
    """Give a snapshot another name; an empty one, or one that is taken, changes nothing."""
    taken = {snapshot.name for snapshot in document.state.snapshots}
    if new.strip() and new not in taken:
        _each(document, f"Rename snapshot {old}", lambda kept: replace(kept, name=new) if kept.name == old else kept)


def delete_snapshot(document: Document, name: str) -> None:
    """Let a snapshot go."""
    _each(document, f"Delete snapshot {name}", lambda kept: None if kept.name == name else kept)


def _each(document: Document, verb: str, change: Callable[[Snapshot], Snapshot | None]) -> None:
    def apply(state: State) -> State:
        changed = (change(snapshot) for snapshot in state.snapshots)
        return replace(state, snapshots=tuple(snapshot for snapshot in changed if snapshot is not None))

    document.do(verb, apply)
