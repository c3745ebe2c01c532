"""Table of a study's numbers, sortable, each column with its unit and n."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.number_format import general
from widgets.style.theme import number_font

if TYPE_CHECKING:
    from app.studies.study import Table

Index = QModelIndex | QPersistentModelIndex

LINES: Final = 11
"""Rows that are seen at once."""

SORT: Final = Qt.ItemDataRole.UserRole
"""The role under which cells are sorted: numbers as numbers, what is missing last."""


class TableModel(QAbstractTableModel):
    """The rows of one table."""

    def __init__(self, table: Table | None = None) -> None:
        super().__init__()
        self.show_table(table)

    def show_table(self, table: Table | None) -> None:
        """Show another table."""
        self.beginResetModel()
        self._columns = () if table is None else table.columns
        self._cells = [column.cells() for column in self._columns]
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if (parent and parent.isValid()) or not self._cells else len(self._cells[0])

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self._cells[index.column()][index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(cell)
        if role == SORT:
            return float("inf") if cell is None else cell
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if isinstance(cell, str) else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        column = self._columns[section]
        n = "" if column.n is None else f"n = {column.n}"
        if role == Qt.ItemDataRole.DisplayRole:
            return column.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return ", ".join(part for part in (column.name, column.unit, n) if part)
        return None


def cell_text(cell: object) -> str:
    """A cell for people: four significant digits, a dash for what is not there."""
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return general(cell) if isinstance(cell, float) else str(cell)


class ResultTable(QTableView):
    """A table that sorts by the column whose head is clicked, and copies what is selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = TableModel()
        self.shown: Table | None = None
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._model)
        self._sorted.setSortRole(SORT)
        self.setModel(self._sorted)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setFont(number_font(self.font()))
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.setAccessibleName("Numbers")

    def show_table(self, table: Table | None) -> None:
        """Show another table, in its own order."""
        self.shown = table
        self._model.show_table(table)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        line = QFontMetrics(self.font()).height() + 8
        self.verticalHeader().setDefaultSectionSize(line)
        rows = min(self._model.rowCount(), LINES)
        self.setFixedHeight(line * (rows + 1) + self.horizontalScrollBar().sizeHint().height() + 6)
        if table is not None:
            self.setAccessibleName(table.title or table.name)

    def row_of(self, index: QModelIndex) -> int:
        """The table's own row of a cell that is shown."""
        return self._sorted.mapToSource(index).row()
