"""The user's library of activation vectors, shared by all panels of the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.errors import PatchError
from app.interventions.vector_library import Entry, VectorLibrary
from app.interventions.vectors import ActivationVector
from widgets.services.jobs import Jobs
from widgets.services.topics import Topic


class SharedLibrary(QObject):
    """The library's folder, and a signal for what this window changes in it.

    Attributes:
        deleted: of each file deleted last: where it is now, and where it was.

    Signals:
        changed(): vectors were added, renamed or deleted.
        removed(): vectors were deleted; `put_back` would bring them back.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, jobs: Jobs, folder: Path) -> None:
        super().__init__(jobs)
        self._jobs = jobs
        self.store = VectorLibrary(folder)
        self._entries: tuple[Entry, ...] | None = None
        self.deleted: list[tuple[Path, Path]] = []

    def entries(self) -> tuple[Entry, ...]:
        """All vectors of the library, by name, as they were when this window last looked."""
        if self._entries is None:
            self._entries = self.store.entries()
        return self._entries

    def refresh(self) -> None:
        """Look at the folder again."""
        self._entries = None
        self.changed.emit()

    def keep(self, vector: ActivationVector) -> Path | None:
        """Save a vector in the library; the user is told when that fails."""
        kept: list[Path] = []
        self._try(lambda: kept.append(self.store.keep(vector)))
        return kept[0] if kept else None

    def rename(self, path: Path, name: str) -> None:
        """Give a vector another name."""
        self._try(lambda: self.store.rename(path, name))

    def remove(self, paths: Sequence[Path]) -> None:
        """Take vectors' files out of the library; `put_back` brings them back."""
        self.deleted = []

        def act() -> None:
            for path in paths:
                self.deleted.append((self.store.remove(path), path))

        self._try(act)
        if self.deleted:
            self.removed.emit()

    def put_back(self) -> tuple[Path, ...]:
        """Bring back what was deleted last; the paths it has now."""
        found: list[Path] = []

        def act() -> None:
            while self.deleted:
                found.append(self.store.restore(*self.deleted[0]))
                del self.deleted[0]

        self._try(act)
        return tuple(found)

    def title(self, path: str) -> str | None:
        """The name of the vector of a file of the library, or None."""
        for entry in self.entries():
            if str(entry.path) == path and entry.vector is not None:
                return entry.vector.name
        return None

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except PatchError as error:
            self._jobs.report(str(error), about=Topic.VECTORS)
        else:
            self._jobs.succeeded.emit(Topic.VECTORS)
        self.refresh()
