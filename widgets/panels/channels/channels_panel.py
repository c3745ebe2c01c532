"""The panel of a layer's channels: what they hold at a square, and a switch for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.document import patch_edits
from app.document.document import State
from app.drawing.palette import Palette
from app.field import channels
from app.maze.maze import Square
from app.policy.layers import Layer, canonical, layer, pixel_of_square
from widgets.controls.channel_menu import channel_menu
from widgets.controls.channel_painter import Mark, Pixel
from widgets.controls.cheese_progress import CheeseProgress
from widgets.controls.panel_parts import MARGIN, EmptyState, IconButton, Shortening, column, row
from widgets.controls.patch_problems import problems_of
from widgets.panels.channels.choice_scores import ChoiceScores
from widgets.panels.channels.colour_scale import ColourScale
from widgets.panels.channels.display_controls import ChannelControls
from widgets.panels.channels.enlarged_page import LargeChannel
from widgets.panels.channels.layer_activations_view import Shown
from widgets.panels.channels.thumbnail_grid import ChannelGrid
from widgets.services.context import Context

if TYPE_CHECKING:
    from app.field.requests import ActivationResult


class ChannelsPanel(QWidget):
    """All channels of a layer with the mouse on one square, live with every edit, to be enlarged and switched off."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._cheese = context.cheese
        self._result: ActivationResult | None = context.bridge.latest_activations
        self._choice = ChoiceScores(context, self)
        self.controls = ChannelControls(context, self._cheese)
        self.grid = ChannelGrid(context.palette)
        self.large = LargeChannel(context, self)
        self.scale = ColourScale(context.palette)
        self.progress = CheeseProgress(context)
        self.where = Shortening()
        self.where.setProperty("muted", True)
        self.all_on = IconButton(context, "power", "Switch all channels of this layer on again", self._switch_all_on)
        self._scales, self._foot = QWidget(), QStackedWidget()
        self._full = self._filled()
        self._empty = EmptyState(
            context,
            "grid",
            "No activations yet",
            "Open a policy, and each channel of one of its layers shows here as a picture over the maze.",
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._full)
        column(self).addWidget(self._stack)
        self.setAccessibleName("Channels")
        self._show_foot(self._cheese.task.busy)
        self._connect()
        self._show()

    def _filled(self) -> QWidget:
        page = QWidget()
        layout: QVBoxLayout = column(page, MARGIN)
        layout.addWidget(self.controls)
        layout.addWidget(self.grid, 1)
        scales = column(self._scales)
        scales.addLayout(row(self.scale, self.all_on))
        scales.addWidget(self.where)
        for each in (self._scales, self.progress):
            self._foot.addWidget(each)
        layout.addWidget(self._foot)
        return page

    def _show_foot(self, measuring: bool) -> None:
        # One in place of the other: with a row more this panel would push the one above it, which never grows back.
        self._foot.setCurrentWidget(self.progress if measuring else self._scales)

    def _connect(self) -> None:
        context, view = self._context, self._context.view
        context.bridge.activations.connect(self._take)
        context.bridge.cleared.connect(self._clear)
        context.bridge.result.connect(self._result_came)
        context.document.changed.connect(self._document_changed)
        context.palette_changed.connect(self._recolour)
        view.hover_changed.connect(self._mark_pixel)
        view.pixel_hover_changed.connect(self._mark_pixel)
        view.layer_changed.connect(self._show)
        self._cheese.found.connect(self._show)
        self._choice.found.connect(self._show)
        self._cheese.task.busy_changed.connect(self._show_foot)
        self.controls.changed.connect(self._show)
        self.controls.size_changed.connect(self.grid.set_thumbnail_size)
        self.grid.toggled.connect(self._toggle)
        self.grid.enlarged.connect(self._enlarge)
        self.grid.pixel_hovered.connect(view.set_pixel_hover)
        self.grid.menu_wanted.connect(self._menu)
        self.large.toggled.connect(lambda: self._toggle((self.large.channel,)))
        self.large.closed.connect(self._shrink)
        self.large.picture.pixel_hovered.connect(view.set_pixel_hover)
        self.large.picture.menu_wanted.connect(lambda pixel, at: self._menu(self.large.channel, pixel, at))

    # --- what is shown ----------------------------------------------------------------------------------------------

    @property
    def layer(self) -> Layer | None:
        """The layer whose channels are shown; None while there is nothing to show."""
        if self._result is None:
            return None
        return layer(self._result.request.layer, self._result.request.policy.width)

    def _take(self, result: ActivationResult) -> None:
        self._result = result
        self._show()

    def _clear(self) -> None:
        self._result = None
        self._show()

    def _result_came(self, result: object) -> None:
        # Problems of patches come with the field; which channels count as changed may depend on them.
        if getattr(result, "complete", False):
            self._show()

    def _document_changed(self, old: State, new: State) -> None:
        # Clicks answer at once: the marks come from the document, the numbers follow.
        if old.stack != new.stack or old.policy != new.policy:
            self._show()

    def _show(self, *_: object) -> None:
        result, state = self._result, self._context.document.state
        if result is None or state.policy is None:
            self._stack.setCurrentWidget(self._empty)
            self.grid.show_channels(None)
            self.large.hide()
            return
        self._stack.setCurrentWidget(self._full)
        self.controls.show_layer(state.policy.width, self._context.view.layer)
        shown = self._shown(result)
        self.grid.show_channels(shown)
        self.scale.set_limit(float(shown.limits.max(initial=0.0)) if self.controls.shared or not shown.side else None)
        if self.large.isVisible():
            if shown.side and self.large.channel < len(shown.values) and self.large.layer == shown.layer:
                self.large.show_channel(shown, self.large.channel)
            else:
                self.large.close()
        self._tell_where(result)
        self._mark_pixel()

    def _shown(self, result: ActivationResult) -> Shown:
        values = channels.quantity(self.controls.quantity, result.original, result.patched, result.without_cheese)
        request = result.request
        order = self.controls.order
        known = self._choice.scores(order, request.policy, request.maze, request.layer)
        if order == "cheese":
            known = self._cheese.scores(request.policy, request.layer, request.maze.world)
        scores = channels.score(order, result.original, result.patched, known)
        as_text = "{:.0%}".format if order == "cheese" else "{:.2f}".format
        return Shown(
            layer=canonical(result.request.layer),
            values=values,
            limits=channels.limits(values, self.controls.shared),
            order=channels.ranked(scores, len(values)),
            maze=result.request.maze,
            scores=() if scores is None else tuple(as_text(float(number)) for number in scores),
            marks=self._marks(result),
            square=request.square,
            numbers=channels.QUANTITIES[self.controls.quantity],
        )

    def _marks(self, result: ActivationResult) -> dict[int, Mark]:
        name, count = canonical(result.request.layer), len(result.original)
        stack = self._context.document.state.stack
        off = patch_edits.switched_off(stack, name)
        touched, named = np.zeros(count, int), np.zeros(count, bool)
        broken = problems_of(self._context).keys()
        for position, patch in stack.active:
            if canonical(patch.layer) == name and position not in broken:
                which = slice(None) if patch.channels is None else [c for c in patch.channels if c < count]
                touched[which] += 1
                named[which] |= patch.channels is not None
        return {
            channel: Mark(off is None or channel in off, int(touched[channel]), bool(named[channel]))
            for channel in range(count)
            if off is None or channel in off or touched[channel]
        }

    def _tell_where(self, result: ActivationResult) -> None:
        square, maze = result.request.square, result.request.maze
        who = "Mouse at" if square == maze.mouse else "Inspected square"
        off = sum(mark.off for mark in (self.grid.shown.marks if self.grid.shown else {}).values())
        self.all_on.setEnabled(off > 0)
        count = len(result.original)
        noun = "channels" if result.original.ndim == 3 else "features"
        rest = f"{off} of {count} {noun} off" if off else f"{count} {noun}"
        place = f"({square[0]}, {square[1]})"
        self.where.set_texts(f"{who} {place} · {rest}", f"{place} · {rest.replace(f' {noun}', '')}")

    def _recolour(self, palette: Palette) -> None:
        for part in (self.grid, self.scale, self.large.picture):
            part.set_palette(palette)

    def _mark_pixel(self, *_: object) -> None:
        pixel = self._pixel()
        self.grid.set_marked_pixel(pixel)
        self.large.mark_pixel(pixel, self._squares_of(pixel))

    def _pixel(self) -> Pixel | None:
        stage, view = self.layer, self._context.view
        if stage is None or stage.side is None:
            return None
        if view.pixel_hover is not None:
            return view.pixel_hover if max(view.pixel_hover) < stage.side else None
        if view.hover is None or not self._context.document.state.maze.contains(view.hover):
            return None
        return pixel_of_square(view.hover, self._context.document.state.maze.world, stage.side)

    def _squares_of(self, pixel: Pixel | None) -> tuple[Square, ...]:
        stage, world = self.layer, self._context.document.state.maze.world
        if pixel is None or stage is None or stage.side is None:
            return ()
        return channels.squares_of_pixel(pixel, world, stage.side)

    # --- what is done -----------------------------------------------------------------------------------------------

    def _toggle(self, chosen: tuple[int, ...]) -> None:
        if self.layer is not None:
            patch_edits.toggle_channels(self._context.document, self.layer, chosen)

    def _switch_all_on(self) -> None:
        stage = self.layer
        if stage is not None:
            off = patch_edits.switched_off(self._context.document.state.stack, stage.name)
            chosen = range(stage.channels) if off is None else sorted(off)
            if chosen:
                patch_edits.toggle_channels(self._context.document, stage, chosen)

    def _enlarge(self, channel: int) -> None:
        if self.grid.shown is not None and self.grid.shown.side:
            self.large.open(self.grid.shown, channel)
            self._mark_pixel()

    def _shrink(self) -> None:
        self.grid.go_to(self.large.channel)
        self.grid.setFocus()

    def _menu(self, channel: int, pixel: Pixel | None, at: QPoint) -> None:
        if self.layer is None or self.grid.shown is None:
            return
        off = self.grid.shown.mark(channel).off
        menu = channel_menu(self._context, self.layer, channel, pixel, off)
        if self.layer.side:
            enlarge = menu.addAction("Enlarge")
            enlarge.triggered.connect(lambda: self._enlarge(channel))
        menu.setParent(self, menu.windowFlags())
        menu.popup(at)
