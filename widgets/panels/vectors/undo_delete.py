"""Button that restores the file deleted last."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from widgets.controls.panel_parts import Elided, IconButton, column, row
from widgets.services.context import Context
from widgets.services.shared_library import SharedLibrary


class Deleted(QWidget):
    """A row that is there from a deletion on, until that is undone or the row is closed."""

    def __init__(self, context: Context, library: SharedLibrary) -> None:
        super().__init__()
        self._library = library
        self.words = Elided()
        self.undo = QPushButton("Undo")
        self.undo.setToolTip("Bring back what was deleted")
        self.close_button = IconButton(context, "close", "Close", self.hide)
        layout = column(self)
        layout.addLayout(row(self.words, self.undo, self.close_button, space=4))
        library.removed.connect(self._show)
        library.changed.connect(self._changed)
        self.hide()

    def _show(self) -> None:
        places = [place for _, place in self._library.deleted]
        self.words.setText(f"Deleted {places[0].stem}." if len(places) == 1 else f"Deleted {len(places)} vectors.")
        self.show()

    def _changed(self) -> None:
        if not self._library.deleted:
            self.hide()
