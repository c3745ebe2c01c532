"""The shapes that all canvases of one maze show, computed once: its walls, and the arrows of its fields."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.document.document import State
from app.drawing.arrow_look import PLAIN, ArrowLook
from app.drawing.field_shapes import difference_shapes, field_shapes
from app.drawing.maze_shapes import maze_shapes
from app.drawing.shapes import Shape
from app.drawing.square_layer_shapes import layer_shapes
from app.field.requests import FieldResult, scene_key
from app.field.square_layers import NO_LAYER, SquareLayer
from app.field.vector_field import VectorField
from app.maze.maze import Maze, Square
from app.maze.routes import Decision, decision_square, reachable
from app.policy.policy import Policy
from widgets.maze_view.changed_squares import CellLook, changed_arrows
from widgets.maze_view.picture_source import PictureSource
from widgets.maze_view.shown_fields import Pair, ShownFields

STALE_AFTER = 450
"""Milliseconds without any answer after which arrows that answer an older question are dimmed."""


class Picture(QObject):
    """The shapes of the maze in front and of its fields.

    Attributes:
        wanted: which layer is to be under the arrows, there or not yet.
        route: a way that is pointed at, over every maze.
        changed_cells: the squares of the maze that `maze_changed` is about; None for all.
        changed_arrows: the squares of the fields that `fields_changed` is about; None for all.
        foreseen: whether the fields are those of `foresee`.

    Signals:
        maze_changed(): other walls, mouse, cheese or marks.
        fields_changed(): other arrows.
        stale_changed(): `is_stale` may say something else.
        overlays_changed(): something else is over the mazes.
    """

    maze_changed = Signal()
    fields_changed = Signal()
    stale_changed = Signal()
    overlays_changed = Signal()

    def __init__(self, source: PictureSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.maze: Maze = source.document.state.maze
        self.decision: Decision
        self.unreachable = False
        self.changed_cells: tuple[Square, ...] | None = None
        self.changed_arrows: tuple[Square, ...] | None = None
        self._cells: CellLook | None = None
        self._static: tuple[Shape, ...] | None = None
        self._under: SquareLayer | None = None
        self.wanted = NO_LAYER
        self._shown: ShownFields | None = None
        self.thickness = 1.0
        self.look = PLAIN
        self.overlays: Mapping[str, tuple[Shape, ...]] = {}
        self.overlays_stale = False
        self.route: tuple[Shape, ...] = ()
        self._own_mouse = True
        self._shapes: dict[str, tuple[Shape, ...]] = {}
        self._late = False
        self.foreseen = False
        # What the last whole original field is of.
        self._settled: Hashable = None
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(STALE_AFTER)
        self._wait.timeout.connect(lambda: self._set_late(True))
        self._draw_maze()
        source.document.changed.connect(self._document_changed)
        source.bridge.asked.connect(self._wait_for_answer)
        source.bridge.result.connect(self._take)
        source.bridge.overtaken.connect(self._take_overtaken)
        source.bridge.cleared.connect(self._cleared)
        source.palette_changed.connect(self._redraw)

    @property
    def original(self) -> VectorField | None:
        """The exact original field, for numbers; squares without an exact number are NaN."""
        return None if self._shown is None else self._shown.exact[0]

    @property
    def patched(self) -> VectorField | None:
        """Likewise the patched field; the same object where nothing acts."""
        return None if self._shown is None else self._shown.exact[1]

    @property
    def rough(self) -> bool:
        """True while some arrows are of bfloat16: their squares have no numbers."""
        return self._shown is not None and self._shown.rough

    @property
    def side(self) -> int:
        """Side of the world in cells."""
        return self.maze.world

    @property
    def static(self) -> tuple[Shape, ...]:
        """The maze without arrows; worked out when first asked for."""
        if self._static is None:
            squares = (
                {(row, col) for row, col in np.argwhere(reachable(self.maze)).tolist()} if self.unreachable else None
            )
            palette, mouse = self._source.palette, self._own_mouse
            under: tuple[Shape, ...] = ()
            if self._under is not None and self._under.maze.world == self.side:
                under = layer_shapes(self._under, palette)
            self._static = maze_shapes(self.maze, palette, self.decision.square, squares, mouse=mouse, under=under)
        return self._static

    def shapes(self, role: str, squares: Collection[Square] | None = None) -> tuple[Shape, ...]:
        """The arrows of a field; worked out when first asked for.

        Args:
            squares: where they are wanted, with those of the squares around, which reach into these; None for all.
                Arrows elsewhere may be left out.
        """
        if role in self._shapes:
            return self._shapes[role]
        if self._shown is None:
            return ()
        original, patched = self._shown.drawn
        if squares is not None:
            near = _near(original.squares, self.side, squares)
            first = original.at(near)
            return self._arrows(role, first, first if patched is original else patched.at(near))
        self._shapes[role] = self._arrows(role, original, patched)
        return self._shapes[role]

    def is_stale(self, role: str) -> bool:
        """True if the arrows of a field are those of an older question, and no answer has arrived for a while.

        While questions come faster than whole answers, every part of an answer counts: a drag dims nothing.
        """
        state = self._source.document.state
        known = state.policy is not None and self._settled == _of(self.maze, state.policy)
        return self._late and self._shown is not None and not (role == "original" and known)

    def foresee(self, original: VectorField, patched: VectorField) -> None:
        """Show fields that were computed earlier of what is open, until there is an answer or something changes."""
        if self._shown is None:
            self.foreseen = True
            self._show(ShownFields((original, patched), (original, patched)))

    def forget_foreseen(self) -> None:
        """Show them no more, if nothing has taken their place."""
        if self.foreseen:
            self._clear()

    def set_thickness(self, thickness: float) -> None:
        """Draw arrows thicker: for a presentation."""
        if thickness != self.thickness:
            self.thickness = thickness
            self._redraw()

    def set_look(self, look: ArrowLook) -> None:
        """Draw one arrow a square or one for each move, and differences with a gain."""
        if look != self.look:
            self.look = look
            self._shapes.clear()
            self.fields_changed.emit()

    @property
    def under(self) -> SquareLayer | None:
        """The values that colour the floor under the arrows."""
        return self._under

    def set_under(self, layer: SquareLayer | None) -> None:
        """Colour the floor under the arrows, or leave it plain."""
        if layer is not self._under:
            self._under = layer
            self._cells = None
            self._draw_maze()

    def set_overlays(
        self, overlays: Mapping[str, tuple[Shape, ...]], *, stale: bool = False, mice: bool = True
    ) -> None:
        """Lay a rollout's trails and mice over the mazes, by role.

        Args:
            stale: it is out of date, and faded.
            mice: the mice are among it, so that the maze's own makes way for them.
        """
        own_mouse = not (overlays and mice)
        if (overlays, stale, own_mouse) == (self.overlays, self.overlays_stale, self._own_mouse):
            return
        other_mouse = own_mouse != self._own_mouse
        self.overlays, self.overlays_stale, self._own_mouse = overlays, stale, own_mouse
        if other_mouse:
            self._draw_maze()
        self.overlays_changed.emit()

    def set_route(self, shapes: tuple[Shape, ...]) -> None:
        """Lay a way over the mazes; no shapes for none. Exports leave it out: it is there with the pointer."""
        if shapes != self.route:
            self.route = shapes
            self.overlays_changed.emit()

    def _arrows(self, role: str, original: VectorField, patched: VectorField) -> tuple[Shape, ...]:
        palette, thickness, look = self._source.palette, self.thickness, self.look
        if role == "original":
            return field_shapes(original, palette, thickness=thickness, look=look)
        if role == "patched":
            return field_shapes(patched, palette, "patched", thickness=thickness, look=look)
        return difference_shapes(original, patched, palette, thickness=thickness, look=look)

    def _document_changed(self, old: State, new: State) -> None:
        if (old.maze, old.stack) != (new.maze, new.stack):
            self.forget_foreseen()
        if old.maze == new.maze:
            return
        same_level = old.active == new.active and old.tab.generated == new.tab.generated
        self.maze = new.maze
        self._draw_maze()
        if self._shown is not None:
            if same_level:
                # Until the answer arrives, squares keep the arrows they had: a drag would flicker otherwise.
                self._show(self._shown.on(new.maze))
            else:
                self._clear()

    def _take(self, result: FieldResult) -> None:
        self.foreseen = False
        self._answer_came(result)
        self._show(ShownFields.of(result, self._shown))

    def _take_overtaken(self, result: FieldResult) -> None:
        maze = self.maze
        self._answer_came(result)
        if self._shown is not None and result.original.maze.world == maze.world:
            self._show(self._shown.overtaken(result, maze))

    def _answer_came(self, result: FieldResult) -> None:
        if result.exact and result.original.complete:
            self._settled = _of(result.request.maze, result.request.policy)
        if self._source.bridge.busy:
            self._wait.start()
        else:
            self._wait.stop()
        self._set_late(False)

    def _set_late(self, late: bool) -> None:
        self._late = late
        self.stale_changed.emit()

    def _wait_for_answer(self) -> None:
        if not self._wait.isActive():
            self._wait.start()

    def _cleared(self) -> None:
        # The policy of what was foreseen is still to come.
        if not self.foreseen:
            self._clear()

    def _clear(self) -> None:
        self.foreseen = False
        self._wait.stop()
        self._shown = self._settled = None
        self._shapes.clear()
        self.changed_arrows = None
        self._set_late(False)
        self.fields_changed.emit()
        if self._source.bridge.busy:
            self._wait_for_answer()

    def _show(self, shown: ShownFields) -> None:
        before: Pair | tuple[None, None] = (None, None) if self._shown is None else self._shown.drawn
        self.changed_arrows = changed_arrows(before, shown.drawn)
        self._shown = shown
        self._shapes.clear()
        self.fields_changed.emit()

    def _draw_maze(self) -> None:
        self.decision = decision_square(self.maze)
        look = CellLook.of(self.maze, self.decision, mouse=self._own_mouse)
        self.unreachable = look.unreachable
        self.changed_cells = None if self._cells is None else look.changed(self._cells)
        self._cells = look
        self._static = None
        self.maze_changed.emit()

    def _redraw(self, *_: object) -> None:
        self._cells = None
        self._draw_maze()
        self._shapes.clear()
        self.changed_arrows = None
        self.fields_changed.emit()


def _of(maze: Maze, policy: Policy) -> Hashable:
    """The values that an original field depends on."""
    return scene_key(maze), policy.weights_hash


def _near(open_squares: np.ndarray, side: int, squares: Collection[Square]) -> np.ndarray:
    """(N,) bool: the open squares, (N, 2) in a world of this side, that are among some squares or around them."""
    near = np.zeros((side + 2, side + 2), dtype=bool)
    for row, col in squares:
        near[row : row + 3, col : col + 3] = True
    found: np.ndarray = near[1:-1, 1:-1][tuple(open_squares.T)]
    return found
