"""Menu of patches that can be added to the stack."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtWidgets import QMenu, QWidget

from app.document import patch_edits
from app.interventions.patch_wording import WORDING
from app.interventions.patches import KINDS, AddVector, Patch, SetValue
from app.policy.layers import canonical, layer
from widgets.actions.pin_actions import add_cheese_pin, pin_layer
from widgets.controls.layer_choice import has_pixels, short_name
from widgets.panels.patches.card_wording import GLYPHS
from widgets.services.context import Context

SUBTRACT: Final = "Subtract the cheese vector"
TOP_RIGHT: Final = "Add the top-right vector"
PIN: Final = "Retarget: pin the cheese channels"


class AddMenu(QMenu):
    """Register what steers the policy, on the layer where it works, and the kinds of patches, on the layer shown."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        self.clear()
        self._offer("add", SUBTRACT, self.subtract_cheese)
        self._offer("add", TOP_RIGHT, self.add_top_right)
        self._offer("set", PIN, self.add_pin)
        here = short_name(self._layer)
        if self.elsewhere or self.pins_elsewhere:
            self.addSeparator()
        if self.elsewhere:
            self._offer("add", f"{SUBTRACT} at {here}", self.subtract_cheese_here)
            self._offer("add", f"{TOP_RIGHT} at {here}", self.add_top_right_here)
        if self.pins_elsewhere:
            self._offer("set", f"{PIN} at {here}", self.add_pin_here)
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

    @property
    def working_layer(self) -> str:
        """The layer at which the vectors act that a word names."""
        state = self._context.document.state
        return self._context.working.layer(state.policy, state.maze.world)

    @property
    def elsewhere(self) -> bool:
        """True if the layer shown is another than the one where vectors act."""
        return canonical(self._layer) != self.working_layer

    @property
    def pins_elsewhere(self) -> bool:
        """True if the layer shown is another than the one where pins act, and can have one."""
        shown = self._layer
        return has_pixels(shown) and canonical(shown) != pin_layer(self._context)

    def subtract_cheese(self) -> None:
        """Add the patch that subtracts the cheese vector, where that works."""
        self._add(AddVector(layer=self.working_layer, coefficient=-1.0))
        self._measure()

    def subtract_cheese_here(self) -> None:
        """The same at the layer whose channels are shown."""
        self._add(AddVector(layer=self._layer, coefficient=-1.0))

    def add_top_right(self) -> None:
        """Add the patch that draws the mouse to the top-right corner, where vectors work."""
        self._add(AddVector(layer=self.working_layer, vector="top-right", coefficient=1.0))
        self._measure()

    def add_top_right_here(self) -> None:
        """The same at the layer whose channels are shown."""
        self._add(AddVector(layer=self._layer, vector="top-right", coefficient=1.0))

    def add_pin(self) -> None:
        """Add a pin for the channels that mark the cheese, found first where they are not known."""
        add_cheese_pin(self._context)

    def add_pin_here(self) -> None:
        """The same at the layer whose channels are shown."""
        add_cheese_pin(self._context, layer_name=self._layer)

    def _measure(self) -> None:
        state = self._context.document.state
        if state.policy is not None:
            self._context.working.want(state.policy, state.maze.world)

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
