"""Form whose names are on the line of what is in their fields."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFormLayout, QSizePolicy, QSpacerItem, QWidget

from widgets.controls.panel_parts import Scrolled


class FieldForm(QFormLayout):
    """A column of names and fields. Qt alone puts a name at the top of its row, above the text of a higher field."""

    def finish(self) -> None:
        """Once all rows are there: bring the names to their fields' lines, and keep the rows together at the top."""
        for at in range(self.rowCount()):
            item = self.itemAt(at, QFormLayout.ItemRole.LabelRole)
            name = None if item is None else item.widget()
            if name is not None:
                # As high as the row, in which a label has its text in the middle, as fields have.
                name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        # It takes the room that is left, which the rows would share otherwise.
        rest = QSizePolicy.Policy.MinimumExpanding
        self.setItem(self.rowCount(), QFormLayout.ItemRole.SpanningRole, QSpacerItem(0, 0, rest, rest))


def dense_form() -> FieldForm:
    """A form of many rows, with fields as wide as it is."""
    form = FieldForm()
    form.setFieldGrowthPolicy(FieldForm.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setVerticalSpacing(4)
    return form


class ScrolledForm(Scrolled):
    """A form as high as its rows; on a screen that is too low for them it scrolls."""

    def __init__(self, form: FieldForm) -> None:
        body = QWidget()
        body.setLayout(form)
        form.setContentsMargins(0, 0, 0, 0)
        super().__init__(body)
        # The keyboard goes from field to field, and the form scrolls with it.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def sizeHint(self) -> QSize:
        body = self.widget()
        if body is None:
            return super().sizeHint()
        width = max(self.viewport().width(), self.minimumSizeHint().width())
        high = body.heightForWidth(width) if body.hasHeightForWidth() else body.sizeHint().height()
        return QSize(self.minimumSizeHint().width(), high)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be as high as the rows are now: Qt's areas keep to themselves that what they show has changed."""
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
