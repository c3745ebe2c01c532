"""Shapes of a maze: floor, walls, unreachable squares, the two marks, the cheese and the mouse."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from math import cos, pi, sin
from typing import Final

import numpy as np

from app.drawing.colour import mix
from app.drawing.palette import Palette
from app.drawing.shapes import Box, Circle, Point, Polygon, Polyline, Rect, Rects, Segments, Shape
from app.maze.maze import WALL, Maze, Square

RING_RADIUS = 0.43
RING_WIDTH = 0.075
FRAME = 0.125
_WALLS: Final = re.compile(b"\x01+")


def maze_shapes(
    maze: Maze,
    palette: Palette,
    decision: Square | None = None,
    reachable: Collection[Square] | None = None,
    *,
    cheese: bool = True,
    mouse: bool = True,
    under: tuple[Shape, ...] = (),
) -> tuple[Shape, ...]:
    """A maze without its field, on the world's own coordinates: the square (row, col) is the cell at x = col, y = row.

    Args:
        decision: the decision square, ringed; None when there is none.
        reachable: the squares that can be reached from the mouse; open ones outside it are hatched. None marks nothing.
        cheese, mouse: whether to draw them; a rollout draws its own mice, and a cheese that is being dragged moves.
        under: what is on the floor below everything else; see `app.drawing.square_layer_shapes`.
    """
    shapes: list[Shape] = [frame((0, 0, maze.world, maze.world), palette)]
    shapes.append(Rect(0, 0, maze.world, maze.world, palette.open))
    shapes += under
    shapes += _grid_lines(maze, palette)
    if reachable is not None:
        shapes += _unreachable(maze, palette, set(reachable))
    shapes.append(Rects(wall_boxes(maze), palette.wall))
    if maze.is_open(maze.top_right):
        shapes.append(corner_mark(maze.top_right, palette))
    if decision is not None:
        shapes.append(decision_ring(decision, palette))
    if cheese and maze.cheese is not None:
        shapes += cheese_shapes(maze.cheese, palette)
    if mouse:
        shapes += mouse_shapes(maze.mouse, palette, left=maze.facing != "right")
    return tuple(shapes)


def frame(box: Box, palette: Palette, width: float = FRAME) -> Shape:
    """A thin outline of wall around a box: open squares at the world's edge would run into the page without it."""
    x, y, columns, rows = box
    return Rects(
        (
            (x - width, y - width, columns + 2 * width, width),
            (x - width, y + rows, columns + 2 * width, width),
            (x - width, y, width, rows),
            (x + columns, y, width, rows),
        ),
        palette.wall,
    )


def joints(walls: Collection[Box], box: Box, palette: Palette, width: float = FRAME) -> list[Shape]:
    """Strips over the line where walls meet the frame around a box.

    What merely abuts is blended with what is below by everything that draws edges smoothly, as readers of PDF do: a
    faint line of floor would be inside the frame.
    """
    left, bottom, right, top = box[0], box[1], box[0] + box[2], box[1] + box[3]
    upright, level = [], []
    for x, y, columns, rows in walls:
        upright += [(edge - width / 2, y, width, rows) for edge in (left, right) if edge in (x, x + columns)]
        # Into the corners, too.
        start, end = x - width / 2 * (x == left), x + columns + width / 2 * (x + columns == right)
        level += [(start, edge - width / 2, end - start, width) for edge in (bottom, top) if edge in (y, y + rows)]
    # They cross in the corners, so they are two shapes of disjoint boxes each.
    return [Rects(tuple(strips), palette.wall) for strips in (upright, level) if strips]


def wall_boxes(maze: Maze) -> tuple[Box, ...]:
    """The walls as few disjoint rectangles: equal runs of neighbouring rows are merged."""
    done: list[Box] = []
    growing: dict[tuple[int, int], int] = {}
    for row in range(maze.world + 1):
        runs = _runs(maze, row) if row < maze.world else []
        for run in [run for run in growing if run not in runs]:
            start = growing.pop(run)
            done.append((run[0], start, run[1], row - start))
        for run in runs:
            growing.setdefault(run, row)
    return tuple(done)


def _runs(maze: Maze, row: int) -> list[tuple[int, int]]:
    """(first column, length) of the runs of wall in a row."""
    first = row * maze.world
    return [
        (run.start() - first, run.end() - run.start()) for run in _WALLS.finditer(maze.walls, first, first + maze.world)
    ]


def _grid_lines(maze: Maze, palette: Palette, width: float = 0.04) -> list[Shape]:
    """Faint lines between neighbouring open squares: they make cells countable in corridors and rooms."""
    is_open = maze.grid != WALL
    across = [(c + 1 - width / 2, r, width, 1) for r, c in np.argwhere(is_open[:, :-1] & is_open[:, 1:]).tolist()]
    along = [(c, r + 1 - width / 2, 1, width) for r, c in np.argwhere(is_open[:-1] & is_open[1:]).tolist()]
    # Across and along overlap where four open squares meet, so they are two shapes of disjoint boxes each.
    return [Rects(tuple(boxes), palette.grid_line) for boxes in (across, along) if boxes]


def _unreachable(maze: Maze, palette: Palette, reachable: set[Square]) -> list[Shape]:
    cut_off = [(row, col) for row, col in np.argwhere(maze.grid != WALL).tolist() if (row, col) not in reachable]
    if not cut_off:
        return []
    hatch = mix(palette.text_muted, palette.unreachable, 0.55)
    return [Rects(tuple((c, r, 1, 1) for r, c in cut_off), palette.unreachable), hatching(cut_off, hatch)]


