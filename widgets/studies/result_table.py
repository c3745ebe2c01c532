"""Table of a study's numbers, sortable, each column with its unit and n."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyleOptionViewItem, QTableView, QWidget
from shiboken6 import isValid

from app.number_format import general
from widgets.services.window_first import window_first
from widgets.studies.column_pages import head_lines, pages_of
from widgets.style.theme import number_font

if TYPE_CHECKING:
    from app.studies.study import Column, Table

Index = QModelIndex | QPersistentModelIndex

LINES: Final = 11
"""Rows that are seen at once."""

DIGITS, FEWER_DIGITS = 4, 3
"""Significant digits of numbers, and where not all columns have room next to each other."""

HEAD_PADDING: Final = 14
"""Pixels left and right of a head's text: the style sheet's, and what rounding may take."""

LONGEST: Final = 0.45
"""Of the table's width: what the first column may take of it where not all columns have room."""

ROUNDED: Final = 2
"""Pixels that rounding may take from the room for a text, which would then lose several letters to an ellipsis."""


class TableModel(QAbstractTableModel):
    """Rows of one table, in an order of their own. Cells are made when they are looked at."""

    def __init__(self, table: Table | None = None) -> None:
        super().__init__()
        self._columns: tuple[Column, ...] = ()
        self._order = np.zeros(0, dtype=np.int64)
        self._sorted_by = (-1, Qt.SortOrder.AscendingOrder)
        self._keys: dict[int, np.ndarray] = {}
        self._heads: tuple[str, ...] = ()
        self.digits = DIGITS
        self.show_table(table)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The table's columns."""
        return self._columns

    @property
    def order(self) -> np.ndarray:
        """The table's own rows, as they are shown."""
        return self._order

    def show_table(self, table: Table | None, rows: np.ndarray | None = None) -> None:
        """Show another table, or other rows of one, sorted as before where the column is still there.

        Args:
            table: the table.
            rows: which of its rows; all unless given.
        """
        self.beginResetModel()
        columns = () if table is None else table.columns
        if columns is not self._columns:
            self._columns, self._keys = columns, {}
            self._heads = tuple(column.name for column in columns)
        self._rows = np.arange(0 if table is None else len(table)) if rows is None else rows
        self._order = self._in_order()
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else len(self._order)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(self.cell(index.row(), index.column()), self.digits)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            left = isinstance(self.cell(index.row(), index.column()), str)
            side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        column = self._columns[section]
        n = "" if column.n is None else f"n = {column.n}"
        if role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return ", ".join(part for part in (column.name, column.unit, n) if part)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, what is missing last; -1 for the table's own order."""
        self._sorted_by = (column, order)
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        own = [(int(self._order[index.row()]), index.column()) for index in kept]
        self._order = self._in_order()
        if kept:
            place = {int(row): number for number, row in enumerate(self._order)}
            self.changePersistentIndexList(kept, [self.index(place[row], at) for row, at in own])
        self.layoutChanged.emit()

    def _in_order(self) -> np.ndarray:
        column, order = self._sorted_by
        if not 0 <= column < len(self._columns):
            return self._rows
        values = self._columns[column].values
        if not isinstance(values, np.ndarray) and not any(isinstance(cell, str) for cell in values):
            # Python's own numbers, turned once for all orders and choices of rows.
            if column not in self._keys:
                self._keys[column] = np.array([np.nan if cell is None else cell for cell in values], dtype=np.float64)
            values = self._keys[column]
        return self._rows[sorted_rows(values, self._rows, order)]

    def first_texts(self, column: int, count: int) -> list[str]:
        """The texts of a column's first rows, as they are shown."""
        return [cell_text(self.cell(row, column), self.digits) for row in range(min(count, len(self._order)))]

    def set_heads(self, heads: tuple[str, ...]) -> None:
        """Show these texts over the columns: their names, broken into lines."""
        if heads != self._heads:
            self._heads = heads
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(heads) - 1)

    def cell(self, row: int, column: int) -> object:
        """A cell as a value of Python, by the order that is shown; None for what is missing."""
        cell = self._columns[column].values[self._order[row]]
        if isinstance(cell, np.generic):
            cell = cell.item()
        return None if isinstance(cell, float) and cell != cell else cell


