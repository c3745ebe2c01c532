"""The canvas tools: how each looks in tool bar and menus, and what a press of it does with a square."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Qt

from app.document import maze_edits, patch_edits
from app.document.document import Document
from app.document.view_mode import Mode
from app.interventions.patches import Patch
from app.maze.maze import Square
from app.maze.transforms import rectangle, region
from widgets.actions.canvas_tool import Gesture, Tool
from widgets.actions.pin_actions import add_cheese_pin
from widgets.maze_view.pins import pin_at, pins
from widgets.services.context import Context


class Stroke:
    """A gesture under way: everything from press to release is one undo.

    Undo during the drag takes all of it back and ends the stroke; the pointer is then ignored until it is released.
    """

    def __init__(self, document: Document, verb: str, step: Callable[[Sequence[Square]], None]) -> None:
        self._document, self._step = document, step
        document.begin(verb)
        self._alive = True

    @property
    def alive(self) -> bool:
        """True while the stroke edits."""
        self._alive = self._alive and self._document.history.dragging
        return self._alive

    def over(self, squares: Sequence[Square]) -> None:
        """The pointer ran over these squares."""
        if self.alive:
            self._step(squares)

    def finish(self) -> None:
        """The pointer was released."""
        if self.alive:
            self._document.end()
        self._alive = False


def wall_stroke(context: Context, square: Square, *, wall: bool | None = None) -> Stroke:
    """Paint or erase walls: the first square decides, unless told."""
    document = context.document
    paint = not document.state.maze.is_wall(square) if wall is None else wall

    def step(squares: Sequence[Square]) -> None:
        maze_edits.paint_walls(document, tuple(squares), paint)

    return Stroke(document, "Paint walls" if paint else "Erase walls", step)


def cheese_stroke(context: Context, _square: Square) -> Stroke:
    """Drag the cheese, or put it back; it stops at walls."""
    verb = "Put back cheese" if context.document.state.maze.cheese is None else "Move cheese"
    return _thing_stroke(context, verb, maze_edits.move_cheese)


def mouse_stroke(context: Context, _square: Square) -> Stroke:
    """Drag the mouse; it stops at walls."""
    return _thing_stroke(context, "Move mouse", maze_edits.move_mouse)


def _thing_stroke(context: Context, verb: str, move: Callable[[Document, Square], None]) -> Stroke:
    document = context.document

    def step(squares: Sequence[Square]) -> None:
        for square in squares:
            move(document, square)

    return Stroke(document, verb, step)


def thing_stroke(context: Context, square: Square) -> Stroke | None:
    """Drag the thing that is on a square, if one does."""
    maze = context.document.state.maze
    if square == maze.mouse:
        return mouse_stroke(context, square)
    if square == maze.cheese:
        return cheese_stroke(context, square)
    if context.view.mode is Mode.ORIGINAL:
        # No pin is drawn there.
        return None
    pin = pin_at(context.document.state.stack, square)
    return None if pin is None else pin_stroke(context, pin)


def pin_stroke(context: Context, position: int) -> Stroke:
    """Drag the pin of the patch at a position of the stack."""
    document = context.document

    def step(squares: Sequence[Square]) -> None:
        for square in squares:
            patch_edits.move_pin(document, position, square)

    return Stroke(document, "Move pin", step)


class _NewPin:
    """A pin put down and dragged on. Its channels may still be measured; then it appears where the pointer is."""

    def __init__(self, context: Context, square: Square) -> None:
        self._context, self._square = context, square
        self._stroke: Stroke | None = None
        add_cheese_pin(context, lambda: self._square)

    def over(self, squares: Sequence[Square]) -> None:
        """The pointer ran over these squares."""
        self._square = squares[-1] if squares else self._square
        found = pins(self._context.document.state.stack)
        if self._stroke is None and found:
            self._stroke = pin_stroke(self._context, found[-1][0])
        if self._stroke is not None:
            self._stroke.over(squares)

    def finish(self) -> None:
        """The pointer was released."""
        if self._stroke is not None:
            self._stroke.finish()


class _ThenPatched:
    """A gesture with a pin, after which the field is shown that the pin acts on."""

    def __init__(self, context: Context, gesture: Gesture) -> None:
        self._context, self._gesture = context, gesture

    def over(self, squares: Sequence[Square]) -> None:
        """The pointer ran over these squares."""
        self._gesture.over(squares)

    def finish(self) -> None:
        """The pointer was released."""
        self._gesture.finish()
        # Not before: a canvas that goes ends the drag on it.
        if self._context.view.mode is Mode.ORIGINAL:
            self._context.view.set_mode(Mode.PATCHED)


def _press_wall(context: Context, square: Square) -> Gesture | None:
    return thing_stroke(context, square) or wall_stroke(context, square)


def _press_pin(context: Context, square: Square) -> Gesture | None:
    stack = context.document.state.stack
    found = pins(stack)
    if not found:
        return _ThenPatched(context, _NewPin(context, square))
    here = pin_at(stack, square)
    return _ThenPatched(context, pin_stroke(context, found[-1][0] if here is None else here))


def squares_of(context: Context) -> tuple[int, Patch] | None:
    """(position, patch) whose squares are chosen on the maze: the one whose card asked, or the last; None for none."""
    patches = context.document.state.stack.patches
    if not patches:
        return None
    wanted = context.view.squares_patch
    position = wanted if 0 <= wanted < len(patches) else len(patches) - 1
    return position, patches[position]


def _press_squares(context: Context, square: Square) -> Gesture | None:
    """Drag over the squares of a patch: the first one decides whether they are added or taken out."""
    found, document = squares_of(context), context.document
    if found is None:
        context.notice("There is no patch whose squares could be chosen: add one first.")
        return None
    position, patch = found
    add = square not in (patch.squares or ())

    def step(squares: Sequence[Square]) -> None:
        maze = document.state.maze
        over = {each for each in squares if maze.is_open(each) and each != maze.cheese}
        before = set(document.state.stack.patches[position].squares or ())
        after = before | over if add else before - over
        if after != before:
            # Of none it would act nowhere: it is everywhere again.
            patch_edits.change_patch(document, position, "Choose squares", squares=tuple(sorted(after)) or None)

    return Stroke(document, "Choose squares", step)


def rectangle_stroke(context: Context, square: Square) -> Stroke:
    """Fill the rectangle from the first square to the pointer; the first square decides between walls and openings."""
    document = context.document
    before = document.state.maze
    paint = not before.is_wall(square)
    verb = "Paint rectangle" if paint else "Erase rectangle"

    def step(squares: Sequence[Square]) -> None:
        covered = rectangle(square, squares[-1])
        # From the maze at the press: a rectangle that became smaller gives back what it no longer covers.
        maze_edits.edit_maze(document, verb, lambda _: before.with_walls(covered, paint))

    return Stroke(document, verb, step)


def flood_fill(context: Context, square: Square) -> None:
    """Turn the connected squares of this one's kind into the other kind."""
    maze = context.document.state.maze
    wall = not maze.is_wall(square)
    covered = region(maze, square)
    maze_edits.edit_maze(context.document, "Flood fill", lambda maze: maze.with_walls(covered, wall))