def hatching(squares: Collection[Square], colour: str) -> Shape:
    """Three diagonals in each square, which continue from one square into the next."""
    lines = []
    for row, col in squares:
        lines += [
            (col, row + 0.5, col + 0.5, row + 1),
            (col, row, col + 1, row + 1),
            (col + 0.5, row, col + 1, row + 0.5),
        ]
    return Segments(tuple(lines), colour, 0.035, opacity=0.7)


def decision_ring(square: Square, palette: Palette) -> Shape:
    """The ring around the decision square's centre; it leaves the arrow inside free."""
    row, col = square
    return Circle(col + 0.5, row + 0.5, RING_RADIUS, stroke=palette.decision, stroke_width=RING_WIDTH)


def corner_mark(square: Square, palette: Palette) -> Shape:
    """An angle in the corner of the maze's top-right square."""
    row, col = square
    angle: tuple[Point, ...] = ((0.42, 0.97), (0.97, 0.97), (0.97, 0.42), (0.83, 0.42), (0.83, 0.83), (0.42, 0.83))
    return Polygon(tuple((col + x, row + y) for x, y in angle), palette.top_right)


@lru_cache(maxsize=16)
def cheese_shapes(square: Square, palette: Palette) -> tuple[Shape, ...]:
    """A wedge of cheese: lit top, rind and three holes."""
    row, col = square
    shade, hole = mix("#7a3d00", palette.cheese, 0.24), mix("#7a3d00", palette.cheese, 0.5)
    rind = mix("#5c2e00", palette.cheese, 0.72)

    def at(*points: Point) -> tuple[Point, ...]:
        return tuple((col + x, row + y) for x, y in points)

    outline = at((0.10, 0.50), (0.66, 0.85), (0.90, 0.56), (0.90, 0.18), (0.10, 0.18))
    return (
        Polygon(outline, rind, stroke=rind, stroke_width=0.09),
        Polygon(at((0.10, 0.50), (0.66, 0.85), (0.90, 0.56)), palette.cheese),
        Polygon(at((0.10, 0.475), (0.90, 0.535), (0.90, 0.18), (0.10, 0.18)), shade),
        Polygon(at((0.10, 0.475), (0.90, 0.535), (0.90, 0.505), (0.10, 0.44)), palette.cheese),
        Circle(col + 0.30, row + 0.30, 0.075, fill=hole),
        Circle(col + 0.56, row + 0.36, 0.055, fill=hole),
        Circle(col + 0.73, row + 0.26, 0.06, fill=hole),
        Circle(col + 0.60, row + 0.66, 0.045, fill=hole),
    )


@lru_cache(maxsize=64)
def mouse_shapes(square: Square, palette: Palette, *, left: bool = True, opacity: float = 1.0) -> tuple[Shape, ...]:
    """A mouse in profile: tail, body, ear, eye and nose.

    Args:
        left: which way it looks.
        opacity: for a second mouse in the same maze.
    """
    row, col = square
    fur, dark = palette.mouse, mix("#000000", palette.mouse, 0.55)
    pink = mix("#ffb3c1", palette.mouse, 0.75)

    def at(*points: Point) -> tuple[Point, ...]:
        return tuple((col + (x if left else 1 - x), row + y) for x, y in points)

    def disc(x: float, y: float, radius: float, fill: str) -> Shape:
        return Circle(at((x, y))[0][0], row + y, radius, fill=fill, opacity=opacity)

    tail = [(0.78, 0.27), (0.88, 0.27), (0.93, 0.35), (0.90, 0.46), (0.93, 0.56)]
    body = _drop(0.52, 0.40)
    return (
        Polyline(at(*_smooth(tail)), dark, 0.05, opacity),
        Polygon(at(*body), fur, opacity, stroke=dark, stroke_width=0.035),
        disc(0.40, 0.63, 0.135, dark),
        disc(0.40, 0.63, 0.10, fur),
        disc(0.40, 0.63, 0.065, pink),
        disc(0.24, 0.45, 0.032, dark),
        disc(0.085, 0.345, 0.04, pink),
    )


def _drop(x: float, y: float, steps: int = 40) -> tuple[Point, ...]:
    """A round back that narrows to a snout on the left, flat below."""
    points = []
    for k in range(steps):
        angle = 2 * pi * k / steps
        across, up = cos(angle), sin(angle)
        half_width = 0.30 if across > 0 else 0.44
        narrowing = 1 if across > 0 else (1 - 0.62 * across**2)
        points.append(
            (x + half_width * across, y - 0.03 * (1 - narrowing) + (0.26 if up > 0 else 0.19) * up * narrowing)
        )
    return tuple(points)


def _smooth(points: list[Point], steps: int = 6) -> list[Point]:
    """Catmull-Rom spline through the points."""
    path = [points[0], *points, points[-1]]
    found: list[Point] = []
    for p0, p1, p2, p3 in zip(path, path[1:], path[2:], path[3:], strict=False):
        for k in range(steps):
            t = k / steps
            x, y = (
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
                for a, b, c, d in zip(p0, p1, p2, p3, strict=True)
            )
            found.append((x, y))
    return [*found, points[-1]]
