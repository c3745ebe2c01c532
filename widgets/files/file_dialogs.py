"""Dialogs that ask for a file: each says what for, and is wide enough for names, sizes and types."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QTreeView, QWidget


def ask_files(parent: QWidget, title: str, folder: str, filters: str) -> list[str]:
    """Paths of files to open, as many as the user chooses; empty when the dialog was left.

    Args:
        title: what is opened: "Open policy".
        folder: where the dialog begins; empty for the working folder.
        filters: as Qt writes them, ";;" between them.
    """
    return _ask(_dialog(parent, title, folder, filters, QFileDialog.FileMode.ExistingFiles))


def ask_file(parent: QWidget, title: str, folder: str, filters: str) -> str:
    """Path of one file to open; empty when the dialog was left. Arguments as of `ask_files`."""
    return "".join(_ask(_dialog(parent, title, folder, filters, QFileDialog.FileMode.ExistingFile))[:1])


def ask_name(parent: QWidget, title: str, suggested: str, filters: str) -> str:
    """Path to save at; empty when the dialog was left. A name without a suffix gets that of the chosen type.

    So the dialog asks about the very file that would be replaced.

    Args:
        title: what is saved: "Save maze".
        suggested: a path, or a name in the working folder.
        filters: as Qt writes them.
    """
    path = Path(suggested)
    folder = "" if path.parent == Path() else str(path.parent)
    dialog = _dialog(parent, title, folder, filters, QFileDialog.FileMode.AnyFile)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(_suffix(filters.split(";;")[0]))
    dialog.filterSelected.connect(partial(_follow, dialog))
    dialog.selectFile(path.name)
    return "".join(_ask(dialog)[:1])


def widen(dialog: QFileDialog) -> None:
    """Give Qt's own dialog room for all its columns; a desktop's own dialog keeps its size."""
    em = dialog.fontMetrics().horizontalAdvance("m")
    dialog.resize(76 * em, 44 * em)
    dialog.setViewMode(QFileDialog.ViewMode.Detail)
    table = dialog.findChild(QTreeView, "treeView")
    if table is not None:
        for column, width in enumerate((26, 9, 12, 13)):
            table.header().resizeSection(column, width * em)


def _dialog(parent: QWidget, title: str, folder: str, filters: str, mode: QFileDialog.FileMode) -> QFileDialog:
    # Of the window: a panel, or a card in it, may be made again while the dialog is open.
    dialog = QFileDialog(parent.window(), title, folder)
    dialog.setFileMode(mode)
    dialog.setNameFilters(filters.split(";;"))
    widen(dialog)
    return dialog


def _suffix(kind: str) -> str:
    """The first suffix of a type as Qt writes it: "json" of "Mazes (*.json)"; empty for all files."""
    return kind.partition("(*.")[2].partition(" ")[0].rstrip(")")


def _follow(dialog: QFileDialog, kind: str) -> None:
    dialog.setDefaultSuffix(_suffix(kind))


def _ask(dialog: QFileDialog) -> list[str]:
    try:
        return dialog.selectedFiles() if dialog.exec() else []
    finally:
        dialog.deleteLater()