def _press_select(context: Context, square: Square) -> Gesture | None:
    maze = context.document.state.maze
    if maze.is_open(square) and square != maze.cheese:
        context.view.inspect(None if square in (maze.mouse, context.view.inspected) else square)
    return thing_stroke(context, square)


TOOLS: Final = (
    Tool(
        id="select",
        title="Select",
        icon="cursor-default-outline",
        key="V",
        cursor=Qt.CursorShape.ArrowCursor,
        status="Click a square to inspect it; drag the mouse or the cheese.",
        words="pointer inspect arrow",
        press=_press_select,
    ),
    Tool(
        id="wall",
        title="Wall brush",
        icon="wall",
        key="B",
        cursor=Qt.CursorShape.CrossCursor,
        status="Drag to paint walls, or to erase them when the first square is a wall. Right-drag erases.",
        words="draw paint pencil erase",
        press=_press_wall,
    ),
    Tool(
        id="rectangle",
        title="Rectangle",
        icon="vector-rectangle",
        key="R",
        cursor=Qt.CursorShape.CrossCursor,
        status="Drag to fill a rectangle with walls, or to open it when the first square is a wall.",
        press=rectangle_stroke,
    ),
    Tool(
        id="fill",
        title="Flood fill",
        icon="format-color-fill",
        key="F",
        cursor=Qt.CursorShape.PointingHandCursor,
        status="Click to wall in all connected open squares, or to open all connected walls.",
        words="bucket",
        press=flood_fill,
    ),
    Tool(
        id="cheese",
        title="Cheese",
        icon="cheese",
        key="C",
        cursor=Qt.CursorShape.PointingHandCursor,
        status="Click or drag to put the cheese on an open square.",
        words="goal reward target move",
        press=cheese_stroke,
    ),
    Tool(
        id="mouse",
        title="Mouse",
        icon="rodent",
        key="M",
        cursor=Qt.CursorShape.PointingHandCursor,
        status="Click or drag to put the mouse on an open square: the start of every path.",
        words="agent player start move",
        press=mouse_stroke,
    ),
    Tool(
        id="pin",
        title="Retarget",
        icon="map-marker-outline",
        key="T",
        cursor=Qt.CursorShape.CrossCursor,
        status="Click or drag to pin the cheese channels' value on a square; its card says how surely it leads there.",
        words="pin steer retargeting set value channels intervention",
        press=_press_pin,
    ),
    Tool(
        id="squares",
        title="Squares of a patch",
        icon="select-drag",
        key="Q",
        cursor=Qt.CursorShape.CrossCursor,
        status="Drag over squares: the patch acts only with the mouse there. Drag from a chosen one to take them out.",
        words="where acts only choose select intervention",
        press=_press_squares,
    ),
    Tool(
        id="pan",
        title="Pan",
        icon="hand-back-right-outline",
        key="H",
        cursor=Qt.CursorShape.OpenHandCursor,
        status="Drag to move the view; the wheel zooms. The middle button pans with every tool.",
        words="hand scroll move view",
        press=None,
    ),
)

TOOL_BY_ID: Final = {tool.id: tool for tool in TOOLS}
