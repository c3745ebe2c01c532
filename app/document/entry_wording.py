"""Titles of entries in the undo list, and what is said of an opened policy: what was done, and what it led to."""

from __future__ import annotations

from dataclasses import fields

from app.document.document import State
from app.document.history import Entry
from app.errors import shown
from app.interventions.patches import PatchStack
from app.number_format import short
from app.policy.policy import Policy


def entry_title(entry: Entry[State]) -> str:
    """An entry's title: "Set coefficient to −1", "Open level easy 137"; its verb where that says all."""
    before, after = entry.before, entry.after
    if after.policy is not None and after.policy is not before.policy and after.mazes == before.mazes:
        return f"{entry.verb} {after.policy.name}"
    if entry.verb in ("Open level", "Open maze"):
        return f"{entry.verb} {after.tab.title}"
    if entry.verb == "Change background":
        return f"{entry.verb} to {after.maze.background}"
    value = _changed_value(before.stack, after.stack)
    return entry.verb if value is None or f" {value}" in entry.verb else f"{entry.verb} to {value}"


def opened_notice(policy: Policy, before: Policy | None) -> str:
    """A sentence on a policy that is opened in place of another; of equal weights, the first file's are kept."""
    if before is None or before != policy or before.path == policy.path:
        return f"Opened the policy {policy.name}."
    file = policy.name if policy.path is None else policy.path.name
    return f"{shown(file)} holds the weights of {before.name}, which is open already."


def _changed_value(before: PatchStack, after: PatchStack) -> str | None:
    """The new value, where one field of one patch has changed, or several have the same new value."""
    if len(before.patches) != len(after.patches):
        return None
    changed = [(old, new) for old, new in zip(before.patches, after.patches, strict=True) if old != new]
    if len(changed) != 1 or type(changed[0][0]) is not type(changed[0][1]):
        return None
    old, new = changed[0]
    names = [field.name for field in fields(new) if getattr(new, field.name) != getattr(old, field.name)]
    values = {_text(name, getattr(new, name)) for name in names if getattr(new, name) is not None}
    return values.pop() if len(values) == 1 else None


def _text(name: str, value: object) -> str | None:
    """A number or a square; None for what has no short text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return short(value)
    if name == "square" and isinstance(value, tuple):
        return f"({value[0]}, {value[1]})"
    return None
