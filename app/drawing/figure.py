"""A whole figure as shapes, which every export paints: one to three mazes, captions, the two numbers and a legend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from app.document.view_mode import Mode
from app.drawing.arrow_look import PLAIN, ArrowLook
from app.drawing.field_shapes import difference_shapes, field_shapes
from app.drawing.figure_parts import Number, caption, definition, fitting, heading, legend, legend_items, numbers, whole
from app.drawing.maze_shapes import frame, joints, maze_shapes
from app.drawing.no_change import unchanged_reason
from app.drawing.palette import Palette
from app.drawing.shapes import Box, Rect, Rects, Shape, Text, moved
from app.drawing.square_layer_shapes import layer_scale_shapes, layer_shapes
from app.field.measures import decision_probabilities, mean_total_variation
from app.field.requests import FieldResult
from app.field.square_layers import SquareLayer
from app.maze.maze import WALL, Maze, Square
from app.maze.routes import Decision, decision_square, reachable

_REFERENCE_SIDE: Final = 15
"""A maze this many cells wide gets letters of the reference size; others in proportion."""


@dataclass(frozen=True)
class Figure:
    """Shapes on a page; the origin is the page's bottom-left corner, lengths are in cells of the maze.

    Attributes:
        shapes: from the rearmost to the frontmost.
        width, height: of the page.
        background: the page's colour; None for a transparent page.
        unit: the length that letters and margins are in proportion to; 1 for a maze 15 cells wide.
    """

    shapes: tuple[Shape, ...]
    width: float
    height: float
    background: str | None
    unit: float = 1.0


@dataclass(frozen=True)
class FigureOptions:
    """Options of a figure besides its mazes.

    Attributes:
        title: a line above, left; empty for none.
        note: a muted line under the title, such as policy and patches; empty for none.
        source: policy and patches where the note says something else; a muted line over it; empty for none.
        show_numbers: whether P(cheese) and P(top-right) at the decision square are below.
        show_legend: whether the legend is below.
        whole_world: shows every cell of the world; otherwise only the maze, its open squares and one cell around.
        thickness: of the arrows; more than 1 for a presentation.
        look: one arrow a square or one for each move, and the gain of differences.
        overlays: more shapes by role ("original", "patched", "difference"), on the world's coordinates, over that
            role's maze: a rollout's trail and mouse.
        draw_mouse: whether the maze's own mouse is drawn; not when an overlay brings another.
        under: a layer under the arrows of its own maze, with its colour scale below; None for a plain floor.
        other_first: whether, of two sides on a page, the one that is compared with is first.
        steady: whether there is room for all that may be below, said or not: frames of a movie do not jump.
    """

    title: str = ""
    note: str = ""
    source: str = ""
    show_numbers: bool = True
    show_legend: bool = True
    whole_world: bool = False
    thickness: float = 1.0
    look: ArrowLook = PLAIN
    overlays: Mapping[str, tuple[Shape, ...]] = field(default_factory=dict)
    draw_mouse: bool = True
    under: SquareLayer | None = None
    other_first: bool = False
    steady: bool = False


DEFAULT_OPTIONS: Final = FigureOptions()


def figure(result: FieldResult, mode: Mode, palette: Palette, options: FigureOptions = DEFAULT_OPTIONS) -> Figure:
    """The picture of a result. The mazes' corners are on quarters of a cell, so that cells are crisp where a
    quarter is whole pixels.

    Args:
        result: complete or in part; squares still to come have no arrow.
        mode: which field, or all three side by side.
    """
    maze = result.request.maze
    roles = Mode(mode).roles
    left, bottom, columns, rows = visible_box(maze, options.whole_world)
    unit = max(columns, rows) / _REFERENCE_SIDE
    decision = decision_square(maze)
    margin, gap = whole(0.7 * unit), whole(0.9 * unit)
    width = 2 * margin + len(roles) * columns + (len(roles) - 1) * gap
    inner = width - 2 * margin

    shapes, floor = _below(result, roles, palette, options, decision, unit, margin, inner)
    for number, role in enumerate(roles):
        x = margin + number * (columns + gap)
        shapes += _panel(result, role, palette, options, decision, (x, floor, columns, rows), (left, bottom), unit)
    top = floor + rows + 1.25 * unit
    above, above_height = heading(palette, options.title, options.note, margin, top, inner, unit, options.source)
    return Figure((*shapes, *above), width, whole(top + above_height + 0.3 * unit), palette.window, unit)


def visible_box(maze: Maze, whole_world: bool = False) -> tuple[int, int, int, int]:
    """Left column, bottom row, columns and rows of what is shown: the maze, all open squares, and one cell around."""
    if whole_world:
        return 0, 0, maze.world, maze.world
    rows, cols = np.nonzero(maze.grid != WALL)
    last = maze.margin + maze.dim - 1
    left = max(0, min(int(cols.min()), maze.margin) - 1)
    bottom = max(0, min(int(rows.min()), maze.margin) - 1)
    right = min(maze.world - 1, max(int(cols.max()), last) + 1)
    top = min(maze.world - 1, max(int(rows.max()), last) + 1)
    return left, bottom, right - left + 1, top - bottom + 1


def _panel(
    result: FieldResult,
    role: Mode,
    palette: Palette,
    options: FigureOptions,
    decision: Decision,
    box: Box,
    corner: tuple[int, int],
    unit: float,
) -> list[Shape]:
    x, y, columns, rows = box
    maze = result.request.maze
    layer = _layer_of(options, maze)
    under = () if layer is None else layer_shapes(layer, palette)
    squares = reachable_squares(maze)
    drawn = [
        *maze_shapes(maze, palette, decision.square, squares, mouse=options.draw_mouse, under=under),
        *_field(result, role, palette, options),
        *options.overlays.get(role, ()),
    ]
    dx, dy = x - corner[0], y - corner[1]
    shown = (corner[0], corner[1], columns, rows)
    kept = within(drawn, shown)
    walls = [box for shape in kept if isinstance(shape, Rects) and shape.fill == palette.wall for box in shape.boxes]
    shapes = [frame((x, y, columns, rows), palette)]
    shapes += [moved(shape, dx, dy) for shape in (*kept, *joints(walls, shown, palette))]
    reason = unchanged_reason(result)
    hue = getattr(palette, role)
    name = f"{role.label} {options.look.factor}".rstrip() if role == "difference" else role.label
    shapes += caption(x, y + rows + 0.42 * unit, columns, unit, name, hue, _note(result, role, reason), palette)
    return shapes


def _layer_of(options: FigureOptions, maze: Maze) -> SquareLayer | None:
    """The layer under the arrows, where it is of this maze."""
    return options.under if options.under is not None and options.under.maze == maze else None


def _field(result: FieldResult, role: Mode, palette: Palette, options: FigureOptions) -> tuple[Shape, ...]:
    thickness, look = options.thickness, options.look
    if role == "difference":
        return difference_shapes(result.original, result.patched, palette, thickness=thickness, look=look)
    if role == "patched":
        return field_shapes(result.patched, palette, "patched", thickness=thickness, look=look)
    return field_shapes(result.original, palette, "original", thickness=thickness, look=look)


def _note(result: FieldResult, role: Mode, reason: str | None) -> str:
    """The text at the right of a maze's caption."""
    field = result.original if role == "original" else result.patched
    if not field.complete:
        return f"{int(field.done.sum())} of {len(field.squares)} squares"
    if role == "patched" and reason:
        return "equals Original"
    if role == "difference" and reason:
        return "none"
    if role == "difference":
        return f"mean total variation {mean_total_variation(result.original, result.patched):.2f}"
    return ""