def sorted_rows(values: np.ndarray | tuple[Any, ...], rows: np.ndarray, order: Qt.SortOrder) -> np.ndarray:
    """(n,) places among the (n,) rows, by the rows' values; equal ones keep their order, what is missing is last."""
    down = order == Qt.SortOrder.DescendingOrder
    if not isinstance(values, np.ndarray):
        found = [values[row] for row in rows.tolist()]
        there = [place for place, cell in enumerate(found) if cell is not None]
        there.sort(key=lambda place: str(found[place]), reverse=down)
        return np.array(there + [place for place, cell in enumerate(found) if cell is None], dtype=np.int64)
    keys = values[rows].astype(np.float64)
    # NaN is last either way.
    return np.argsort(-keys if down else keys, kind="stable")


def cell_text(cell: object, digits: int = DIGITS) -> str:
    """A cell for people: as many significant digits, a dash for what is not there."""
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return general(cell, digits=digits) if isinstance(cell, float) else str(cell)


class ResultTable(QTableView):
    """A table that sorts by the column whose head is clicked.

    Where its columns do not fit next to each other, heads have several lines and numbers fewer digits; where they still
    do not, they are on several pages, each with the first column.

    Signals:
        hovered(object): the table's own row under the pointer, or None.
        columns_placed(): there are other pages of columns, or another one is in sight.

    Attributes:
        pages: the columns of each page, without the first.
        page: the page in sight.
    """

    hovered = Signal(object)
    columns_placed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = TableModel()
        self._fitted: dict[int, int] = {}
        self._fitted_to: tuple[str, ...] = ()
        self._widths: dict[int, int] = {}
        self._heads: list[int] = []
        self._given: dict[int, int] = {}
        self._narrow = False
        self.pages: list[list[int]] = [[]]
        self.page = 0
        self.shown: Table | None = None
        self.setModel(self._model)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setFont(number_font(self.font()))
        self.verticalHeader().hide()
        # Not `ResizeToContents`: that asks for every cell in sight again whenever rows are added while a study runs.
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().setResizeContentsPrecision(LINES)
        self.horizontalHeader().installEventFilter(self)
        self.horizontalHeader().sortIndicatorChanged.connect(self._sorted)
        self._model.layoutChanged.connect(self._fit_columns)
        self.setMouseTracking(True)
        self.entered.connect(self._enter)
        self.setAccessibleName("Numbers")

    def show_table(self, table: Table | None) -> None:
        """Show another table, in its own order."""
        self.page = 0
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.show_rows(table)

    def show_rows(self, table: Table | None, rows: np.ndarray | None = None) -> None:
        """Show some rows of a table, or all, sorted as before."""
        self.shown = table
        self._model.show_table(table, rows)
        self._fit_columns()
        if table is not None:
            self.setAccessibleName(table.title or table.name)

    def _fit_columns(self) -> None:
        """Make each column as wide as its head and its first rows need; narrower again only for other columns."""
        if not self.isVisible():
            # All are fitted when it is shown.
            return
        names = tuple(column.name for column in self._model.columns)
        if names != self._fitted_to:
            self._fitted_to = names
            self._take_form(narrow=False)
        self._fit_texts()
        room = self.viewport().width()
        if not self._narrow and sum(self._widths.values()) > room:
            self._take_form(narrow=True)
            self._fit_texts()
        self._place_columns(names, room)

    def _take_form(self, narrow: bool) -> None:
        """Show heads in one line and numbers in the usual digits, or both as narrow as they are read well."""
        self._fitted, self._widths, self._given, self._narrow = {}, {}, {}, narrow
        header = self.horizontalHeader()
        self._model.digits = FEWER_DIGITS if narrow else DIGITS
        head, cell = QFontMetrics(header.font()), QFontMetrics(self.font())
        names = self._fitted_to
        self._model.set_heads(names)
        heads, spare = [[name] for name in names], max(0, self._around_text() + ROUNDED - HEAD_PADDING)
        if narrow:
            for column, name in enumerate(names):
                wide = max(map(cell.horizontalAdvance, self._model.first_texts(column, LINES)), default=0)
                heads[column] = head_lines(name, wide + spare, head.horizontalAdvance)
        # The header itself asks for room for an arrow over each column, and for text of several lines as if in one.
        self._heads = [max(map(head.horizontalAdvance, lines)) + HEAD_PADDING for lines in heads]
        if 0 <= header.sortIndicatorSection() < len(names):
            self._heads[header.sortIndicatorSection()] += head.height()
        self._model.set_heads(tuple(map("\n".join, heads)))

    def _fit_texts(self) -> None:
        metrics, around = QFontMetrics(self.font()), None
        for column in range(len(self._model.columns)):
            wide = max(map(metrics.horizontalAdvance, self._model.first_texts(column, LINES)), default=0)
            if wide > self._fitted.get(column, -1):
                self._fitted[column] = wide
                # Not `resizeColumnToContents`: that asks for all of each cell again.
                around = self._around_text() if around is None else around
                least = self.horizontalHeader().minimumSectionSize()
                self._widths[column] = max(least, self._heads[column], wide + around + ROUNDED)

    def _place_columns(self, names: tuple[str, ...], room: int) -> None:
        """Show the columns of the page in sight, and as many rows as have room."""
        widths = [self._widths[column] for column in range(len(names))]
        # The first column has names: long ones are in several lines.
        long = self._narrow and widths[0] > LONGEST * room
        if long:
            widths[0] = round(LONGEST * room)
        self.pages = pages_of(widths, names, room)
        self.page = min(self.page, len(self.pages) - 1)
        shown = [0, *self.pages[self.page]][: len(names)]
        left = room - sum(widths[column] for column in shown)
        for number, column in enumerate(shown):
            self._set_width(column, widths[column] + max(0, left) // (len(shown) - number))
            left -= max(0, left) // (len(shown) - number)
        for column in range(1, len(names)):
            self.setColumnHidden(column, column not in shown)
        metrics = QFontMetrics(self.font())
        high = tall = metrics.height()
        if long:
            box = QRect(0, 0, widths[0] - self._around_text() - ROUNDED, 100 * high)
            texts = self._model.first_texts(0, LINES)
            tall = max(metrics.boundingRect(box, Qt.TextFlag.TextWordWrap, text).height() for text in texts)
        line = tall + 8
        self.verticalHeader().setDefaultSectionSize(line)
        seen = min(self._model.rowCount(), LINES * (high + 8) // line)
        bar = self.horizontalScrollBar().sizeHint().height() if left < 0 else 0
        self.setFixedHeight(line * seen + self.horizontalHeader().sizeHint().height() + bar + 6)
        self.columns_placed.emit()

    def _set_width(self, column: int, width: int) -> None:
        """Give a column a width, unless it has been given that: the user may have made it another since."""
        if self._given.get(column) != width:
            self._given[column] = width
            self.setColumnWidth(column, width)

    def turn(self, pages: int) -> None:
        """Show columns so many pages further on, or before these."""
        self.page = max(0, self.page + pages)
        self._fit_columns()

    def _sorted(self, column: int, _order: Qt.SortOrder) -> None:
        """There is an arrow over another column, which is shown."""
        self._fit_again()
        found = next((page for page, columns in enumerate(self.pages) if column in columns), self.page)
        self.turn(found - self.page)

    def _around_text(self) -> int:
        """Pixels that a cell is wider than its text."""
        index, option = self._model.index(0, 0), QStyleOptionViewItem()
        if not index.isValid():
            return 0
        self.initViewItemOption(option)
        text = cell_text(self._model.cell(0, 0), self._model.digits)
        return self.itemDelegate().sizeHint(option, index).width() - option.fontMetrics.horizontalAdvance(text)

    @window_first
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit_again()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The head has another font, which it is given after the table."""
        if event.type() == QEvent.Type.FontChange and isValid(self) and watched is self.horizontalHeader():
            self._fit_again()
        return super().eventFilter(watched, event)

    def _fit_again(self) -> None:
        self._fitted_to = ()
        self._fit_columns()

    def showEvent(self, event: QShowEvent) -> None:
        # Only now does the style sheet say how much room is around a text.
        super().showEvent(event)
        self._fit_again()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_again()

    @property
    def order(self) -> np.ndarray:
        """The table's own rows, as they are shown."""
        return self._model.order

    def row_of(self, index: QModelIndex) -> int:
        """The table's own row of a cell that is shown."""
        return int(self._model.order[index.row()])

    def viewportEvent(self, event: QEvent) -> bool:
        # The heads are no rows: the pointer leaves them for these as well.
        if event.type() == QEvent.Type.Leave:
            self.hovered.emit(None)
        return super().viewportEvent(event)

    def _enter(self, index: QModelIndex) -> None:
        self.hovered.emit(self.row_of(index))
