"""Push page: which channels push for which move, at the squares that are looked at or over many levels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtGui import QCursor

from app.document import patch_edits
from app.interventions.channel_text import channels_text
from app.maze.maze import Square
from app.policy.layers import DEFAULT_LAYER, layer
from widgets.controls.channel_menu import channel_menu
from widgets.controls.layer_choice import LayerChoice
from widgets.controls.panel_parts import Choice, IconButton, labelled, muted, row
from widgets.services.context import Context
from widgets.services.study_runner import Asks
from widgets.studies.study_page import LevelsChoice, StudyPage

if TYPE_CHECKING:
    from app.interventions.channel_sets import ChannelSet
    from app.studies.study import Question

PARTS: Final = {"embedder.relu3": "Channels of relu3, exact", "embedder.relufc": "Units of relufc, exact"}
ABLATIONS: Final = {
    "zero": "Channels of any layer, zeroed",
    "mean": "Channels of any layer, set to their mean",
    "resample": "Channels of any layer, resampled",
    "gradient": "Channels of any layer, gradient x activation",
}
MOST_PINS: Final = 4
"""Pinned squares; with the square that is looked at they are as many as a question takes."""


class PushPage(StudyPage):
    """Pushes at the inspected square and the pinned ones, or at the decision squares of many levels."""

    TITLE = "What pushes for each move?"
    HINT = (
        "After relu3 the logits are an exact sum over channels. A channel's push for a move is its part of the move's "
        "mean logit, less its mean over the five moves. Of this maze: at the square under the pointer, or else the "
        "inspected one, and at the pinned ones, under the patches. Of many levels, and for any other layer: at "
        "decision squares, without patches. A click on a channel's push changes the channel: off, mean, scale and more."
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._pins: tuple[Square, ...] = ()
        self._layer = DEFAULT_LAYER
        self.levels = LevelsChoice(self)
        self.parts = Choice("Parts", "What is measured, and how", PARTS | ABLATIONS, self._parts_chosen)
        self.layer = LayerChoice("The layer whose channels are ablated one by one")
        self.layer.chosen.connect(self._layer_chosen)
        self.pin = IconButton(
            context, "pin-outline", "Pin the inspected square, to compare it with others", self.pin_square
        )
        self.unpin = IconButton(context, "pin-off-outline", "Unpin all squares", self.clear_pins)
        self.pinned = muted()
        self.sets = IconButton(
            context,
            "bookmark-plus-outline",
            "Keep what pushes for each move as sets of channels: UP, LEFT, DOWN, RIGHT. Patches can use them",
            self.keep_sets,
        )
        self.main.addWidget(self.levels)
        self.main.addLayout(labelled("Parts", self.parts))
        self.main.addLayout(labelled("Layer", self.layer))
        self.view.add_under_plot(row(self.pin, self.unpin, self.pinned, None, self.sets))
        self.view.plot.cell_clicked.connect(self._cell_clicked)
        self.view.plot.piece_clicked.connect(self._part_clicked)
        self.runner.changed.connect(self._show_sets)
        context.view.hover_changed.connect(self.follow)
        self._show_controls()
        self._show_sets()

    def summary(self) -> str:
        """Parts and levels."""
        ablated = self.parts.currentData() in ABLATIONS
        layer = (self.layer.currentText().strip(),) if ablated else ()
        return " · ".join((self.parts.currentText(), *layer, self.levels.summary))

    def asks(self) -> tuple[Any, Asks] | None:
        """The pushes at the squares, or in the chosen levels."""
        state = self.context.document.state
        policy, stack, parts = state.policy, state.stack, str(self.parts.currentData())
        if policy is None:
            return None
        self._show_controls()
        levels = self.levels.chosen()
        if parts in ABLATIONS:
            layer = self._layer

            def ablation() -> Question:
                from app.studies.ablated_channels import AblationQuestion

                return AblationQuestion(policy, levels(), layer, parts)  # type: ignore[arg-type]

            return (policy.weights_hash, parts, layer, self.levels.key), ablation
        if self.levels.many:

            def many() -> Question:
                from app.studies.push import PushQuestion

                return PushQuestion(policy, levels(), parts)

            return (policy.weights_hash, parts, self.levels.key), many
        squares = self.squares

        def there() -> Question:
            from app.studies.square_push import SquarePushQuestion

            return SquarePushQuestion(policy, levels(), squares, stack, parts)

        return (policy.weights_hash, parts, squares, stack, self.levels.key), there

    @property
    def square(self) -> Square:
        """The square under the pointer, or else the inspected one, or the mouse's."""
        hover = self.context.view.hover
        maze = self.maze
        # Walls are pointed at on the way from one square to another.
        return hover if hover is not None and maze.is_open(hover) and hover != maze.cheese else super().square

    @property
    def squares(self) -> tuple[Square, ...]:
        """The square that is looked at, then the pinned ones that are still open squares of the maze in front."""
        maze = self.maze
        open_pins = [pin for pin in self._pins if maze.is_open(pin) and pin != maze.cheese]
        return tuple(dict.fromkeys((self.square, *open_pins)))

    def pin_square(self) -> None:
        """Keep the inspected square next to others; the oldest pin makes room."""
        self._pins = (*[pin for pin in self._pins if pin != self.square], self.square)[-MOST_PINS:]
        self.follow()

    def clear_pins(self) -> None:
        """Release all pinned squares."""
        self._pins = ()
        self.follow()

    def keep_sets(self) -> None:
        """Keep the parts that make up most of each move's push as named sets."""
        sets = self._sets()
        if sets and self.context.sets.keep(sets):
            names = ", ".join(f"{each.name} ({channels_text(each.channels)})" for each in sets)
            self.context.notice(f"Kept as sets for every patch: {names}.")

    def _sets(self) -> tuple[ChannelSet, ...]:
        result: Any = self.runner.result
        return tuple(result.sets()) if hasattr(result, "sets") else ()

    def _show_sets(self) -> None:
        self.sets.setEnabled(not self.runner.stale and hasattr(self.runner.result, "sets"))

    def _cell_clicked(self, line: int, _: int) -> None:
        plot = self.view.plot.plot
        if plot is not None and plot.grid is not None:
            self._part_clicked(plot.grid.rows[line])

    def _part_clicked(self, name: str) -> None:
        """A menu of what can be done to the channel or unit whose push was clicked: "channel 12"."""
        result: Any = self.runner.result
        policy = self.context.document.state.policy
        if result is None or policy is None or self.runner.stale:
            return
        kind, *rest = name.split(" ")
        number = "".join(rest)
        if kind not in ("channel", "unit") or not number.isdecimal():
            return
        stage, channel = layer(result.question.layer, policy.width), int(number)
        off = patch_edits.switched_off(self.context.document.state.stack, stage.name)
        menu = channel_menu(self.context, stage, channel, None, off is None or channel in off)
        menu.setParent(self, menu.windowFlags())
        menu.popup(QCursor.pos())

    def _parts_chosen(self, _: str) -> None:
        self._show_controls()
        self.follow()

    def _layer_chosen(self, name: str) -> None:
        self._layer = name
        self.follow()

    def _show_controls(self) -> None:
        policy = self.context.document.state.policy
        ablated = self.parts.currentData() in ABLATIONS
        at_squares = not ablated and not self.levels.many
        self.layer.setVisible(ablated)
        if ablated and policy is not None:
            self.layer.show_layers(policy.width, self._layer)
        for control in (self.pin, self.unpin, self.pinned):
            control.setVisible(at_squares)
        self.unpin.setEnabled(bool(self._pins))
        self.pinned.setText("" if not self._pins else "Pinned: " + ", ".join(f"({r}, {c})" for r, c in self._pins))
