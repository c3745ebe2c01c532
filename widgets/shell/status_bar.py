"""The status bar: the tool's action at the left, what was computed at the right."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QStatusBar

from app.field.measures import mean_total_variation
from app.field.requests import FieldResult
from widgets.actions.canvas_tool import Tool
from widgets.controls.panel_parts import Shortening
from widgets.services.context import Context
from widgets.style import theme

BUSY_AFTER = 600
"""Milliseconds from which background work is mentioned: what is done sooner would only flicker."""


SAID_EVERY = 50
"""Milliseconds between two texts about background work, of which many small files would bring hundreds a second."""

WORKING = "Working…"
WIDEST = 260
"""Pixels of the name of a file that is being opened."""

GAP = "   ·   "
WORK = (
    "Open squares computed, milliseconds for the whole field, the mean total variation between the patched and the "
    "original field, and the device."
)


class Status(QStatusBar):
    """Reflects the selected tool, background work, and the latest answer."""

    def __init__(self, context: Context, tools: Sequence[Tool]) -> None:
        super().__init__()
        self._context = context
        self._statuses = {tool.id: tool.status for tool in tools}
        self._device = ""
        self._tool_texts: tuple[str, ...] = ("",)
        self._work_texts: tuple[str, ...] = ("",)
        self.setSizeGripEnabled(False)
        self.tool = Shortening()
        self.work = Shortening()
        self.setContentsMargins(8, 0, 8, 0)
        self.addWidget(self.tool, 1)
        self.busy = QLabel(WORKING)
        self.busy.setVisible(False)
        self.addPermanentWidget(self.busy)
        self.give_up = QPushButton("Cancel")
        self.give_up.setVisible(False)
        self.give_up.clicked.connect(context.files.give_up)
        self.addPermanentWidget(self.give_up)
        self.addPermanentWidget(self.work)
        context.view.tool_changed.connect(self._show_tool)
        bridge = context.bridge
        bridge.result.connect(self._show_result)
        bridge.cleared.connect(self._show_nothing)
        bridge.device_changed.connect(self._take_device)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(BUSY_AFTER)
        self._patience.timeout.connect(self._show_busy)
        self._said = WORKING
        self._pause = QTimer(self, singleShot=True, interval=SAID_EVERY)
        self._pause.timeout.connect(self._say_latest)
        context.busy_changed.connect(self._take_busy)
        context.files.progressed.connect(self._take_file)
        context.files.late_changed.connect(self._show_late)
        context.palette_changed.connect(self._take_font)
        self._take_font()
        self._show_tool()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def _take_font(self, *_: object) -> None:
        self.work.setFont(theme.number_font(QApplication.font()))
        self._share()

    def _show_tool(self, *_: object) -> None:
        status = self._statuses[self._context.view.tool]
        sentence = status.split(". ")[0].rstrip(".") + "."
        clause = re.split("[,;:]", sentence)[0].rstrip(".") + "."
        self._tool_texts = (status, sentence, clause)
        self.tool.set_texts(*self._tool_texts)
        self._share()

    def _show_work(self, *parts: str) -> None:
        self._work_texts = tuple(GAP.join(parts[:count]) for count in range(len(parts), 0, -1)) or ("",)
        self.work.set_texts(*self._work_texts)
        if parts:
            self.work.setToolTip(f"{GAP.join(parts)}\n{WORK}")
        self._share()

    def _share(self) -> None:
        """Share the line: both texts whole where they fit, else the tool's shorter, and then the numbers'."""
        left, right = self.tool.fontMetrics(), self.work.fontMetrics()
        room = self.width() - right.horizontalAdvance("MM")
        if self.busy.isVisible():
            room -= self.busy.sizeHint().width()
        if self.give_up.isVisible():
            room -= self.give_up.sizeHint().width()
        tool = [left.horizontalAdvance(text) for text in self._tool_texts]
        work = [right.horizontalAdvance(text) for text in self._work_texts]
        wide = next((wide for wide in work for narrow in tool if wide + narrow <= room), work[-1])
        self.work.setFixedWidth(wide + 2)

    def _show_nothing(self) -> None:
        self._show_work()

    def _show_busy(self) -> None:
        self.busy.setVisible(self._context.busy)

    def _take_busy(self, busy: bool) -> None:
        if busy:
            self._patience.start()
        else:
            self._patience.stop()
            self.busy.setVisible(False)

    def _show_late(self) -> None:
        """Name a file that takes long, with a button that gives it up."""
        late = self._context.files.late
        self.give_up.setVisible(bool(late))
        if late:
            names = ", ".join(late)
            self._say_busy(f"Still opening {names}…")
            self.give_up.setAccessibleName(f"Cancel opening {names}")
            self.give_up.setToolTip(f"Stop waiting for {names}")
        else:
            self._say_busy(WORKING)

    def _say_busy(self, text: str) -> None:
        self._said = text
        if not self._pause.isActive():
            self._say_latest()

    def _say_latest(self) -> None:
        """Show the latest text about background work, and no other before the pause is over."""
        text = self.busy.fontMetrics().elidedText(self._said, Qt.TextElideMode.ElideMiddle, WIDEST)
        if text != self.busy.text():
            self.busy.setText(text)
            self._share()
            self._pause.start()

    def _take_file(self, number: int, count: int, name: str) -> None:
        what = f"Opening {name}…" if count == 1 else f"Opening {number + 1} of {count}: {name}…"
        if name or not self._context.files.late:
            self._say_busy(what if name else WORKING)
        else:
            self._show_late()

    def _take_device(self, label: str) -> None:
        self._device = label
        if self._context.bridge.latest is None:
            self._show_work(label)

    def _show_result(self, result: FieldResult) -> None:
        count = int(result.original.done.sum())
        total = len(result.original.squares)
        squares = f"{total} squares" if result.complete else f"{count} of {total} squares"
        parts = [squares, f"{result.milliseconds:.0f} ms"]
        if result.complete and result.patched is not result.original:
            parts.append(f"mean total variation {mean_total_variation(result.original, result.patched):.2f}")
        self._show_work(*parts, result.device)
