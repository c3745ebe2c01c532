"""The named, undoable edits of the stack of patches: what cards, thumbnails and the retargeting pin do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from app.document.document import Document
from app.document.maze_edits import set_stack
from app.errors import PatchError
from app.interventions.patches import NO_PATCHES, AddVector, Patch, PatchStack, SetValue, Zero
from app.interventions.patches_file import MOST_PATCHES
from app.maze.maze import Square
from app.policy.layers import Layer, canonical

RANGE: Final = (-10.0, 10.0)
"""The range of the sliders of coefficients, factors and values."""

NOUNS: Final = {
    "zero": "zero patch",
    "mean": "mean patch",
    "resample": "resample patch",
    "scale": "scale patch",
    "set": "set-value patch",
    "offset": "offset patch",
    "add": "vector patch",
    "project": "projection patch",
    "noise": "noise patch",
}
"""The name of each kind of patch in the undo list."""


def noun(patch: Patch) -> str:
    """The name of a patch within a sentence: "zero patch"."""
    return NOUNS[patch.kind]


def add_patch(document: Document, patch: Patch, position: int | None = None) -> None:
    """Add a patch at the end of the stack, or before a position.

    Raises:
        PatchError: when the stack is full; the document is as before.
    """
    set_stack(document, f"Add {noun(patch)}", _with_room(document.state.stack.with_patch(patch, position)))


def _with_room(stack: PatchStack) -> PatchStack:
    """This stack, unless a file of it could not be read again."""
    if len(stack.patches) > MOST_PATCHES:
        raise PatchError(f"{len(stack.patches)} patches would be in the stack; expected at most {MOST_PATCHES}.")
    return stack


def delete_patch(document: Document, position: int) -> None:
    """Take a patch out of the stack."""
    stack = document.state.stack
    set_stack(document, f"Delete {noun(stack.patches[position])}", stack.without(position))


def duplicate_patch(document: Document, position: int) -> None:
    """Put a copy of a patch behind it."""
    stack = document.state.stack
    patch = stack.patches[position]
    set_stack(document, f"Duplicate {noun(patch)}", _with_room(stack.with_patch(patch, position + 1)))


def move_patch(document: Document, position: int, to: int) -> None:
    """Move a patch so that it is at position `to` of the stack, 0 first; beyond either end is that end."""
    stack = document.state.stack
    to = max(0, min(to, len(stack.patches) - 1))
    set_stack(document, f"Move {noun(stack.patches[position])}", stack.moved(position, to))


def enable_patch(document: Document, position: int, enabled: bool) -> None:
    """Switch a patch on or off."""
    stack = document.state.stack
    verb = f"Switch {'on' if enabled else 'off'} {noun(stack.patches[position])}"
    set_stack(document, verb, stack.replaced(position, enabled=enabled, resting=False))


def switch_stack(document: Document) -> None:
    """Switch all patches off; when all are off, those on again that were on. See `PatchStack.switched`."""
    stack = document.state.stack
    set_stack(document, "Switch all patches off" if stack.any_enabled else "Switch patches on", stack.switched())


def solo_patch(document: Document, position: int, solo: bool) -> None:
    """Solo a patch, or end its solo."""
    stack = document.state.stack
    verb = f"{'Solo' if solo else 'End solo of'} {noun(stack.patches[position])}"
    set_stack(document, verb, stack.replaced(position, solo=solo))


def change_patch(document: Document, position: int, verb: str, *, merge: bool = False, **changes: object) -> None:
    """Change fields of a patch. With `merge`, changes of the same fields that follow each other are one undo."""
    key = _merging(position, *changes) if merge else ""
    set_stack(document, verb, document.state.stack.replaced(position, **changes), key)


def vector_at(stack: PatchStack, vector: str, layer: str) -> int | None:
    """The position of the first patch that adds this vector at this layer, all of it and everywhere; None for none."""
    for position, patch in enumerate(stack.patches):
        there = canonical(patch.layer) == canonical(layer) and patch.channels is None and patch.squares is None
        if there and isinstance(patch, AddVector) and patch.vector == vector:
            return position
    return None


def set_coefficient(document: Document, vector: str, layer: str, value: float) -> None:
    """Give a vector's patch at a layer this coefficient, and add the patch where there is none.

    Changes that follow each other are one undo, with the addition.

    Raises:
        PatchError: when the stack is full; the document is as before.
    """
    stack, verb = document.state.stack, f"Set coefficient to {value:.3g}"
    position = vector_at(stack, vector, layer)
    if position is None:
        patch = AddVector(layer=layer, vector=vector, coefficient=value)
        set_stack(document, verb, _with_room(stack.with_patch(patch)), _merging(len(stack.patches), "coefficient"))
    else:
        change_patch(document, position, verb, merge=True, coefficient=value)


def _merging(position: int, *fields: str) -> str:
    """The key by which commands that change these fields of a patch merge into one undo."""
    return f"patch {position} {' '.join(sorted(fields))}"


def choose_channels(document: Document, channels: Mapping[int, tuple[int, ...]]) -> None:
    """Give patches other channels, by their positions; one undo."""
    stack = document.state.stack
    for position, these in channels.items():
        stack = stack.replaced(position, channels=these)
    set_stack(document, "Find channels again", stack)


def clear_stack(document: Document) -> None:
    """Remove all patches from the stack."""
    set_stack(document, "Clear patches", NO_PATCHES)


def open_stack(document: Document, stack: PatchStack) -> None:
    """Replace the stack by one from a file."""
    set_stack(document, "Open patches", stack)


# --- channels switched off by the user ----------------------------------------------------------------------------


def switched_off(stack: PatchStack, layer: str) -> frozenset[int] | None:
    """Channels of a layer that enabled zero patches take away at every square; None means all of them."""
    found: set[int] = set()
    for patch in stack.patches:
        if _is_switch(patch, layer):
            if patch.channels is None:
                return None
            found.update(patch.channels)
    return frozenset(found)


def toggle_channel(document: Document, layer: Layer, channel: int) -> None:
    """Switch a channel off in the layer's one zero patch, or on again in every zero patch that takes it away.

    A zero patch that has lost its last channel leaves the stack. Patches that act only at some squares, and those that
    are disabled, are left alone: they are not switches.
    """
    toggle_channels(document, layer, (channel,))


def toggle_channels(document: Document, layer: Layer, channels: Iterable[int]) -> None:
    """Switch channels off, or on again when all of them are off; one undo."""
    channels = tuple(dict.fromkeys(channels))
    off = switched_off(document.state.stack, layer.name)
    on_again = off is None or off.issuperset(channels)
    which = f"channel {channels[0]}" if len(channels) == 1 else f"{len(channels)} channels"
    verb = f"Switch {'on' if on_again else 'off'} {which}"
    change = _switch_on if on_again else _switch_off
    set_stack(document, verb, change(document.state.stack, layer, channels))


def _is_switch(patch: Patch, layer: str) -> bool:
    here = canonical(patch.layer) == canonical(layer)
    return isinstance(patch, Zero) and here and patch.enabled and patch.squares is None


def _switch_off(stack: PatchStack, layer: Layer, channels: tuple[int, ...]) -> PatchStack:
    for position, patch in enumerate(stack.patches):
        if _is_switch(patch, layer.name) and patch.channels is not None:
            return stack.replaced(position, channels=tuple(sorted({*patch.channels, *channels})))
    return stack.with_patch(Zero(layer=layer.name, channels=tuple(sorted(channels))))


def _switch_on(stack: PatchStack, layer: Layer, channels: tuple[int, ...]) -> PatchStack:
    kept: list[Patch] = []
    for patch in stack.patches:
        if not _is_switch(patch, layer.name):
            kept.append(patch)
            continue
        before = range(layer.channels) if patch.channels is None else patch.channels
        after = tuple(channel for channel in before if channel not in channels)
        if after == patch.channels:
            kept.append(patch)
        elif after:
            kept.append(replace(patch, channels=after))
    return PatchStack(tuple(kept))


# --- the retargeting pin --------------------------------------------------------------------------------------------


def move_pin(document: Document, position: int, square: Square) -> None:
    """Set the square of a set-value patch; a square outside the world leaves it where it is.

    Call between `document.begin("Move pin")` and `document.end()` for a drag that is one undo.
    """
    if document.state.maze.contains(square) and isinstance(document.state.stack.patches[position], SetValue):
        change_patch(document, position, "Move pin", square=square, row=None, column=None)
