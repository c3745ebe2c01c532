"""Recent files: sessions, mazes, policies and vectors, as long as they exist."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QMenu

from app.document.session_file import SUFFIX as SESSION_SUFFIX
from app.errors import shown
from app.io.regular_file import exists
from widgets.files.opening import Files
from widgets.services.context import Context

KINDS = ("Sessions", "Mazes and patches", "Policies and vectors")
GLYPHS = {"Sessions": "file-star-outline", "Mazes and patches": "grid", "Policies and vectors": "brain"}


def kind_of(path: Path) -> str:
    """One of KINDS, by the file's suffix."""
    suffix = path.suffix.lower()
    return KINDS[0 if suffix == SESSION_SUFFIX else 1 if suffix in (".json", ".txt") else 2]


class RecentMenu(QMenu):
    """The files opened or saved lately, by kind. Those that are gone leave the list when the menu is looked at."""

    def __init__(self, files: Files, context: Context, parent: QMenu) -> None:
        super().__init__("Open recent", parent)
        self._files, self._context = files, context
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._look)
        files.recent_changed.connect(self.fill)
        context.palette_changed.connect(self.fill)
        self.fill()

    @classmethod
    def add_to(cls, menu: QMenu, files: Files, context: Context) -> RecentMenu:
        """Add it as a submenu."""
        inner = cls(files, context, menu)
        menu.addMenu(inner)
        return inner

    def fill(self, *_: object) -> None:
        """Show the list as it is now."""
        self.clear()
        recent = self._files.recent
        for kind in KINDS:
            paths = [path for path in recent if kind_of(path) == kind]
            if paths and not self.isEmpty():
                self.addSeparator()
            for path in paths:
                action = self.addAction(self._context.icon(GLYPHS[kind]), _title(path))
                action.setToolTip(str(path))
                action.setStatusTip(str(path))
                action.triggered.connect(lambda _=False, path=path: self._files.open_path(path))
        if recent:
            self.addSeparator()
            self.addAction("Clear this list", lambda: self._files.forget(recent))
        self.menuAction().setEnabled(bool(recent))

    def _look(self) -> None:
        # A drive of the network may take long to say that it is away, so nobody waits for it here.
        recent = self._files.recent
        self._context.run_in_background(lambda: [path for path in recent if not exists(path)], self._files.forget)


def _title(path: Path) -> str:
    return shown(path.name).replace("&", "&&")
