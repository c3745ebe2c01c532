"""Card that finds the channels that mark the cheese, and pins or switches them off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton

from app.document import patch_edits
from app.document.document import State
from app.policy.layers import layer
from widgets.actions.pin_actions import add_pin, shown_layer
from widgets.controls.cheese_channel_list import CheeseList
from widgets.controls.layer_choice import short_name
from widgets.controls.panel_parts import IconButton, column, heading, muted, row
from widgets.services.context import Context

if TYPE_CHECKING:
    from app.studies.cheese_channels import CheeseChannel

OFFERED: Final = 12
"""Channels that are listed."""


class CheeseFinder(QFrame):
    """A card that measures which channels mark the cheese and offers them, ranked.

    Signals:
        closed(): the user is done with it.
    """

    closed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._cheese = context.cheese
        self._layer = shown_layer(context)
        self._ranked: tuple[CheeseChannel, ...] | None = None
        self.setProperty("card", True)
        self._words = muted(wrap=True)
        self.list = CheeseList()
        self.list.itemChanged.connect(self._ticked)
        self.pin = QPushButton("Pin")
        self.pin.setToolTip("Add a patch that sets the ticked channels at a square; drag its pin over the maze")
        self.pin.clicked.connect(self._pin)
        self.zero = QPushButton("Zero")
        self.zero.setToolTip("Switch the ticked channels off")
        self.zero.clicked.connect(self._zero)
        close = IconButton(context, "close", "Close", self._close)
        layout = column(self, 8)
        layout.addLayout(row(heading("Cheese channels"), None, close))
        layout.addWidget(self._words)
        layout.addWidget(self.list)
        layout.addLayout(row(None, self.zero, self.pin))
        self._cheese.found.connect(self._fill)
        self._cheese.task.busy_changed.connect(self._fill)
        context.document.changed.connect(self._document_changed)

    @property
    def is_about_shown(self) -> bool:
        """True if what is offered is about the layer whose channels are shown now."""
        return self._layer == shown_layer(self._context)

    def measure(self) -> None:
        """Measure the layer whose channels are shown, unless it is known, and offer what is found."""
        policy = self._context.document.state.policy
        self._layer = shown_layer(self._context)
        # Offered again, with the best ticked.
        self._ranked = None
        self._cheese.withdraw(self)
        if policy is not None:
            self._cheese.want(policy, self._layer, self._context.document.state.maze.world, asker=self)
        self._fill()

    def _document_changed(self, old: State, new: State) -> None:
        if old.policy == new.policy and old.maze.world == new.maze.world:
            return
        if self.isHidden():
            self._fill()
        else:
            # Channels of another policy, or of levels of another size, are others.
            self.measure()

    @property
    def ticked(self) -> tuple[int, ...]:
        """The channels chosen."""
        items = (self.list.item(at) for at in range(self.list.count()))
        return tuple(
            item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() == Qt.CheckState.Checked
        )

    def _fill(self, *_: object) -> None:
        state = self._context.document.state
        ranked = None
        if state.policy is not None:
            ranked = self._cheese.channels(state.policy, self._layer, state.maze.world)
        if ranked is None or ranked is not self._ranked:
            self._list(ranked)
        self._words.setText(self._sentence(ranked))
        self._ticked()

    def _list(self, ranked: tuple[CheeseChannel, ...] | None) -> None:
        self._ranked = ranked
        self.list.blockSignals(True)
        self.list.clear()
        for each in (ranked or ())[:OFFERED]:
            self.list.add(each, each.channel in self._defaults())
        self.list.blockSignals(False)
        self.list.setVisible(ranked is not None)
        rows = min(6, self.list.count())
        # As many as there is room for: a list of one height would push a low window beyond its screen.
        self.list.setMinimumHeight(self.list.height_of(min(rows, 2)))
        self.list.setMaximumHeight(self.list.height_of(rows))

    def _defaults(self) -> tuple[int, ...]:
        state = self._context.document.state
        return () if state.policy is None else self._cheese.defaults(state.policy, self._layer, state.maze.world)

    def _sentence(self, ranked: tuple[CheeseChannel, ...] | None) -> str:
        name = short_name(self._layer)
        if self._context.document.state.policy is None:
            return "Open a policy to find its channels that mark the cheese."
        if ranked is None and self._cheese.task.busy:
            return f"Measuring every channel of {name}."
        if ranked is None:
            return "Stopped before all levels were measured."
        good = sum(each.marks for each in ranked)
        if not good:
            return f"No channel of {name} peaks at the cheese in half of {ranked[0].levels} levels; the best are:"
        noun = "channel peaks" if good == 1 else "channels peak"
        return f"{good} {noun} at the cheese in {name} in at least half of {ranked[0].levels} levels."

    def _ticked(self, *_: object) -> None:
        for button in (self.pin, self.zero):
            button.setEnabled(bool(self.ticked))

    def _pin(self) -> None:
        add_pin(self._context, tuple(sorted(self.ticked)), self._layer)
        self._close()

    def _zero(self) -> None:
        policy = self._context.document.state.policy
        if policy is not None:
            stage = layer(self._layer, policy.width)
            off = patch_edits.switched_off(self._context.document.state.stack, stage.name)
            on = [channel for channel in self.ticked if off is not None and channel not in off]
            if on:
                patch_edits.toggle_channels(self._context.document, stage, on)
        self._close()

    def give_up(self) -> None:
        """Forget the requests made here: none needs to be measured any more."""
        self._cheese.withdraw(self)

    def _close(self) -> None:
        self.give_up()
        self.closed.emit()
