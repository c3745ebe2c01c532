"""Line under a table that says which of its columns are in sight, with buttons to the others."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from widgets.controls.panel_parts import IconButton, muted, row
from widgets.services.context import Context
from widgets.studies.result_table import ResultTable


class ColumnPager(QWidget):
    """Line that says the columns in sight, with buttons to those before and behind; hidden where all are in sight."""

    def __init__(self, context: Context, table: ResultTable) -> None:
        super().__init__()
        self._table = table
        self.said = muted()
        self.before = IconButton(context, "chevron-left", "Columns before these", lambda: table.turn(-1))
        self.behind = IconButton(context, "chevron-right", "Further columns", lambda: table.turn(1))
        self.setLayout(row(self.said, None, self.before, self.behind))
        table.columns_placed.connect(self._say)
        table.installEventFilter(self)
        self._say()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be shown and hidden with the table."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent) and isValid(self):
            self._say()
        return super().eventFilter(watched, event)

    def _say(self) -> None:
        pages, page = self._table.pages, self._table.page
        self.setVisible(len(pages) > 1 and not self._table.isHidden())
        if len(pages) > 1:
            first, last = pages[page][0] + 1, pages[page][-1] + 1
            these = f"Columns {first} to {last}" if last > first else f"Column {first}"
            self.said.setText(f"{these} of {pages[-1][-1] + 1}")
        self.before.setEnabled(page > 0)
        self.behind.setEnabled(page + 1 < len(pages))
