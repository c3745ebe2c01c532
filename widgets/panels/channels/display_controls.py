"""Controls above the grid: what the channels show, in which order, on which scale."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.field.channels import ORDERS, QUANTITIES
from widgets.controls.layer_choice import LayerChoice
from widgets.controls.lines_layout import Lines
from widgets.controls.panel_parts import Choice, IconButton, column, row
from widgets.services.cheese_channel_cache import CheeseChannels
from widgets.services.context import Context

SIZES: Final = (0.7, 1.0, 1.45, 2.1)
"""Scales of the thumbnails."""


class ChannelControls(QWidget):
    """Layer, numbers, order, scale and size. Numbers, order and scale are remembered, and kept by sessions.

    Signals:
        changed(): numbers, order or scale are others now.
        size_changed(float): thumbnails shall be scaled so.
    """

    changed = Signal()
    size_changed = Signal(float)

    def __init__(self, context: Context, cheese: CheeseChannels) -> None:
        super().__init__()
        self._context, self._cheese = context, cheese
        settings = context.settings
        self.quantity = _one_of(settings.get("channels.quantity"), QUANTITIES, "raw")
        self.order = _one_of(settings.get("channels.order"), ORDERS, "index")
        self._asked: tuple[object, ...] | None = None
        self._size = 1
        self.layer_choice = LayerChoice("The layer whose channels are shown, and can be switched off")
        self.layer_choice.chosen.connect(context.view.set_layer)
        self.quantity_choice = Choice(
            "Numbers shown",
            "What the pictures show: activations, or a difference of two",
            QUANTITIES,
            self._set_quantity,
        )
        self.quantity_choice.choose(self.quantity)
        self.order_choice = Choice(
            "Sort channels by",
            "Index; energy (root mean square); change under the stack; cheese score: how often it peaks at the cheese. "
            "At the decision square, push for the cheese against the top right, and effect on P(cheese) when zeroed",
            {key: f"By {title[:1].lower()}{title[1:]}" for key, title in ORDERS.items()},
            self._set_order,
        )
        self.order_choice.choose(self.order)
        self.scale_button = IconButton(
            context,
            "approximately-equal-box",
            "One colour scale for all channels. Off: each channel its own",
            self._tell,
            checkable=True,
        )
        self.scale_button.setChecked(settings.flag("channels.shared", False))
        self.smaller = IconButton(context, "magnify-minus-outline", "Smaller pictures", lambda: self._resize(-1))
        self.larger = IconButton(context, "magnify-plus-outline", "Larger pictures", lambda: self._resize(1))
        context.view.keep("channels", self._to_json, self._restore)
        layout = column(self)
        layout.addLayout(Lines(self.layer_choice, row(self.scale_button, self.smaller, self.larger, space=2), space=2))
        layout.addLayout(row(self.quantity_choice, self.order_choice))

    @property
    def shared(self) -> bool:
        """True if all channels have one scale."""
        return self.scale_button.isChecked()

    def show_layer(self, width: int, name: str) -> None:
        """Show the layer chosen, of a network of this width."""
        self.layer_choice.show_layers(width, name)
        self._measure_when_needed()

    def _set_quantity(self, quantity: str) -> None:
        self.quantity = quantity
        self._tell()

    def _set_order(self, order: str) -> None:
        self.order = order
        # Chosen again, what was stopped is measured after all.
        self._asked = None
        self._measure_when_needed()
        self._tell()

    def _measure_when_needed(self) -> None:
        state = self._context.document.state
        if self.order != "cheese" or state.policy is None:
            return
        asked = (state.policy.weights_hash, self._context.view.layer, state.maze.world)
        # Once: a measurement that was stopped does not begin again with the next edit.
        if asked != self._asked:
            self._asked = asked
            self._cheese.want(state.policy, self._context.view.layer, state.maze.world)

    def _tell(self) -> None:
        for name, value in self._to_json().items():
            self._context.settings.set(f"channels.{name}", value)
        self._context.view.kept_changed.emit()
        self.changed.emit()

    def _to_json(self) -> dict[str, Any]:
        return {"quantity": self.quantity, "order": self.order, "shared": self.shared}

    def _restore(self, found: Any) -> None:
        """Take up what a session kept; what is missing or unknown leaves a choice as it is."""
        if not isinstance(found, dict):
            return
        self.quantity = _one_of(found.get("quantity"), QUANTITIES, self.quantity)
        self.order = _one_of(found.get("order"), ORDERS, self.order)
        if isinstance(found.get("shared"), bool):
            self.scale_button.setChecked(found["shared"])
        self.quantity_choice.choose(self.quantity)
        self.order_choice.choose(self.order)
        self._measure_when_needed()
        self.changed.emit()

    def _resize(self, by: int) -> None:
        self._size = max(0, min(self._size + by, len(SIZES) - 1))
        self.smaller.setEnabled(self._size > 0)
        self.larger.setEnabled(self._size < len(SIZES) - 1)
        self.size_changed.emit(SIZES[self._size])


def _one_of(value: object, among: dict[str, str], default: str) -> str:
    return value if isinstance(value, str) and value in among else default
