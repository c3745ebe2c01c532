"""Menu of patches that can be added to the stack."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from app.document import patch_edits
from app.interventions.patch_wording import WORDING
from app.interventions.patches import KINDS, AddVector, Patch, SetValue
from app.policy.layers import layer
from widgets.actions.pin_actions import add_cheese_pin
from widgets.panels.patches.card_wording import GLYPHS
from widgets.services.context import Context


class AddMenu(QMenu):
    """The kinds of patches, each on the layer whose channels are shown."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        self.clear()
        self._offer("add", "Subtract the cheese vector", self.subtract_cheese)
        self._offer("add", "Add the top-right vector", self.add_top_right)
        self._offer("set", "Retarget: pin the cheese channels", self.add_pin)
        self.addSeparator()
        for kind in KINDS:
            self._offer(kind, WORDING[kind].title, partial(self._add_kind, kind))

    def _offer(self, kind: str, title: str, act: Callable[[], object]) -> None:
        action = self.addAction(self._context.icon(GLYPHS[kind]), title)
        action.setToolTip(WORDING[kind].tip)
        action.triggered.connect(lambda: act())

    @property
    def _layer(self) -> str:
        return self._context.view.layer

    def subtract_cheese(self) -> None:
        """Add the patch that subtracts the cheese vector."""
        self._add(AddVector(layer=self._layer, coefficient=-1.0))

    def add_top_right(self) -> None:
        """Add the patch that draws the mouse to the top-right corner."""
        self._add(AddVector(layer=self._layer, vector="top-right", coefficient=1.0))

    def add_pin(self) -> None:
        """Add a pin for the channels that mark the cheese, found first where they are not known."""
        add_cheese_pin(self._context)

    def _add_kind(self, kind: str) -> None:
        if kind != "set":
            self._add(KINDS[kind](layer=self._layer))
            return
        policy = self._context.document.state.policy
        side = layer(self._layer, policy.width if policy else 1).side
        maze = self._context.document.state.maze
        square = None if side is None else self._context.view.inspected or maze.cheese or maze.top_right
        self._add(SetValue(layer=self._layer, channels=(0,), square=square))

    def _add(self, patch: Patch) -> None:
        patch_edits.add_patch(self._context.document, patch)
