"""Marks of the stack on one canvas: its pins, and the squares of the patch whose squares are chosen."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.document.view_mode import Mode
from app.interventions.patches import NO_PATCHES
from widgets.maze_view.canvas_items import MarksItem
from widgets.maze_view.pins import PinsItem
from widgets.maze_view.tools import squares_of
from widgets.services.context import Context


class PatchMarks(QObject):
    """Keeps pins and chosen squares as the document and the view have them.

    The original network has no pins: on its canvas they are neither drawn nor dragged.
    """

    def __init__(self, context: Context, role: Mode, marks: MarksItem, pins: PinsItem, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._role, self._marks, self._pins = context, role, marks, pins
        context.document.changed.connect(self._show)
        context.view.tool_changed.connect(self._show)
        context.view.squares_patch_changed.connect(self._show)
        self._show()

    def _show(self, *_: object) -> None:
        state = self._context.document.state
        self._pins.show_stack(NO_PATCHES if self._role is Mode.ORIGINAL else state.stack, state.maze.world)
        found = squares_of(self._context) if self._context.view.tool == "squares" else None
        self._marks.set_chosen(() if found is None else found[1].squares or ())
