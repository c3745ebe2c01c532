"""The choice of a sweep: which number of the stack, from where to where, in how many steps."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel

from app.document.patch_edits import RANGE
from app.export.movie_frames import Sweep, number_title, sweepable
from app.interventions.patches import PatchStack
from widgets.controls.number_field import ExactNumber, WholeNumber
from widgets.controls.panel_parts import NarrowBox, row
from widgets.services.context import Context

NOTHING = "The stack has no patch with a slider: add one, such as the cheese vector, and sweep its coefficient."


class SweepFields(QObject):
    """Rows of a form that reflect the stack; the numbers are the user's."""

    def __init__(self, context: Context, form: QFormLayout) -> None:
        super().__init__(form)
        self._context, self._form = context, form
        self._stack: PatchStack | None = None
        self._shown = False
        self.number = NarrowBox("Number to sweep", "Every number of the stack that has a slider")
        self.start, self.end = (ExactNumber(*RANGE) for _ in range(2))
        self.start.setAccessibleName("From")
        self.end.setAccessibleName("To")
        self.start.setValue(-2.0)
        self.end.setValue(2.0)
        self.count = WholeNumber("Values", "How many values, both ends included", 2, 401)
        self.count.setValue(41)
        self.back = QCheckBox("and back")
        self.back.setChecked(True)
        self.back.setToolTip("The movie then runs back, so that it repeats without a jump")
        self.none = QLabel(NOTHING)
        self.none.setWordWrap(True)
        self._rows = [
            ("Number", row(self.number)),
            ("From", row(self.start, QLabel("to"), self.end, None)),
            ("Values", row(self.count, self.back, None)),
        ]
        form.addRow(self.none)
        for title, fields in self._rows:
            form.addRow(title, fields)
        context.document.changed.connect(self.refresh)
        self.refresh()

    @property
    def numbers(self) -> tuple[ExactNumber, ExactNumber, WholeNumber]:
        """The fields for numbers."""
        return self.start, self.end, self.count

    @property
    def sweep(self) -> Sweep | None:
        """The sweep chosen, or None while the stack has no number."""
        chosen = self.number.currentData()
        if chosen is None:
            return None
        # What was typed counts, also where a click on a button leaves the keyboard with the field.
        for number in self.numbers:
            number.interpretText()
        position, field = chosen
        return Sweep(
            position, field, self.start.value(), self.end.value(), self.count.value(), back=self.back.isChecked()
        )

    def show(self, shown: bool) -> None:
        """Show or hide the rows."""
        self._shown = shown
        some = self.number.count() > 0
        self._form.setRowVisible(self.none, shown and not some)
        for _, fields in self._rows:
            self._form.setRowVisible(fields, shown and some)

    def close(self) -> None:
        """Listen to the document no more."""
        self._context.document.changed.disconnect(self.refresh)

    def set_enabled(self, enabled: bool) -> None:
        """Take the user's input, or not."""
        for field in (self.number, self.start, self.end, self.count, self.back):
            field.setEnabled(enabled)

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
        self.show(self._shown)
