"""The status bar: what the tool does at the left, what was computed at the right."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QStatusBar

from app.field.measures import mean_total_variation
from app.field.requests import FieldResult
from widgets import theme
from widgets.context import Context
from widgets.maze_view.tools import TOOL_BY_ID

BUSY_AFTER = 600
"""Milliseconds from which background work is mentioned: what is done sooner would only flicker."""


class Status(QStatusBar):
    """Reflects the tool in hand, background work, and the latest answer."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._device = ""
        self.setSizeGripEnabled(False)
        self.tool = QLabel()
        self.tool.setAccessibleName("What the tool does")
        self.work = QLabel()
        self.work.setAccessibleName("What was computed")
        self.work.setToolTip(
            "Open squares computed, milliseconds for the whole field, the device, and the mean total variation between "
            "the patched and the original field."
        )
        self.addWidget(self.tool, 1)
        self.busy = QLabel("Working …")
        self.busy.setVisible(False)
        self.addPermanentWidget(self.busy)
        self.addPermanentWidget(self.work)
        context.view.tool_changed.connect(lambda _: self._show_tool())
        bridge = context.bridge
        bridge.result.connect(self._show_result)
        bridge.cleared.connect(lambda: self.work.setText(""))
        bridge.device_changed.connect(self._take_device)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(BUSY_AFTER)
        self._patience.timeout.connect(lambda: self.busy.setVisible(context.busy))
        context.busy_changed.connect(self._take_busy)
        context.palette_changed.connect(self._take_font)
        self._take_font()
        self._show_tool()

    def _take_font(self, *_: object) -> None:
        self.work.setFont(theme.number_font(QApplication.font()))

    def _show_tool(self) -> None:
        self.tool.setText(TOOL_BY_ID[self._context.view.tool].status)

    def _take_busy(self, busy: bool) -> None:
        if busy:
            self._patience.start()
        else:
            self._patience.stop()
            self.busy.setVisible(False)

    def _take_device(self, label: str) -> None:
        self._device = label
        if self._context.bridge.latest is None:
            self.work.setText(label)

    def _show_result(self, result: FieldResult) -> None:
        count = int(result.original.done.sum())
        total = len(result.original.squares)
        squares = f"{total} squares" if result.complete else f"{count} of {total} squares"
        parts = [squares, f"{result.milliseconds:.0f} ms", result.device]
        if result.complete and result.patched is not result.original:
            parts.append(f"mean change {mean_total_variation(result.original, result.patched):.2f}")
        self.work.setText("   ·   ".join(parts))
