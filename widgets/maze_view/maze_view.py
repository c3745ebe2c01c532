"""The middle of the window: one to six linked canvases, the numbers, the legend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPoint, QRect, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.document.view_mode import ROLES, Mode
from app.document.viewport import sight_from_json, sight_to_json
from app.field.vector_field import VectorField
from app.maze.maze import Square
from widgets.maze_view.canvas import MazeCanvas
from widgets.maze_view.compared_picture import Companion
from widgets.maze_view.decision_numbers import Numbers
from widgets.maze_view.field_legend import Legend
from widgets.maze_view.outcome_line import OutcomeLine
from widgets.maze_view.pane import Pane
from widgets.maze_view.pane_arrangement import close_rect, columns_of_largest
from widgets.maze_view.picture import Picture
from widgets.services.context import Context

BETWEEN = 9
"""Pixels between canvases next to each other, with a line in the middle."""

MOST_ROWS = 4
"""Rows of panes and numbers: three mazes below each other, with numbers under the last."""


@dataclass(frozen=True)
class Size:
    """Size of what is drawn: thickness of arrows, numbers, and captions; 1 is the usual."""

    arrows: float = 1.0
    numbers: float = 1.0
    text: float = 1.0


class PaneGrid(QWidget):
    """Holds the panes with their numbers, and draws what keeps those next to each other apart.

    Signals:
        resized(): its size is another.
    """

    resized = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        for pane in self.findChildren(Pane):
            if pane.isVisible() and pane.x() > 0:
                canvas = pane.canvas.geometry().translated(pane.pos())
                line = QRect(pane.x() - BETWEEN // 2 - 1, canvas.y(), 1, canvas.height())
                painter.fillRect(line, QColor(self._context.palette.border))


class MazeView(QWidget):
    """The maze in the view's mode.

    Signals:
        menu_wanted(Square, QPoint): a right click on a square, and the place on the screen.
        compared(Companion): it is compared with this now; None for nothing.
    """

    menu_wanted = Signal(object, QPoint)
    compared = Signal(object)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.picture = Picture(context, self)
        self.panes = {role: Pane(context, self.picture, role) for role in ROLES}
        self.numbers = Numbers(context, self.picture)
        self.outcome = OutcomeLine(context)
        self.legend = Legend(context, self.picture)
        self._size = Size()
        self.companion: Companion | None = None
        self.other_panes: dict[Mode, Pane] = {}
        self.other_numbers: Numbers | None = None
        self.stage = PaneGrid(context)
        self.stage.resized.connect(self._arrange)
        self._columns, self._beside, self._other_first = 0, False, False
        self._grid = QGridLayout(self.stage)
        self._grid.setContentsMargins(0, 0, 0, 0)
        # Zoomed in, mazes fill their canvases: what is between them keeps them apart.
        self._grid.setHorizontalSpacing(BETWEEN)
        self._grid.setVerticalSpacing(1)
        for pane in self.panes.values():
            self._watch(pane)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stage, 1)
        column.addWidget(self.outcome)
        column.addWidget(self.legend)
        context.view.mode_changed.connect(self._show_mode)
        context.view.arrows_changed.connect(self._show_look)
        context.view.hover_changed.connect(self._hovered)
        context.bridge.result.connect(self._explain)
        context.bridge.cleared.connect(self._explain)
        context.busy_changed.connect(self._explain)
        context.document.changed.connect(self._explain)
        self.picture.fields_changed.connect(self._refresh_readouts)
        self._last_place: tuple[Pane, QPoint] | None = None
        context.view.keep("sight", lambda: sight_to_json(self.canvas.sight), self._restore_sight)
        self._show_mode()

    @property
    def canvas(self) -> MazeCanvas:
        """The first of the canvases shown."""
        return self.canvases[0]

    @property
    def canvases(self) -> list[MazeCanvas]:
        """The canvases shown, those of the maze in front first."""
        return [panes[role].canvas for panes in (self.panes, self.other_panes) if panes for role in self._roles()]

    def foresee(self, original: VectorField, patched: VectorField) -> None:
        """Show fields that were computed earlier of what is open, until there is an answer."""
        self.picture.foresee(original, patched)
        self._explain()

    def fit(self, *, whole_world: bool = False) -> None:
        """Zoom to the maze, or to its whole world."""
        self.canvas.fit(whole_world=whole_world)

    def zoom(self, factor: float) -> None:
        """Zoom around the middle."""
        self.canvas.zoom(factor)

    def compare_with(self, companion: Companion | None) -> None:
        """Show another maze or policy next to the one in front, or nothing but that one again."""
        for pane in self.other_panes.values():
            self._grid.removeWidget(pane)
            pane.hide()
            pane.deleteLater()
        if self.other_numbers is not None:
            self._grid.removeWidget(self.other_numbers)
            self.other_numbers.hide()
            self.other_numbers.deleteLater()
        self._last_place = None
        self.companion, self.other_panes, self.other_numbers = companion, {}, None
        if companion is not None:
            self.other_panes = {role: Pane(self._context, companion.picture, role, read_only=True) for role in ROLES}
            for pane in self.other_panes.values():
                self._watch(pane)
                pane.canvas.chosen.connect(companion.swap_wanted)
            companion.bridge.result.connect(self._explain)
            companion.changed.connect(self._name_panes)
            companion.changed.connect(self._arrange)
            companion.picture.fields_changed.connect(self._refresh_readouts)
            self.other_numbers = Numbers(self._context, companion.picture)
        self.enlarge(self._size)
        self._show_mode()
        self.compared.emit(companion)

    def enlarge(self, size: Size) -> None:
        """Draw both sides for a presentation, also one that is added later; `Size()` is the usual."""
        self._size = size
        for pane in (*self.panes.values(), *self.other_panes.values()):
            pane.set_text_scale(size.text)
        self._show_look()
        self.picture.set_thickness(size.arrows)
        self.numbers.set_factor(size.numbers, size.text)
        if self.companion is not None and self.other_numbers is not None:
            self.companion.picture.set_thickness(size.arrows)
            self.other_numbers.set_factor(size.numbers, size.text)

    def _show_look(self, *_: object) -> None:
        for side in (self, self.companion):
            if side is not None:
                side.picture.set_look(self._context.view.arrows)

    def _watch(self, pane: Pane) -> None:
        pane.canvas.menu_wanted.connect(self.menu_wanted)
        pane.canvas.pointed.connect(lambda place: self._pointed(pane, place))
        pane.canvas.moved.connect(lambda: self._follow(pane.canvas))

    def _roles(self) -> tuple[Mode, ...]:
        return self._context.view.mode.roles

    def _show_mode(self, *_: object) -> None:
        roles = self._roles()
        everyone = [*self.panes.values(), *self.other_panes.values()]
        shown = next((pane.canvas for pane in everyone if not pane.isHidden()), None)
        had_focus = any(pane.canvas.hasFocus() for pane in everyone)
        for panes in (self.panes, self.other_panes):
            for role, pane in panes.items():
                if pane not in self.stage.children():
                    # Hidden until it has its place.
                    pane.setParent(self.stage)
                if role in roles and shown is not None and shown is not pane.canvas:
                    pane.canvas.show_as(shown)
                pane.readout.hide()
                # Those that come are shown before the others go: the keyboard's focus stays on a canvas.
                if role in roles:
                    pane.show()
        if had_focus and not self.canvas.hasFocus():
            self.canvas.setFocus()
        for pane in everyone:
            pane.setVisible(pane.role in roles)
            pane.canvas.set_close(len(self.canvases) > 1)
        for numbers in filter(None, (self.numbers, self.other_numbers)):
            if numbers.parent() is not self.stage:
                numbers.setParent(self.stage)
            numbers.show()
        self._columns = 0
        self._arrange()
        self._name_panes()
        self._explain()

    def _arrange(self) -> None:
        """Lay out the panes so that the mazes are as large as they can be, with each side's numbers."""
        columns, other_first = self._best_columns(), self.companion is not None and self.companion.first
        beside = self._numbers_beside(columns)
        if (columns, beside, other_first) == (self._columns, self._beside, self._other_first):
            return
        self._columns, self._beside, self._other_first = columns, beside, other_first
        grid, roles, sides = self._grid, self._roles(), 1 + bool(self.other_panes)
        pane_rows = set()
        parts = [(self.panes, self.numbers), (self.other_panes, self.other_numbers)][:sides]
        for side, (panes, numbers) in enumerate(parts[::-1] if other_first else parts):
            rows = -(-len(roles) // columns)
            across, top = (side % columns, side // columns) if len(roles) == 1 else (0, side)
            top *= rows if beside else rows + 1
            for at, role in enumerate(roles):
                row, column = divmod(at, columns)
                pane_rows.add(top + row)
                grid.addWidget(panes[role], top + row, across + column)
            if numbers is not None:
                numbers.set_stacked(beside)
            if numbers is not None and beside:
                grid.addWidget(numbers, top, columns, rows, 1)
            elif numbers is not None:
                grid.addWidget(numbers, top + rows, across, 1, min(columns, len(roles)))
        for row in range(MOST_ROWS):
            grid.setRowStretch(row, int(row in pane_rows))
        self.legend.show_rows(len(pane_rows))
        for column in range(len(ROLES) + 1):
            grid.setColumnStretch(column, int(column < columns))

    def _best_columns(self) -> int:
        roles = self._roles()
        if len(roles) > 1 and self.other_panes:
            return len(roles)
        shape = close_rect(self.picture.maze)
        count, caption = max(len(roles), 1 + bool(self.other_panes)), self.panes[roles[0]].caption.sizeHint().height()
        under = self.numbers.sizeHint().height()
        height = self.stage.height()
        if len(roles) > 1:
            height -= under
        else:
            caption += under
        return columns_of_largest(
            count, self.stage.width(), height, caption, shape.width() / shape.height(), self._columns
        )

    def _numbers_beside(self, columns: int) -> bool:
        """True if the mazes of two sides, three each, are larger with each side's numbers next to them."""
        if len(self._roles()) == 1 or not self.other_panes:
            return False
        caption, under = self.panes[self._roles()[0]].caption.sizeHint().height(), self.numbers.line_height
        rect = close_rect(self.picture.maze)
        width, height, shape = self.stage.width(), self.stage.height() / 2 - caption, rect.width() / rect.height()
        below = min(width / columns, (height - under) * shape)
        beside = min((width - self.numbers.stacked_width) / columns, height * shape)
        return 1.05 * beside > below if self._beside else beside > 1.05 * below

    def _name_panes(self) -> None:
        companion = self.companion
        captioned = len(self._roles()) > 1 or companion is not None
        for pane in self.panes.values():
            pane.set_title(companion.front_title if companion else "", captioned=captioned)
        for pane in self.other_panes.values():
            pane.set_title(companion.title if companion else "", captioned=captioned)
        self.numbers.set_title(companion.front_title if companion else "")
        if self.other_numbers is not None:
            self.other_numbers.set_title(companion.title if companion else "")

    def _follow(self, moved: MazeCanvas) -> None:
        for canvas in self.canvases:
            if canvas is not moved:
                canvas.show_as(moved)
        self._context.view.kept_changed.emit()

    def _restore_sight(self, found: Any) -> None:
        sight = sight_from_json(found, self.picture.side)
        for canvas in self.canvases:
            canvas.show_sight(sight)

    def _explain(self, *_: object) -> None:
        context, companion = self._context, self.companion
        # Of all three, the one that is empty says why: no sentence is over arrows then.
        saying = (Mode.DIFFERENCE,) if len(self._roles()) > 1 else (Mode.PATCHED, Mode.DIFFERENCE)
        for pane in self.panes.values():
            result = context.bridge.latest if pane.role in saying else None
            pane.explain_result(context.document.state, result, busy=context.busy)
        if companion is not None:
            for pane in self.other_panes.values():
                result = companion.bridge.latest if pane.role in saying else None
                pane.explain_result(companion.document.state, result, busy=context.busy)

    def _pointed(self, pane: Pane, place: QPoint) -> None:
        self._last_place = (pane, place)
        self._refresh_readouts()

    def _hovered(self, square: Square | None) -> None:
        if square is None and self._last_place is not None:
            self._last_place[0].readout.hide()
            self._last_place = None

    def _refresh_readouts(self) -> None:
        if self._last_place is not None:
            pane, place = self._last_place
            square: Square | None = self._context.view.hover
            pane.readout.show_square(square, place)
