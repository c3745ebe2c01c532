"""Layer under the arrows: chosen in the view bar, computed for what the canvas shows, laid on the maze's floor."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from app.document.document import State
from app.document.view_mode import Mode
from app.field.requests import FieldResult
from app.field.square_layers import (
    LayerKind,
    SquareLayer,
    WantedLayer,
    activation_layer,
    entropy_layer,
    of_mode,
    total_variation_layer,
    value_layer,
)
from app.maze.maze import Square
from app.maze.moves import UP
from app.progress import Progress
from widgets.maze_view.picture import Picture
from widgets.services.cancellable_task import Task
from widgets.services.context import Context

if TYPE_CHECKING:
    from app.studies.retarget_map import RetargetMap
    from app.studies.slow_layers import Sides

QUICK: Final = frozenset({LayerKind.VALUE, LayerKind.ENTROPY, LayerKind.TOTAL_VARIATION})
SLOW: Final = frozenset({LayerKind.PATH, LayerKind.VISITS, LayerKind.PUSH, LayerKind.RETARGET})
NO_PIN: Final = "There is no pin in the stack; expected a set-value patch on a square, such as Retarget adds."


class SquareLayers(QObject):
    """The layer that is under the arrows now.

    Attributes:
        kind: what was chosen.
        channel, move: of a push or an activation.
        layer: its numbers; None while there are none.
        problem: why there are none, in a sentence; empty otherwise.
        note: what else there is to say of the layer; empty for nothing.

    Signals:
        changed(): any of the attributes did.
    """

    changed = Signal()
    _part_came = Signal(object, object)

    def __init__(self, context: Context, picture: Picture) -> None:
        super().__init__(picture)
        self._context, self._picture = context, picture
        self.kind, self.channel, self.move = LayerKind.NONE, 0, UP
        self.layer: SquareLayer | None = None
        self.problem = self.note = ""
        self._task = Task(context, self)
        self._sides: Sides | None = None
        self._map: RetargetMap | None = None
        self._note_of_map = ""
        self._part_came.connect(self._show_part)
        context.bridge.result.connect(self._result_came)
        context.bridge.cleared.connect(self._refresh)
        picture.fields_changed.connect(self._fields_changed)
        context.bridge.activations.connect(self._activations_came)
        context.document.changed.connect(self._document_changed)
        context.view.mode_changed.connect(self._mode_changed)
        context.view.hover_changed.connect(self._show_route)
        context.view.layer_changed.connect(self._layer_changed)
        context.view.activation_wanted.connect(self._activation_wanted)
        context.view.keep("under", self._to_json, self._from_json)

    def choose(self, kind: LayerKind, channel: int | None = None, move: int | None = None) -> None:
        """Show another layer, or another channel or move of it."""
        wanted = (kind, self.channel if channel is None else channel, self.move if move is None else move)
        if wanted == (self.kind, self.channel, self.move):
            return
        self.kind, self.channel, self.move = wanted
        self._picture.wanted = WantedLayer(*wanted)
        self._context.view.kept_changed.emit()
        self._sides = None
        self._task.cancel()
        self._set(None)
        self._refresh()

    def _activation_wanted(self, channel: int) -> None:
        self.choose(LayerKind.ACTIVATION, channel)

    def _result_came(self, _: FieldResult) -> None:
        if self.kind in SLOW:
            self._refresh()

    def _fields_changed(self) -> None:
        if self.kind in QUICK:
            self._refresh()

    def _activations_came(self, _: object) -> None:
        if self.kind is LayerKind.ACTIVATION:
            self._refresh()

    def _layer_changed(self, _: str) -> None:
        if self.kind is LayerKind.ACTIVATION:
            self._set(None)

    def _mode_changed(self, _: Mode) -> None:
        self._show_sides() if self._sides is not None else self._refresh()

    def _document_changed(self, old: State, new: State) -> None:
        # What takes a while must not be taken for the answer to another question.
        if self.kind in SLOW and (old.maze, old.policy, old.stack) != (new.maze, new.policy, new.stack):
            self._sides = None
            self._task.cancel()
            self._set(None)

    def _refresh(self, *_: object) -> None:
        answer = self._context.bridge.answer
        if self.kind in QUICK:
            self._show_quick()
        elif self.kind is LayerKind.ACTIVATION:
            self._show_activation()
        elif self.kind in SLOW and answer is not None:
            if self._sides is None:
                self._start(answer)
        elif self.layer is not None or self.problem:
            self._task.cancel()
            self._set(None)

    def _show_quick(self) -> None:
        original, patched = self._picture.original, self._picture.patched
        if original is None or patched is None:
            self._set(None)
        elif self.kind is LayerKind.TOTAL_VARIATION:
            self._set(total_variation_layer(original, patched))
        else:
            make = value_layer if self.kind is LayerKind.VALUE else entropy_layer
            self._set(self._of_mode(make(original), make(patched)))

    def _of_mode(self, original: SquareLayer, patched: SquareLayer) -> SquareLayer:
        return of_mode(original, patched, self._context.view.mode)

    def _show_activation(self) -> None:
        found = self._context.bridge.latest_activations
        if found is None or found.request.maze != self._picture.maze:
            self._set(None)
            return
        if found.original.ndim != 3 or self.channel >= len(found.original):
            why = "has no pixels" if found.original.ndim != 3 else f"has channels 0 to {len(found.original) - 1}"
            self._set(None, f"{found.request.layer.removeprefix('embedder.')} {why}.")
            return
        maze, name = found.request.maze, found.request.layer
        original, patched = (
            activation_layer(maze, each[self.channel], name, self.channel) for each in (found.original, found.patched)
        )
        self._set(self._of_mode(original, patched))

    def words_of(self, square: Square) -> str:
        """Further words on a square: of a retarget map the way to it and its weakest step."""
        if self.kind is not LayerKind.RETARGET or self._map is None:
            return ""
        from app.studies.slow_layers import route_words

        return route_words(self._map, square, self._setting)

    @property
    def _setting(self) -> int | None:
        return None if self._context.view.mode is Mode.ORIGINAL else 0

    def _show_route(self, square: Square | None) -> None:
        """Draw the way to the square under the pointer while a retarget map is shown."""
        if square is None or self.kind is not LayerKind.RETARGET or self._map is None:
            self._picture.set_route(())
            return
        from app.drawing.route_shapes import route_shapes
        from app.studies.slow_layers import route_of

        squares, weakest = route_of(self._map, square, self._setting)
        self._picture.set_route(route_shapes(squares, weakest, self._context.palette))

    def _start_map(self, answer: FieldResult) -> None:
        from app.studies.slow_layers import pin_of

        request = answer.request
        pin = pin_of(request.stack)
        if pin is None:
            self._set(None, NO_PIN)
            return
        layer_name, setting = pin

        def work(progress: Progress) -> tuple[RetargetMap, str]:
            from app.studies.retarget_map import background_plan, retarget_maps
            from app.studies.slow_layers import pin_words

            found = retarget_maps(
                request.policy,
                request.maze,
                [setting],
                layer_name=layer_name,
                plan=background_plan(request.policy, request.maze),
                progress=progress,
                partial=partial(self._part_came.emit, answer),
            )
            return found, pin_words(answer)

        self._task.start(work, partial(self._map_came, answer), self._failed)

    def _map_came(self, answer: FieldResult, found: tuple[RetargetMap, str]) -> None:
        self._note_of_map = found[1]
        self._show_part(answer, found[0])

    def _show_part(self, answer: FieldResult, found: RetargetMap) -> None:
        from app.studies.slow_layers import retarget_layer

        state = self._context.document.state
        now = (state.maze, state.policy, state.stack)
        if self.kind is LayerKind.RETARGET and now == (found.maze, answer.request.policy, answer.request.stack):
            self._map, self._sides = found, retarget_layer(found)
            self.note = self._note_of_map
            self._show_sides()

    def _start(self, answer: FieldResult) -> None:
        if self.kind is LayerKind.RETARGET:
            self._start_map(answer)
            return
        engine = self._context.bridge.engine
        kind, channel, move = self.kind, self.channel, self.move

        def work(_: Progress) -> Sides:
            from app.studies.slow_layers import slow_layer

            last = engine.last_stage(answer.request) if kind is LayerKind.PUSH and engine is not None else None
            return slow_layer(kind, answer, last, channel, move)

        self._task.start(work, partial(self._came, answer), self._failed)

    def _came(self, answer: FieldResult, sides: Sides) -> None:
        if answer.request.maze == self._picture.maze:
            self._sides = sides
            self._show_sides()

    def _failed(self, error: Exception) -> None:
        self._set(None, str(error))

    def _show_sides(self) -> None:
        if self._sides is not None:
            self._set(self._of_mode(self._sides.original, self._sides.patched))

    def _set(self, layer: SquareLayer | None, problem: str = "") -> None:
        self.layer, self.problem = layer, problem
        if layer is None:
            self._map, self.note, self._note_of_map = None, "", ""
            self._picture.set_route(())
        self._picture.set_under(layer)
        self.changed.emit()

    def _to_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "channel": self.channel, "move": self.move}

    def _from_json(self, found: Any) -> None:
        if not isinstance(found, dict) or found.get("kind") not in list(LayerKind):
            self.choose(LayerKind.NONE)
            return
        channel, move = found.get("channel"), found.get("move")
        whole = type(channel) is int and 0 <= channel < 2**20 and type(move) is int and 0 <= move < 5
        self.choose(LayerKind(found["kind"]), channel if whole else 0, move if whole else UP)
