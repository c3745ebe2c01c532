"""View state, as opposed to the document: mode, hovered square, chosen layer. None of it is undoable."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.document.view_mode import Mode
from app.drawing.arrow_look import PLAIN, ArrowLook, look_from_json, look_to_json
from app.maze.maze import Square
from app.policy.layers import DEFAULT_LAYER, canonical, layers


class ViewState(QObject):
    """The view's choices, each with a signal that tells of a change (and only of a change).

    Signals:
        mode_changed(Mode): other fields are shown.
        arrows_changed(ArrowLook): arrows are drawn otherwise.
        hover_changed(object): the open square under the pointer or the cell cursor, or None.
        inspect_changed(object): the square whose numbers and activations are shown: a Square, or None for the mouse's.
        layer_changed(str): the layer whose channels are shown.
        pixel_hover_changed(object): (row, col) of the activation pixel under the pointer, row 0 on top, or None.
        tool_changed(str): id of the selected canvas tool.
        activation_wanted(int): the squares shall be coloured by this channel of the layer shown.
        squares_patch_changed(int): the squares of another patch are chosen on the maze.
        kept_changed(): something that a session file keeps of the view.
    """

    mode_changed = Signal(object)
    arrows_changed = Signal(object)
    hover_changed = Signal(object)
    inspect_changed = Signal(object)
    layer_changed = Signal(str)
    pixel_hover_changed = Signal(object)
    tool_changed = Signal(str)
    kept_changed = Signal()
    activation_wanted = Signal(int)
    squares_patch_changed = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode = Mode.ORIGINAL
        self._arrows = PLAIN
        self._hover: Square | None = None
        self._inspected: Square | None = None
        self._layer = DEFAULT_LAYER
        self._pixel_hover: tuple[int, int] | None = None
        # A first click then looks, and changes nothing.
        self._tool = "select"
        self._squares_patch = -1
        self._parts: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {}
        for signal in (self.mode_changed, self.arrows_changed, self.inspect_changed, self.layer_changed):
            signal.connect(lambda *_: self.kept_changed.emit())
        self.keep("arrows", lambda: look_to_json(self._arrows), lambda found: self.set_arrows(look_from_json(found)))

    @property
    def mode(self) -> Mode:
        """The fields that are shown."""
        return self._mode

    def set_mode(self, mode: str) -> None:
        """Show other fields.

        Raises:
            ValueError: for a word that is no mode.
        """
        if mode != self._mode:
            self._mode = Mode(mode)
            self.mode_changed.emit(self._mode)

    @property
    def arrows(self) -> ArrowLook:
        """The look of arrows."""
        return self._arrows

    def set_arrows(self, look: ArrowLook) -> None:
        """Draw arrows otherwise."""
        if look != self._arrows:
            self._arrows = look
            self.arrows_changed.emit(look)

    @property
    def hover(self) -> Square | None:
        """The square under the pointer."""
        return self._hover

    def set_hover(self, square: Square | None) -> None:
        """Say which square the pointer is on."""
        if square != self._hover:
            self._hover = square
            self.hover_changed.emit(square)

    @property
    def inspected(self) -> Square | None:
        """The square chosen for inspection; None means the mouse's own."""
        return self._inspected

    def inspect(self, square: Square | None) -> None:
        """Choose a square for the inspector and the channels; None follows the mouse."""
        if square != self._inspected:
            self._inspected = square
            self.inspect_changed.emit(square)

    @property
    def layer(self) -> str:
        """The layer whose channels are shown."""
        return self._layer

    def set_layer(self, layer: str) -> None:
        """Show another layer's channels."""
        if layer != self._layer:
            self._layer = layer
            self.layer_changed.emit(layer)

    @property
    def pixel_hover(self) -> tuple[int, int] | None:
        """The activation pixel under the pointer, row 0 on top."""
        return self._pixel_hover

    def set_pixel_hover(self, pixel: tuple[int, int] | None) -> None:
        """Say which activation pixel the pointer is on."""
        if pixel != self._pixel_hover:
            self._pixel_hover = pixel
            self.pixel_hover_changed.emit(pixel)

    @property
    def tool(self) -> str:
        """Id of the selected canvas tool."""
        return self._tool

    def set_tool(self, tool: str) -> None:
        """Select another canvas tool."""
        if tool != self._tool:
            self._tool = tool
            self.tool_changed.emit(tool)

    @property
    def squares_patch(self) -> int:
        """Position in the stack of the patch whose squares are chosen on the maze; -1 for the last one."""
        return self._squares_patch

    def choose_squares_of(self, position: int) -> None:
        """Choose the squares of another patch, with the tool for it."""
        if position != self._squares_patch:
            self._squares_patch = position
            self.squares_patch_changed.emit(position)
        self.set_tool("squares")

    def keep(self, name: str, give: Callable[[], Any], take: Callable[[Any], object]) -> None:
        """Let a part of the window add to what a session file keeps of the view.

        Args:
            name: the key.
            give: the part's plain JSON values now; tell of a change by `kept_changed`.
            take: takes up what `give` gave, from whatever file: None where there is nothing, or anything else.
        """
        self._parts[name] = (give, take)

    def to_json(self) -> dict[str, Any]:
        """The view as a session file keeps it, in plain JSON values."""
        inspected = None if self._inspected is None else list(self._inspected)
        parts = {name: give() for name, (give, _) in self._parts.items()}
        return {"mode": self._mode.value, "layer": self._layer, "inspected": inspected, **parts}

    def restore(self, found: Mapping[str, Any]) -> None:
        """Take up what `to_json` gave; values that do not fit are left as they are.

        A policy to compare with is given as the policy itself; see `app.document.policy_lookup.Policies`.
        """
        self.restore_part(found, ("mode", "layer", "inspected", *self._parts))

    def part_to_json(self, names: Collection[str]) -> dict[str, Any]:
        """Some of `to_json`, by their keys."""
        return {name: value for name, value in self.to_json().items() if name in names}

    def restore_part(self, found: Mapping[str, Any], names: Collection[str]) -> None:
        """Take up some of what `to_json` gave, by their keys; the rest of the view is left as it is."""
        if "mode" in names and found.get("mode") in list(Mode):
            self.set_mode(found["mode"])
        name = found.get("layer")
        # All networks have the same layers, whatever their width.
        known = isinstance(name, str) and any(stage.name == canonical(name) for stage in layers(1))
        if "layer" in names and known:
            self.set_layer(str(name))
        square = found.get("inspected")
        if "inspected" in names:
            whole = isinstance(square, list) and len(square) == 2 and all(type(part) is int for part in square)
            self.inspect((square[0], square[1]) if whole and isinstance(square, list) else None)
        for name, (_, take) in self._parts.items():
            if name in names:
                take(found.get(name))
