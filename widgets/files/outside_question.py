"""Question before anything is touched that a file names outside its own folder; and the folders that need none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.document.outside import is_outside, vectors_outside, without_files
from app.errors import shown
from app.interventions.patches import PatchStack
from widgets.services.context import Context
from widgets.services.settings import Settings

KEY: Final = "trusted.folders"
MOST: Final = 100
"""Folders remembered: those from which files were opened last."""

NAMED: Final = 5
"""Paths that the question names."""


def trusted(settings: Settings) -> tuple[Path, ...]:
    """Folders from which the user has opened files, and the program's own."""
    found = settings.get(KEY, [])
    folders = [Path(each) for each in found if isinstance(each, str)] if isinstance(found, list) else []
    return (*folders, settings.file.parent.absolute())


def trust(settings: Settings, paths: Iterable[Path]) -> None:
    """Remember the folders of files that the user has opened, or agreed to."""
    new = [str(path.absolute().parent) for path in paths]
    before = [str(folder) for folder in trusted(settings)[:-1]]
    kept = list(dict.fromkeys([*reversed(new), *before]))[:MOST]
    if kept != before:
        settings.set(KEY, kept)


def denied_paths(context: Context, window: QWidget, path: Path, named: Sequence[str]) -> frozenset[str]:
    """Those of the paths in a file that are not to be touched, once the user was asked about the unknown ones."""
    unknown = [each for each in dict.fromkeys(named) if is_outside(each, path.parent, trusted(context.settings))]
    if not unknown:
        return frozenset()
    if OutsideQuestion.agreed(window, path.name, unknown):
        trust(context.settings, (path.parent / each for each in unknown if "\0" not in each))
        return frozenset()
    return frozenset(unknown)


def agreed_stack(context: Context, window: QWidget, path: Path, stack: PatchStack) -> PatchStack:
    """A file's stack, its vectors outside named without their folders unless the user agrees to touch them."""
    return agreed_stacks(context, window, path, [stack])[0]


def agreed_stacks(
    context: Context, window: QWidget, path: Path, stacks: Sequence[PatchStack]
) -> tuple[PatchStack, ...]:
    """The same for all stacks of a file, in one question."""
    known = trusted(context.settings)
    named = [each for stack in stacks for each in vectors_outside(stack, path.parent, known)]
    denied = denied_paths(context, window, path, named)
    return tuple(without_files(stack, denied) for stack in stacks)


class OutsideQuestion(QMessageBox):
    """Open what a file names elsewhere, or leave it.

    Args:
        name: of the file.
        named: the paths in it.
    """

    def __init__(self, window: QWidget, name: str, named: Sequence[str]) -> None:
        super().__init__(window)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWindowTitle("Files elsewhere")
        files = "a file" if len(named) == 1 else f"{len(named)} files"
        self.setText(f"{shown(name)} names {files} outside its own folder.")
        more = [f"and {len(named) - NAMED} more"] if len(named) > NAMED else []
        paths = "\n".join([*(shown(each, 200) for each in named[:NAMED]), *more])
        self.setInformativeText(f"{paths}\n\nOpen them only if you know who the file is from.")
        self.leave = self.addButton("Leave them", QMessageBox.ButtonRole.RejectRole)
        self.agree = self.addButton("Open them", QMessageBox.ButtonRole.AcceptRole)
        self.setDefaultButton(self.leave)
        self.setEscapeButton(self.leave)

    @classmethod
    def agreed(cls, window: QWidget, name: str, named: Sequence[str]) -> bool:
        """Ask, and wait for the answer."""
        question = cls(window, name, named)
        try:
            question.exec()
            return question.clickedButton() is question.agree
        finally:
            question.deleteLater()
