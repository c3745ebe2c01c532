"""Paths that a file names: which of them are outside its own folder, told by their text alone.

A file may come from anybody. Touching a path that it names can do more than read: on Windows a path of another machine
(`\\\\server\\share`) sends it the user's name and a proof of the password, and a device may never answer. So nothing
that is outside the file's own folder, the program's own, and the folders from which the user has opened files is looked
at before the user agrees.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path, PurePath
from typing import Final

from app.errors import PatchError, shown
from app.interventions.patches import VECTOR_WORDS, PatchStack, VectorPatch
from app.paths import asset, config_folder

_DEVICES: Final = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)))
)
"""Names that Windows takes for devices, whatever their folder and suffix."""


def is_outside(named: str, folder: Path | None, trusted: Iterable[Path] = ()) -> bool:
    """True if a path of a file is not to be touched without a question. Touches nothing itself.

    Args:
        named: the path as the file has it.
        folder: the file's own folder; None when it has none.
        trusted: folders from which the user has opened files.
    """
    if "\0" in named or Path(named).stem.rstrip(". ").casefold() in _DEVICES:
        return True
    if is_remote(named) and os.name != "nt":
        # Here it would be the name of an odd file.
        return True
    whole = os.path.normpath(named if folder is None else os.path.join(folder.absolute(), named))
    if not os.path.isabs(whole):
        return True
    roots = (asset(), config_folder().absolute(), *trusted, *(() if folder is None else (folder.absolute(),)))
    return not any(PurePath(whole).is_relative_to(os.path.normpath(root)) for root in roots)


def is_remote(named: str) -> bool:
    """True if a path is that of another machine, or of a device of Windows: `\\\\server\\share`, `\\\\.\\pipe`."""
    return named[:2].replace("/", "\\") == "\\\\"


def vectors_outside(stack: PatchStack, folder: Path | None, trusted: Collection[Path] = ()) -> tuple[str, ...]:
    """The files of vectors outside that a stack of a file names, each once."""
    named = (patch.vector for patch in stack.patches if isinstance(patch, VectorPatch))
    found = (vector for vector in named if vector not in VECTOR_WORDS and is_outside(vector, folder, trusted))
    return tuple(dict.fromkeys(found))


def without_files(stack: PatchStack, denied: Collection[str]) -> PatchStack:
    """The stack with vectors that are not to be touched named by their file's name alone: such a patch does not act."""
    for position, patch in enumerate(stack.patches):
        if isinstance(patch, VectorPatch) and patch.vector in denied:
            name = patch.vector.replace("\\", "/").rpartition("/")[2]
            stack = stack.replaced(position, vector=name or "unknown")
    return stack


def refuse_remote(stack: PatchStack, folder: Path) -> PatchStack:
    """A stack of a file, where nobody can be asked.

    Raises:
        PatchError: when it names a vector of another machine, or a device.
    """
    for place, patch in enumerate(stack.patches, start=1):
        if isinstance(patch, VectorPatch) and is_remote(patch.vector) and is_outside(patch.vector, folder):
            raise PatchError(
                f"Patch {place} names the vector {shown(patch.vector, 200)} of another machine; expected a file of "
                "this one."
            )
    return stack
