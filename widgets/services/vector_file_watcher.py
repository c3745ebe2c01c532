"""Watcher of the vector files that the stack names: one that another program rewrites is read again at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from app.document.document import State
from app.interventions.patches import VECTOR_WORDS, VectorPatch
from app.io.regular_file import file_stamp
from widgets.services.context import Context

PATIENCE = 150
"""Milliseconds without a further change before a file is looked at: writing one takes several steps."""


class VectorWatch(QObject):
    """Tells when a file that a patch names was rewritten, removed or restored.

    Signals:
        changed(): what was computed with the stack as it is may not hold any more.
    """

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._context = context
        self._library = context.vectors
        self._stamps: dict[str, tuple[int, int, int] | None] = {}
        self._watcher = QFileSystemWatcher(self)
        self._wait = QTimer(self, singleShot=True, interval=PATIENCE)
        self._wait.timeout.connect(self._look)
        for signal in (self._watcher.fileChanged, self._watcher.directoryChanged, self._library.changed):
            signal.connect(self._ask)
        context.document.changed.connect(self._document_changed)
        self._watch()

    def _ask(self, *_: object) -> None:
        if self._stamps:
            self._wait.start()

    def _named(self) -> set[str]:
        patches = self._context.document.state.stack.patches
        return {
            patch.vector for patch in patches if isinstance(patch, VectorPatch) and patch.vector not in VECTOR_WORDS
        }

    def _document_changed(self, old: State, new: State) -> None:
        if old.stack != new.stack and self._named() != set(self._stamps):
            self._watch()

    def _watch(self) -> None:
        named = self._named()
        self._stamps = {name: file_stamp(name) for name in named}
        # A file that is replaced by another is watched no more, so its folder is watched too.
        folders = {str(Path(name).absolute().parent) for name in named}
        wanted = {path for path in named | folders if Path(path).exists()}
        watched = {*self._watcher.files(), *self._watcher.directories()}
        if gone := watched - wanted:
            self._watcher.removePaths(sorted(gone))
        if new := wanted - watched:
            self._watcher.addPaths(sorted(new))

    def _look(self) -> None:
        before = self._stamps
        self._watch()
        if any(before.get(name, stamp) != stamp for name, stamp in self._stamps.items()):
            self.changed.emit()
            # Cards and lists tell the names of vectors.
            self._library.refresh()
