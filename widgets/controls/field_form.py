"""Form whose names are on the line of what is in their fields."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QSizePolicy, QSpacerItem


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
