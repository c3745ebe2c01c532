"""The switch between Original, Patched, Difference and all three side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

from widgets.services.context import Context
from widgets.services.view_state import MODE_TITLES, MODES


class ViewSwitch(QFrame):
    """One button for each mode, of which one is down."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.setObjectName("segments")
        self.setAccessibleName("View")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(1)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QPushButton] = {}
        for mode in MODES:
            button = QPushButton(MODE_TITLES[mode])
            button.setCheckable(True)
            # A click leaves the keyboard where it was, as with the tools.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("segment", True)
            button.setToolTip(context.actions[f"view.{mode}"].toolTip())
            button.setAccessibleName(f"View: {MODE_TITLES[mode]}")
            button.clicked.connect(lambda _=False, mode=mode: context.view.set_mode(mode))
            self._group.addButton(button)
            self.buttons[mode] = button
            row.addWidget(button)
        context.view.mode_changed.connect(self._show)
        self._show(context.view.mode)

    def _show(self, mode: str) -> None:
        self.buttons[mode].setChecked(True)