def reachable_squares(maze: Maze) -> set[Square]:
    """The squares the mouse can walk to."""
    return {(int(row), int(col)) for row, col in np.argwhere(reachable(maze))}


def within(shapes: list[Shape], box: Box) -> list[Shape]:
    """The shapes with floor and walls clipped to a box of whole cells; nothing else reaches out of it."""
    left, bottom, right, top = box[0], box[1], box[0] + box[2], box[1] + box[3]

    def clip(x: float, y: float, width: float, height: float) -> Box | None:
        x0, y0, x1, y1 = max(x, left), max(y, bottom), min(x + width, right), min(y + height, top)
        return (x0, y0, x1 - x0, y1 - y0) if x1 > x0 and y1 > y0 else None

    kept: list[Shape] = []
    for shape in shapes:
        match shape:
            case Rect():
                found = clip(shape.x, shape.y, shape.width, shape.height)
                if found:
                    kept.append(Rect(*found, shape.fill, shape.opacity))
            case Rects():
                boxes = tuple(found for box in shape.boxes if (found := clip(*box)))
                if boxes:
                    kept.append(replace(shape, boxes=boxes))
            case _:
                kept.append(shape)
    return kept


def _below(
    result: FieldResult,
    roles: tuple[str, ...],
    palette: Palette,
    options: FigureOptions,
    decision: Decision,
    unit: float,
    x: float,
    width: float,
) -> tuple[list[Shape], float]:
    """Numbers and legend, drawn downwards from y = 0 and then lifted onto the page; with the height they need."""
    shapes: list[Shape] = []
    y = -0.2 * unit
    reason = unchanged_reason(result)
    if (reason or options.steady) and "difference" in roles:
        y -= 0.75 * unit
        if reason:
            size = fitting(reason, 0.54 * unit, width)
            shapes.append(Text(x + width / 2, y, reason, size, palette.text_muted, anchor="middle"))
        y -= 0.1 * unit
    layer = _layer_of(options, result.request.maze)
    if layer is not None:
        long = min(width, 9 * unit)
        y -= 1.75 * unit
        scale = layer_scale_shapes(layer, palette, long, 0.5 * unit)
        shapes += [moved(shape, x + (width - long) / 2, y) for shape in scale]
        y -= 0.2 * unit
    if options.show_numbers:
        shown = decision_numbers(result, decision)
        if shown:
            y -= 2.1 * unit
            spread = min(width / 2, 11 * unit)
            centre = x + width / 2
            size = min(1.15 * unit, width / 14.5)
            shapes += numbers((centre - spread / 2, centre + spread / 2), y, unit, shown, palette, size)
            y -= 0.35 * unit
        else:
            y -= 0.95 * unit
            text = decision.reason or "The decision square is not computed yet."
            size = fitting(text, 0.54 * unit, width)
            shapes.append(Text(x + width / 2, y, text, size, palette.text_muted, anchor="middle"))
            # As far down as the numbers would reach.
            y -= 1.5 * unit if options.steady else 0.3 * unit
    if options.show_legend:
        maze = result.request.maze
        items = legend_items(
            palette,
            roles,
            decision=decision,
            corner=maze.is_open(maze.top_right),
            unreachable=len(reachable_squares(maze)) < int((maze.grid != WALL).sum()),
            look=options.look,
        )
        drawn, height = legend(x, y - 0.1 * unit, width, unit, items, palette)
        spare = 0.0
        if options.steady:
            marked = replace(decision, square=maze.mouse, unique=False)
            fullest = legend_items(palette, roles, decision=marked, corner=True, unreachable=True, look=options.look)
            spare = max(0.0, legend(x, y, width, unit, fullest, palette)[1] - height)
        shapes += drawn
        text = definition(roles, options.look)
        size = fitting(text, 0.44 * unit, width)
        y -= height + 0.75 * unit
        shapes.append(Text(x + width / 2, y, text, size, palette.text_muted, anchor="middle"))
        y -= spare
    y -= 0.5 * unit
    depth = whole(-y)
    return [moved(shape, 0, depth) for shape in shapes], depth


def decision_numbers(result: FieldResult, decision: Decision) -> tuple[Number, ...]:
    """P(cheese) and P(top-right) at the decision square; empty where there is none, or it is not computed yet.

    Before and after whichever field is drawn, as the window has them: they say what the patches do.
    """
    before = decision_probabilities(result.original, decision)
    after = decision_probabilities(result.patched, decision)
    if before is None or after is None or np.isnan(before).any():
        return ()
    same = result.patched is result.original or np.isnan(after).any()
    labels = ("P(cheese)", "P(top-right)")
    return tuple(
        Number(label, old, None if same else new) for label, old, new in zip(labels, before, after, strict=True)
    )
