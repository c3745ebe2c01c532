"""Choice of the vector that a patch adds: a word, one of the library, or a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from shiboken6 import isValid

from app.document.open_file import open_vector
from app.interventions.vectors import SUFFIX, ActivationVector
from widgets.controls.panel_parts import NarrowBox
from widgets.files.file_dialogs import ask_file
from widgets.services.context import Context

WORDS: Final = {"cheese": "Cheese (this maze)", "top-right": "Top-right (this maze)"}
FILE: Final = "…"


class VectorChoice(NarrowBox):
    """The two words, every vector of the library, the patch's own file, and a way to another file."""

    def __init__(self, context: Context, chosen: Callable[[str], object]) -> None:
        super().__init__(
            "Vector", "The vector that is added; cheese and top-right are computed again after every edit of the maze"
        )
        self._context, self._library = context, context.vectors
        self._chosen = chosen
        self._vector = "cheese"
        self.activated.connect(self._activated)
        self._library.changed.connect(self._fill)
        self._fill()

    def show_vector(self, vector: str) -> None:
        """Show a patch's vector as chosen; emits no signal."""
        if vector != self._vector:
            self._vector = vector
            self._fill()

    def _fill(self) -> None:
        self.clear()
        for word, title in WORDS.items():
            self.addItem(title, word)
        for entry in self._library.entries():
            if entry.vector is not None:
                self._add_file(str(entry.path), entry.vector.name)
        if self.findData(self._vector) < 0:
            self._add_file(self._vector, Path(self._vector).stem)
        self.addItem("Another file…", FILE)
        self.setCurrentIndex(self.findData(self._vector))

    def _add_file(self, path: str, title: str) -> None:
        self.addItem(title, path)
        self.setItemData(self.count() - 1, path, Qt.ItemDataRole.ToolTipRole)

    def _activated(self) -> None:
        vector = self.currentData()
        if vector == FILE:
            self.setCurrentIndex(self.findData(self._vector))
            self._ask_file()
        elif vector != self._vector:
            self._chosen(vector)

    def _ask_file(self) -> None:
        name = ask_file(self, "Choose vector", "", f"Vectors (*{SUFFIX})")

        def take(_vector: ActivationVector) -> None:
            if name != self._vector:
                self._chosen(name)

        if name:
            # The card may be rebuilt while the file is read.
            self._context.files.open_one(Path(name), open_vector, take, lambda: isValid(self))
