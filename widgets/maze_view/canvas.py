"""One canvas: a maze with one of its fields, and its gestures and keys."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.document.view_mode import Mode
from app.document.viewport import SMALLEST, Sight, farthest
from app.drawing.figure import visible_box
from app.field.channels import squares_of_pixel
from app.maze.maze import Square
from app.maze.transforms import line
from app.policy.layers import layer
from widgets.actions.canvas_tool import Gesture
from widgets.controls.focus_ring import FocusRing
from widgets.maze_view.canvas_items import ARROW_KEYS, MarksItem, ShapesItem, fit_kept_pixels
from widgets.maze_view.pane_arrangement import close_rect, roomy_rect
from widgets.maze_view.patch_marks import PatchMarks
from widgets.maze_view.picture import Picture
from widgets.maze_view.pins import PinsItem
from widgets.maze_view.tools import TOOL_BY_ID, wall_stroke
from widgets.services.context import Context


class MazeCanvas(pg.GraphicsView):
    """The maze with the arrows of one role: original, patched or difference.

    Signals:
        pointed(QPoint): the pointer or the cell cursor is here, in the canvas's pixels.
        menu_wanted(Square, QPoint): a right click on a square, and the place on the screen.
        moved(): the user zoomed, panned or fitted.
        chosen(): a read-only canvas was clicked.
    """

    pointed = Signal(object)
    menu_wanted = Signal(object, QPoint)
    moved = Signal()
    chosen = Signal()

    # Qt resizes the view before our own __init__ has come to its end.
    _fitted = ""
    _fitted_box = (0, 0, 0, 0)
    _chosen: QRectF | None = None
    _close = False

    def __init__(
        self, context: Context, picture: Picture, role: Mode, parent: QWidget | None = None, *, read_only: bool = False
    ) -> None:
        super().__init__(parent, background=None)
        self.role = role
        self._read_only = read_only
        self._context, self._picture = context, picture
        self._gesture: Gesture | None = None
        self._last: Square = (0, 0)
        self._pan_from: QPointF | None = None
        self._erase_from: Square | None = None
        self._clicked: Square | None = None
        self.setAccessibleName(f"Maze, {role.label} field")
        self.setAccessibleDescription("Arrow keys move the cell cursor; Space uses the tool on it.")
        if read_only:
            self.setAccessibleName(f"Maze compared with, {role.label} field")
            self.setToolTip("Click to bring this one to the front, where it can be edited")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setMinimumSize(48, 80)  # Three have room next to each other in the smallest window.
        self.box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self.box.setAspectLocked(True)
        self.box.setLimits(minXRange=SMALLEST, minYRange=SMALLEST)
        self.setCentralItem(self.box)
        self._maze_item = ShapesItem(0, lambda _: picture.static, kept=True)
        self._field_item = ShapesItem(10, lambda squares: picture.shapes(role, squares), kept=True)
        self.overlay = ShapesItem(20)
        self.marks = MarksItem(context.palette)
        self.pins = PinsItem(context.palette)
        for item in (self._maze_item, self._field_item, self.overlay, self.marks, self.pins):
            self.box.addItem(item, ignoreBounds=True)
        self._level: object = None
        self._take_palette()
        self._show_maze()
        self._show_field()
        self._show_overlay()
        self._take_tool()
        picture.maze_changed.connect(self._show_maze)
        picture.fields_changed.connect(self._show_field)
        picture.stale_changed.connect(self._show_stale)
        picture.overlays_changed.connect(self._show_overlay)
        view = context.view
        context.palette_changed.connect(self._take_palette)
        view.tool_changed.connect(self._take_tool)
        view.hover_changed.connect(self.marks.set_hover)
        view.inspect_changed.connect(self.marks.set_inspected)
        view.pixel_hover_changed.connect(self._show_pixel)
        context.document.history_changed.connect(self._keep_in_sight)
        self._ring = FocusRing(self, context)
        self._patch_marks = PatchMarks(context, role, self.marks, self.pins, self)
        self.marks.set_inspected(view.inspected)

    # -- what is shown

    @property
    def whole_world(self) -> bool:
        """True if it is the whole world that is fitted."""
        return self._fitted == "world"

    @property
    def fitted(self) -> bool:
        """True if the whole maze or world is in sight because the user asked for no other part."""
        return bool(self._fitted)

    def fit(self, *, whole_world: bool = False) -> None:
        """Zoom to the maze and all its open squares, with a cell of wall around them, or to the whole world."""
        self._fit(whole_world=whole_world)
        self.moved.emit()

    def _fit(self, *, whole_world: bool) -> None:
        self._fitted = "world" if whole_world else "maze"
        self._fitted_box = visible_box(self._picture.maze, whole_world)
        maze = self._picture.maze
        room = close_rect(maze) if self._close and not whole_world else roomy_rect(self._fitted_box)
        self.box.setRange(room, padding=0)

    def set_close(self, close: bool) -> None:
        """Fit the maze with half a cell of wall around it: where several mazes share the room."""
        if close != self._close:
            self._close = close
            self.refit()

    def refit(self) -> None:
        """After the canvas became larger or smaller: fit again, or show again what the user chose to see.

        The box keeps its limits in a canvas of any shape by changing what was chosen, and while panes come and go a
        canvas is of many shapes: what was chosen is therefore kept here.
        """
        if not self._fitted and self._chosen is None:
            return  # Not yet begun.
        self._limit()
        if self._fitted:
            self._fit(whole_world=self._fitted == "world")
        else:
            self.box.setRange(self._chosen, padding=0)

    def show_as(self, other: MazeCanvas) -> None:
        """Show the part of the world that another canvas shows."""
        self.show_sight(other.sight)

    @property
    def sight(self) -> Sight:
        """The part in sight: as it was chosen, not what a canvas of this shape shows next to it."""
        if self._fitted:
            return "world" if self.whole_world else "maze"
        chosen = self._chosen if self._chosen is not None else self.box.targetRect()
        return chosen.x(), chosen.y(), chosen.width(), chosen.height()

    def show_sight(self, sight: Sight) -> None:
        """Show a part of the world, or all."""
        if isinstance(sight, str):
            self._fit(whole_world=sight == "world")
        else:
            self._fitted, self._chosen = "", QRectF(*sight)
            self.box.setRange(self._chosen, padding=0)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom by a factor (above 1 enlarges) around a place in the canvas's pixels, or its middle."""
        centre = self.box.mapSceneToView(at if at is not None else QPointF(self.rect().center()))
        self.box.scaleBy((1 / factor, 1 / factor), centre)
        self._choose()

    def _choose(self) -> None:
        """Take note that the user chose the part in sight now."""
        self._fitted, self._chosen = "", self.box.targetRect()
        self.moved.emit()

    def square_at(self, position: QPointF) -> Square:
        """The (row, col) under a place in the canvas's pixels; it may be outside the world."""
        at = self.box.mapSceneToView(position)
        return int(at.y() // 1), int(at.x() // 1)

    def pixel_at(self, square: Square) -> QPoint:
        """The middle of a square in the canvas's pixels."""
        row, col = square
        return self.box.mapViewToScene(QPointF(col + 0.5, row + 0.5)).toPoint()

    def _show_maze(self) -> None:
        picture, side = self._picture, self._picture.side
        self._maze_item.refresh(side, picture.changed_cells)
        level = (picture.maze.world, picture.maze.dim)
        if level != self._level:
            self._level = level
            self.marks.set_side(side)
            self._limit()
            self.marks.set_cursor_square(None)
            self._clicked = None
            self._fit(whole_world=False)
        else:
            self._keep_in_sight()

    def _limit(self) -> None:
        """The least scale: in a canvas much wider than high, too, all of the world can be in sight."""
        shape = max(self.width(), 1) / max(self.height(), 1)
        left, bottom, across, up = farthest(self._picture.side, shape)
        self.box.setLimits(xMin=left, xMax=left + across, yMin=bottom, yMax=bottom + up, maxXRange=across, maxYRange=up)

    def _keep_in_sight(self) -> None:
        """Fit again when squares opened outside the maze's own block; not while a drag is under way."""
        dragging = self._context.document.history.dragging
        if self._fitted == "maze" and not dragging and visible_box(self._picture.maze) != self._fitted_box:
            self._fit(whole_world=False)

    def _show_field(self) -> None:
        self._field_item.refresh(self._picture.side, self._picture.changed_arrows)

    def _show_overlay(self) -> None:
        picture = self._picture
        self.overlay.set_shapes((*picture.route, *picture.overlays.get(self.role, ())), picture.side)
        self.overlay.set_pale(self._picture.overlays_stale, at_once=True)

    def _show_stale(self) -> None:
        self._field_item.set_pale(self._picture.is_stale(self.role))

    def _show_pixel(self, pixel: tuple[int, int] | None) -> None:
        policy, maze = self._context.document.state.policy, self._picture.maze
        if pixel is None or policy is None:
            self.marks.set_pixel(())
            return
        side = layer(self._context.view.layer, policy.width).side
        self.marks.set_pixel(() if side is None else squares_of_pixel(pixel, maze.world, side))

    def _take_palette(self, *_: object) -> None:
        palette = self._context.palette
        self.setBackground(QColor(palette.window))
        self.marks.set_palette(palette)
        self.pins.set_palette(palette)

    def _take_tool(self, *_: object) -> None:
        cursor = Qt.CursorShape.ArrowCursor if self._read_only else TOOL_BY_ID[self._context.view.tool].cursor
        self.viewport().setCursor(cursor)

    # -- pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._finish()
        self._ring.hide()
        square = self.square_at(event.position())
        self.marks.set_cursor_square(None)
        tool = TOOL_BY_ID[self._context.view.tool]
        inside = self._picture.maze.contains(square)
        self._clicked = square if inside else None
        if event.button() == Qt.MouseButton.MiddleButton or (
            event.button() == Qt.MouseButton.LeftButton and (tool.press is None or not inside)
        ):
            self._pan_from = event.position()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._read_only:
            if event.button() == Qt.MouseButton.LeftButton:
                self.chosen.emit()
        elif event.button() == Qt.MouseButton.LeftButton and tool.press is not None:
            self._begin(tool.press(self._context, square), square)
        elif event.button() == Qt.MouseButton.RightButton and inside:
            self._erase_from = square
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        square = self.square_at(event.position())
        self._context.view.set_hover(square if self._picture.maze.contains(square) else None)
        self.pointed.emit(event.position().toPoint())
        if self._pan_from is not None:
            before, after = self.box.mapSceneToView(self._pan_from), self.box.mapSceneToView(event.position())
            self.box.translateBy(before - after)
            self._pan_from = event.position()
            self._choose()
        elif self._erase_from is not None and square != self._erase_from:
            start, self._erase_from = self._erase_from, None
            self._begin(wall_stroke(self._context, start, wall=False), start)
        if self._gesture is not None and square != self._last:
            self._gesture.over(line(self._last, square)[1:])
            self._last = square
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton and self._erase_from is not None:
            square, self._erase_from = self._erase_from, None
            self.menu_wanted.emit(square, event.globalPosition().toPoint())
        self._finish()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # The second press of two quick clicks is a press like any other.
        self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta()
        if event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier):
            along = (steps.x() or steps.y()) / 120
            width = self.box.viewRect().width()
            sideways = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.box.translateBy((-along * width / 12, 0) if sideways else (0, along * width / 12))
            self._choose()
        else:
            self.zoom(1.0015 ** (steps.y() or steps.x()), event.position())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self._context.view.set_hover(None)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # The mouse's is opened on release, since a right drag erases; this one is the menu key's.
        square = self.marks.cursor_square
        by_key = event.reason() != QContextMenuEvent.Reason.Mouse
        if by_key and square is not None and not self._read_only:
            self.menu_wanted.emit(square, self.mapToGlobal(self.pixel_at(square)))
        event.accept()

    def _begin(self, gesture: Gesture | None, square: Square) -> None:
        self._gesture, self._last = gesture, square
        if gesture is not None:
            gesture.over([square])

    def _finish(self) -> None:
        gesture, self._gesture = self._gesture, None
        self._pan_from = self._erase_from = None
        self._take_tool()
        if gesture is not None:
            gesture.finish()

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROW_KEYS.get(Qt.Key(event.key()))
        if step is not None and not event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        ):
            self.move_cursor(step, drawing=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.marks.cursor_square:
            self.use_tool([self.marks.cursor_square])
        elif event.key() == Qt.Key.Key_Escape and self._gesture is not None:
            self._finish()
            self._context.document.undo()
        elif event.key() == Qt.Key.Key_Escape and self.marks.cursor_square is not None:
            self.marks.set_cursor_square(None)
            self._context.view.set_hover(None)
        else:
            event.ignore()
            return
        event.accept()

    def move_cursor(self, step: tuple[int, int], *, drawing: bool = False) -> None:
        """Move the cell cursor from where it is, or was clicked last; drawing uses the tool from square to square."""
        maze, old = self._picture.maze, self.marks.cursor_square
        first = self._clicked or self._context.view.inspected or maze.mouse
        new = first if old is None else (old[0] + step[0], old[1] + step[1])
        if not maze.contains(new):
            return
        self.marks.set_cursor_square(new)
        self._context.view.set_hover(new)
        self.pointed.emit(self.pixel_at(new))
        if drawing and old is not None:
            self.use_tool([old, new])

    def use_tool(self, squares: Sequence[Square]) -> None:
        """Use the selected tool on squares, as one short drag over them would."""
        press = TOOL_BY_ID[self._context.view.tool].press
        if self._read_only:
            self.chosen.emit()
        elif press is not None:
            self._begin(press(self._context, squares[0]), squares[0])
            if self._gesture is not None and len(squares) > 1:
                self._gesture.over(squares[1:])
            self._finish()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self.marks.cursor_square is not None:
            self._context.view.set_hover(None)
        self.marks.set_cursor_square(None)
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        # Another view was chosen in the middle of a drag: the button's release goes to the new canvas.
        self._finish()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        fit_kept_pixels(self.window())
        self.refit()
