"""The file exported last, and the actions that open it or show where it is."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

from app.io.regular_file import is_file
from widgets.services.action_registry import Spec
from widgets.services.context import Context

OPEN = "export.open_last"
SHOW = "export.show_last"


class LastExport:
    """Remembers the last exported file of this run."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._path: Path | None = None
        for spec in (
            Spec(
                id=OPEN,
                title="Open the last export",
                handler=self.open,
                icon="open-in-new",
                group="Export",
                tip="Open it with the program that the system has for it.",
                enabled_when=lambda: self._path is not None,
            ),
            Spec(
                id=SHOW,
                title="Show the last export in its folder",
                handler=self.show,
                icon="folder-open-outline",
                group="Export",
                words="reveal finder explorer directory",
                enabled_when=lambda: self._path is not None,
            ),
        ):
            context.actions.add(spec)

    def take(self, path: Path, more: str = "") -> None:
        """A file was exported: say so, with buttons.

        Args:
            more: a further sentence.
        """
        self._path = path
        self._context.actions.refresh()
        self._context.offer(f"Exported {path.name}. {more}".strip(), {"Open": OPEN, "Show in folder": SHOW})

    def open(self) -> None:
        """Open the file."""
        if (path := self._found()) is not None and not _open(path):
            self._context.report(f"The system has no program for {path.name}.")

    def show(self) -> None:
        """Open the folder, with the file selected where the system can."""
        path = self._found()
        if path is None:
            return
        if sys.platform == "win32":
            QProcess.startDetached("explorer", ["/select,", str(path)])
        elif sys.platform == "darwin":
            QProcess.startDetached("open", ["-R", str(path)])
        elif not _open(path.parent):
            self._context.report(f"The system has no program that shows folders; the file is {path}.")

    def _found(self) -> Path | None:
        path = self._path
        if path is not None and not is_file(path):
            self._context.report(f"{path.name} is gone from the folder that it was exported to.")
            return None
        return path


def _open(path: Path) -> bool:
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
