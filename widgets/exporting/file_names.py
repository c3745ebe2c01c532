"""Suggested file names."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.io.regular_file import exists
from widgets.exporting.export_jobs import FORMATS
from widgets.files.file_dialogs import widen


def free_path(folder: Path, title: str, suffix: str) -> Path:
    """A path that nothing has yet: "Two ways.pdf", or else "Two ways 2.pdf", "Two ways 3.pdf" ...

    Args:
        title: of a maze; what no file's name should have is replaced.
        suffix: without the dot.
    """
    name = re.sub(r"[^\w .,()-]+", "_", title.replace(" × ", "x")).strip(" .") or "maze"
    paths = (folder / f"{name}{'' if number == 1 else f' {number}'}.{suffix}" for number in count(1))
    return next(path for path in paths if not exists(path))


def stem(path: Path) -> str:
    """The name without a suffix that an export gave."""
    known = {f".{suffix}" for formats in FORMATS.values() for suffix in formats}
    return path.stem if path.suffix.lower() in known else path.name


def ask_export_name(parent: QWidget, path: Path, suffix: str, take: Callable[[str], object]) -> None:
    """Ask where to export to, in a dialog of the window's own: it looks alike everywhere and never blocks the program.

    Args:
        path: what is proposed.
        suffix: of the file, without its dot.
        take: called with the name that is chosen.
    """
    chooser = QFileDialog(parent, "Export as", str(path.parent), f"*.{suffix}")
    chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    chooser.setDefaultSuffix(suffix)
    widen(chooser)
    chooser.selectFile(path.name)
    chooser.fileSelected.connect(take)
    chooser.open()
