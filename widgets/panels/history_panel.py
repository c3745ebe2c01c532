"""The undo list: a click on a state goes back to it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QListView, QVBoxLayout, QWidget

from app.document.document import State
from app.document.entry_wording import entry_title
from app.document.history import Entry
from widgets.controls.key_overrides import PAGES, OwnKeys
from widgets.controls.sighted import Sighted
from widgets.services.context import Context

START = "As opened"
Index = QModelIndex | QPersistentModelIndex


class HistoryModel(QAbstractListModel):
    """Row 0 is the document as it was opened; row n is what it was after n changes. Undone ones are muted."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._entries: list[Entry[State]] = []
        self.current = 0
        self.refresh()

    def refresh(self) -> None:
        """Read the document's history."""
        history = self._context.document.history
        entries = [*history.done, *history.undone]
        current = len(history.done)
        # By identity: comparing the states in them would take long.
        if [*map(id, entries), current] != [*map(id, self._entries), self.current]:
            self.beginResetModel()
            self._entries, self.current = entries, current
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own signature
        return 0 if parent.isValid() else len(self._entries) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return START if row == 0 else entry_title(self._entries[row - 1])
        if role == Qt.ItemDataRole.ForegroundRole and row > self.current:
            return QColor(self._context.palette.text_muted)
        if role == Qt.ItemDataRole.FontRole and row == self.current:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        return None


class HistoryPanel(OwnKeys, Sighted):
    """The list, with the present state bold; a click or Enter goes to a state by undoing or redoing."""

    own_keys = PAGES

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._document = context.document
        self.model = HistoryModel(context, self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setFrameShape(QListView.Shape.NoFrame)
        # Else the size of every line is asked for after each change, hundreds while a wall is painted.
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName("Undo list")
        self.list.setToolTip("Click a line to go back to it, or forward again")
        self.list.clicked.connect(lambda index: self.go_to(index.row()))
        self.list.activated.connect(lambda index: self.go_to(index.row()))
        self.model.modelReset.connect(self._show_current)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.addWidget(self.list)
        self._show_current()
        context.document.history_changed.connect(self.sight_changed)

    def sight_changed(self) -> None:
        """Read the history: for who sees it, since a session has thousands of edits."""
        if self.in_sight:
            self.model.refresh()

    def go_to(self, row: int) -> None:
        """Undo or redo until `row` changes are done."""
        self._document.go_to(row)

    def _show_current(self) -> None:
        index = self.model.index(self.model.current)
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)
