"""The switch between Original, Patched, Difference and all three side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

from app.document.view_mode import Mode
from widgets.services.context import Context


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
        self.buttons: dict[Mode, QPushButton] = {}
        for mode in Mode:
            button = QPushButton(mode.label)
            button.setCheckable(True)
            # A click leaves the keyboard where it was, as with the tools.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("segment", True)
            button.setToolTip(context.actions[f"view.{mode}"].toolTip())
            button.setAccessibleName(f"View: {mode.label}")
            button.clicked.connect(lambda _=False, mode=mode: context.view.set_mode(mode))
            self._group.addButton(button)
            self.buttons[mode] = button
            row.addWidget(button)
        context.view.mode_changed.connect(self._show)
        self._show(context.view.mode)

    def _show(self, mode: Mode) -> None:
        self.buttons[mode].setChecked(True)
