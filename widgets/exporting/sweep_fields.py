"""The choice of a sweep: which number of the stack, from where to where, in how many steps."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QWidget

from app.export.stories import Sweep, number_title, sweepable
from app.interventions.patches import PatchStack
from app.stack_edits import RANGE
from widgets.context import Context
from widgets.panels.number import ExactNumber, WholeNumber
from widgets.panels.parts import NarrowBox, row

NOTHING = "The stack has no patch with a slider: add one, such as the cheese vector, and sweep its coefficient."


class SweepFields(QWidget):
    """Reflects the stack; the numbers are the user's."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._stack: PatchStack | None = None
        self.number = NarrowBox("Number to sweep", "Every number of the stack that has a slider.")
        self.start, self.end = (ExactNumber(*RANGE) for _ in range(2))
        self.start.setAccessibleName("From")
        self.end.setAccessibleName("To")
        self.start.setValue(-2.0)
        self.end.setValue(2.0)
        self.count = WholeNumber("Values", "How many values, both ends included.", 2, 401)
        self.count.setValue(41)
        self.back = QCheckBox("and back")
        self.back.setChecked(True)
        self.back.setToolTip("The movie then runs back, so that it repeats without a jump.")
        self.none = QLabel(NOTHING)
        self.none.setWordWrap(True)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(self.none)
        form.addRow("Number", self.number)
        form.addRow("From", row(self.start, QLabel("to"), self.end, None))
        form.addRow("Values", row(self.count, self.back, None))
        self._form = form
        context.document.changed.connect(self.refresh)
        self.refresh()

    @property
    def sweep(self) -> Sweep | None:
        """The sweep chosen, or None while the stack has no number."""
        chosen = self.number.currentData()
        if chosen is None:
            return None
        position, field = chosen
        return Sweep(
            position, field, self.start.value(), self.end.value(), self.count.value(), back=self.back.isChecked()
        )

    def refresh(self, *_: object) -> None:
        """Offer the numbers of the stack as it is."""
        stack = self._context.document.state.stack
        if stack == self._stack:
            return
        self._stack = stack
        chosen = self.number.currentData()
        self.number.clear()
        for position, field in sweepable(stack):
            self.number.addItem(number_title(stack, position, field).capitalize(), (position, field))
            if (position, field) == chosen:
                self.number.setCurrentIndex(self.number.count() - 1)
        some = self.number.count() > 0
        self._form.setRowVisible(0, not some)
        for at in (1, 2, 3):
            self._form.setRowVisible(at, some)
