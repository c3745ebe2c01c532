"""The exact picture of a maze that a policy sees: equal to procgen's, byte for byte, without procgen.

procgen paints the background, then cell after cell (columns from the left, each from the bottom up) its wall or its
cheese, then the mouse. Walls hide what is below; cheese and mouse have opaque and half-transparent pixels
(`app.maze.alpha_blend`). Every function is exact for every background, world, arrangement of walls, and square and
direction of the mouse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.errors import MazeError
from app.maze.alpha_blend import over
from app.maze.maze import Maze
from app.maze.tiles import SIDE, Tiles, tiles

Squares = np.ndarray | Sequence[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Patches:
    """All observations of one maze as one picture and the few pixels in which they differ from it.

    `base` with `values[i]` written at `rows[i] : rows[i] + height, columns[i] : columns[i] + width` is observation i.

    Attributes:
        base: (64, 64, 3) uint8, the picture without a mouse, row 0 on top.
        corners: (N, 2) int64, (row, column) of each rectangle's top left pixel, row 0 on top. Rectangles are inside the
            picture.
        values: (N, height, width, 3) uint8, what the rectangle shows with the mouse there. Height and width are 3 x 4
            pixels in easy and 2 x 3 in hard worlds; some of a rectangle's pixels may equal the base.
    """

    base: np.ndarray
    corners: np.ndarray
    values: np.ndarray

    def pixels(self) -> np.ndarray:
        """(N, height * width) int64: the pixels (row * 64 + column) of each rectangle, in the order of `values`."""
        height, width = self.values.shape[1:3]
        offsets = (np.arange(height)[:, None] * SIDE + np.arange(width)).ravel()
        return (self.corners[:, 0] * SIDE + self.corners[:, 1])[:, None] + offsets

    def observations(self) -> np.ndarray:
        """(N, 64, 64, 3) uint8: every observation in full."""
        count = len(self.values)
        pictures = np.empty((count, SIDE * SIDE, 3), dtype=np.uint8)
        pictures[:] = self.base.reshape(-1, 3)
        pixels = self.pixels()
        pictures[np.arange(count)[:, None], pixels] = self.values.reshape(*pixels.shape, 3)
        return pictures.reshape(count, SIDE, SIDE, 3)


def observation(maze: Maze) -> np.ndarray:
    """(64, 64, 3) uint8: the observation with the mouse where it is, row 0 on top."""
    return observations(maze, (maze.mouse,))[0]


def observations(maze: Maze, squares: Squares | None = None) -> np.ndarray:
    """(N, 64, 64, 3) uint8: the observation with the mouse on each of the squares, row 0 on top.

    Args:
        maze: the maze; its own mouse is not drawn, its direction is.
        squares: (N, 2) of (row, col), origin bottom-left; all open squares (`maze.squares`) unless given.

    Raises:
        MazeError: when a square is outside the world.
    """
    return base_and_patches(maze, squares).observations()


def base_and_patches(maze: Maze, squares: Squares | None = None) -> Patches:
    """The picture without a mouse, and for each square the rectangle that the mouse changes.

    Arguments and errors are those of `observations`.
    """
    of_world = tiles(maze.world)
    base = _bases(of_world, _walls([maze]), [maze])[0]
    return _patches(of_world, maze, base, _cells(maze, squares))


def observations_of(mazes: Sequence[Maze]) -> np.ndarray:
    """(N, 64, 64, 3) uint8: the observation of each maze with its own mouse, of any worlds. The fast way for many."""
    pictures = np.empty((len(mazes), SIDE * SIDE, 3), dtype=np.uint8)
    for world in {maze.world for maze in mazes}:
        chosen = [index for index, maze in enumerate(mazes) if maze.world == world]
        part = [mazes[index] for index in chosen]
        of_world = tiles(world)
        bases = _bases(of_world, _walls(part), part)
        cells = np.array([maze.mouse[0] * world + maze.mouse[1] for maze in part])
        for facing in {maze.facing for maze in part}:
            rows = np.array([index for index, maze in enumerate(part) if maze.facing == facing])
            _, pixels, sprite = of_world.mouse_window(facing)
            where = (rows[:, None], pixels[cells[rows]])
            bases[where] = over(sprite[cells[rows]], bases[where])
        pictures[chosen] = bases
    return pictures.reshape(-1, SIDE, SIDE, 3)


def _cells(maze: Maze, squares: Squares | None) -> np.ndarray:
    if squares is None:
        chosen = maze.squares
    else:
        chosen = np.asarray(squares, dtype=np.int64).reshape(-1, 2)
        if len(chosen) and (chosen.min() < 0 or chosen.max() >= maze.world):
            raise MazeError(
                f"A square outside the world was found; expected rows and columns from 0 to {maze.world - 1}."
            )
    return chosen[:, 0] * maze.world + chosen[:, 1]


def _walls(mazes: Sequence[Maze]) -> np.ndarray:
    """(B, cells + 1) bool; the last is for no cell and is never a wall."""
    cells = len(mazes[0].walls)
    walls = np.zeros((len(mazes), cells + 1), dtype=bool)
    walls[:, :-1] = np.frombuffer(b"".join(maze.walls for maze in mazes), dtype=bool).reshape(len(mazes), cells)
    return walls


def _bases(of_world: Tiles, walls: np.ndarray, mazes: Sequence[Maze]) -> np.ndarray:
    """(B, 64 * 64, 3) uint8: the pictures without a mouse."""
    backgrounds = np.array([maze.background for maze in mazes])
    # Four bytes a pixel, so that one comparison moves a whole pixel.
    pictures = of_world.packed_background[backgrounds]
    np.copyto(pictures, of_world.packed_paints[0], where=walls[:, of_world.owners[0]])
    shared = of_world.shared
    deep = pictures[:, shared]
    for owners, paints in zip(of_world.owners[1:, shared], of_world.packed_paints[1:, shared], strict=True):
        np.copyto(deep, paints, where=walls[:, owners])
    pictures[:, shared] = deep
    unpacked = np.ascontiguousarray(pictures.view(np.uint8).reshape(len(mazes), -1, 4)[..., :3])

    rows = np.array([index for index, maze in enumerate(mazes) if maze.cheese is not None], dtype=np.int64)
    if len(rows):
        squares = np.array([maze.cheese for maze in mazes if maze.cheese is not None])
        _paint_cheese(of_world, unpacked, walls, backgrounds, rows, squares[:, 0] * of_world.world + squares[:, 1])
    return unpacked


def _paint_cheese(
    of_world: Tiles,
    pictures: np.ndarray,
    walls: np.ndarray,
    backgrounds: np.ndarray,
    rows: np.ndarray,
    cells: np.ndarray,
) -> None:
    """Redo the windows of the cheeses: the walls drawn earlier, the cheese over them, the walls drawn later."""
    pixels = of_world.window[cells]
    owners = of_world.owners[:, pixels]
    paints = of_world.paints[:, pixels]
    stands = walls[rows[:, None], owners]
    earlier = of_world.order[owners] < of_world.order[cells][:, None]
    shown = of_world.background[backgrounds[rows][:, None], pixels]
    for place in range(len(owners)):
        np.copyto(shown, paints[place], where=(stands[place] & earlier[place])[..., None])
    shown = over(of_world.cheese[cells], shown)
    for place in range(len(owners)):
        np.copyto(shown, paints[place], where=(stands[place] & ~earlier[place])[..., None])
    pictures[rows[:, None], pixels] = shown


def _patches(of_world: Tiles, maze: Maze, base: np.ndarray, cells: np.ndarray) -> Patches:
    (height, width), pixels, sprite = of_world.mouse_window(maze.facing)
    at = pixels[cells]
    values = over(sprite[cells], base[at]).reshape(len(cells), height, width, 3)
    first = at[:, 0] if len(cells) else np.empty(0, dtype=np.int64)
    corners = np.stack(np.divmod(first, SIDE), axis=1)
    return Patches(base.reshape(SIDE, SIDE, 3), corners, values)
