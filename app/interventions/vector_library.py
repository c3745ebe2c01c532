"""The vectors a user keeps: a folder of their files."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from app.errors import PatchError
from app.interventions.vectors import SUFFIX, ActivationVector, read_vector, save_vector

DELETED: Final = "deleted"
"""Subfolder of what was taken out of the library: it is the user's, so it is never thrown away."""


@dataclass(frozen=True)
class Entry:
    """A file of the library.

    Attributes:
        path: the file: what a patch names as its vector.
        vector: what it holds, or None when it cannot be read.
        problem: why it cannot be read; empty when it can.
    """

    path: Path
    vector: ActivationVector | None
    problem: str = ""


class VectorLibrary:
    """Vectors in a folder, which need not exist until one is kept. It holds no state: the folder is the truth."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def entries(self) -> tuple[Entry, ...]:
        """All files of the folder that are or should be vectors, by name."""
        entries = []
        for path in self.folder.glob(f"*{SUFFIX}") if self.folder.is_dir() else ():
            try:
                entries.append(Entry(path, read_vector(path)))
            except PatchError as error:
                entries.append(Entry(path, None, str(error)))
        return tuple(sorted(entries, key=lambda entry: (_title(entry).casefold(), entry.path.stem)))

    def keep(self, vector: ActivationVector) -> Path:
        """Save a vector under a file name of its own, never over another; an equal vector is kept once.

        Raises:
            PatchError: when it cannot be written.
        """
        for entry in self.entries():
            if entry.vector == vector:
                return entry.path
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PatchError(f"The folder {self.folder} cannot be made: {error.strerror or error}.") from error
        path = self._free_path(vector.name)
        save_vector(path, vector)
        return path

    def rename(self, path: Path, name: str) -> None:
        """Give a vector another name; its file, and so the patches that name it, are unchanged.

        Raises:
            PatchError: when it cannot be read or written.
        """
        save_vector(path, replace(read_vector(path), name=name))

    def remove(self, path: Path) -> Path:
        """Take a file out of the library: it goes to the subfolder `DELETED`, to a path that is returned.

        Raises:
            PatchError: when it cannot be moved there.
        """
        kept = self.folder / DELETED
        try:
            kept.mkdir(exist_ok=True)
            target = _free(kept, path.stem)
            path.rename(target)
        except OSError as error:
            raise PatchError(f"{path} cannot be deleted: {error.strerror or error}.") from error
        return target

    def restore(self, kept: Path, path: Path) -> Path:
        """Bring back what `remove` moved to `kept`, to its path, or next to it where another file has that by now.

        Raises:
            PatchError: when it cannot be moved back.
        """
        try:
            target = _free(path.parent, path.stem) if path.exists() else path
            kept.rename(target)
        except OSError as error:
            raise PatchError(f"{kept} cannot be put back: {error.strerror or error}.") from error
        return target

    def _free_path(self, name: str) -> Path:
        return _free(self.folder, re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60] or "vector")


def _free(folder: Path, stem: str) -> Path:
    number = 1
    while (path := folder / f"{stem}{'' if number == 1 else f'-{number}'}{SUFFIX}").exists():
        number += 1
    return path


def _title(entry: Entry) -> str:
    return entry.path.stem if entry.vector is None else entry.vector.name
