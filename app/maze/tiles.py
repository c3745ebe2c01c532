"""The tiles of procgen's pictures, per world: nine backgrounds and, for every cell, four sprites.

Format of assets/tiles/tiles.npz, made by `python -m app.maze.calibrate`; arrays of uint8, per world NAME (easy, hard),
P the side of the smallest window that holds all that any sprite of one cell covers:
    NAME/background     (9, 64, 64, 3)    the picture of an empty world in each background, row 0 on top
    NAME/corner         (cells, 2)        (row, column) of the window's top left pixel; cells as everywhere row-major
    NAME/wall           (cells, P, P, 4)  colour times opacity, and opacity, of a wall in that cell; likewise
    NAME/cheese, NAME/mouse_left (also the fresh mouse), NAME/mouse_right
Why cells have sprites of their own: a cell is 64 / 15 or 64 / 25 pixels wide, so the painter samples each a little
differently, and sprites reach up to a pixel into the next cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import numpy as np

from app.errors import MazeError
from app.maze.maze import BACKGROUNDS, WORLDS, Facing
from app.paths import asset

SIDE: Final = 64
"""Pixels along one side of an observation."""

SPRITES: Final = ("wall", "cheese", "mouse_left", "mouse_right")


class MouseWindow(NamedTuple):
    """The mouse in every cell.

    Attributes:
        shape: height and width in pixels of the rectangle, the same for every cell.
        pixels: (cells, height * width) int64, the pixels (row * 64 + column) of each cell's rectangle, row by row.
        sprite: (cells, height * width, 4) uint8, premultiplied colour and opacity.
    """

    shape: tuple[int, int]
    pixels: np.ndarray
    sprite: np.ndarray


@dataclass(frozen=True, eq=False)
class Tiles:
    """The tiles of one world, and tables derived from them. `cells` = world * world, row-major from the bottom left.

    Attributes:
        world: side of the world in cells.
        background: (9, 64 * 64, 3) uint8.
        corner: (cells, 2) int64, (row, column) of each cell's window, row 0 on top.
        wall, cheese, mouse_left, mouse_right: (cells, P * P, 4) uint8, premultiplied colour and opacity.
    """

    world: int
    background: np.ndarray
    corner: np.ndarray
    wall: np.ndarray
    cheese: np.ndarray
    mouse_left: np.ndarray
    mouse_right: np.ndarray

    @property
    def side(self) -> int:
        """P: pixels along one side of a cell's window."""
        return round(self.wall.shape[1] ** 0.5)

    def mouse_window(self, facing: Facing) -> MouseWindow:
        """The mouse in each cell, looking one way, in the smallest rectangle that holds it in any cell."""
        return self._mouse_windows[1 if facing == "right" else 0]

    @cached_property
    def _mouse_windows(self) -> tuple[MouseWindow, MouseWindow]:
        return self._cut(self.mouse_left), self._cut(self.mouse_right)

    def _cut(self, sprite: np.ndarray) -> MouseWindow:
        square = sprite.reshape(-1, self.side, self.side, 4)
        covered = square[..., 3] > 0
        rows, columns, there = (np.asarray(np.any(covered, axis=axis)) for axis in (2, 1, (1, 2)))
        first = np.stack([rows.argmax(axis=1), columns.argmax(axis=1)], axis=1)
        last = self.side - 1 - np.stack([rows[:, ::-1].argmax(axis=1), columns[:, ::-1].argmax(axis=1)], axis=1)
        # In one cell of the hard world the painter misses the whole mouse: nothing of its rectangle counts there.
        extent = np.where(there[:, None], last - first + 1, 0)
        height, width = (int(side) for side in extent.max(axis=0))
        first = np.minimum(first, (self.side - height, self.side - width))
        take = (np.arange(height)[:, None] * self.side + np.arange(width)).ravel()
        inside = (first[:, 0] * self.side + first[:, 1])[:, None] + take
        cells = np.arange(len(sprite))[:, None]
        return MouseWindow((height, width), self.window[cells, inside], sprite[cells, inside])

    @cached_property
    def window(self) -> np.ndarray:
        """(cells, P * P) int64: the pixels (row * 64 + column) of each cell's window."""
        rows = self.corner[:, 0, None, None] + np.arange(self.side)[:, None]
        columns = self.corner[:, 1, None, None] + np.arange(self.side)
        return (rows * SIDE + columns).reshape(len(self.corner), -1)

    @cached_property
    def order(self) -> np.ndarray:
        """(cells + 1,) int64: when procgen draws each cell: column by column from the left, each from the bottom up."""
        rows, columns = np.divmod(np.arange(self.world**2), self.world)
        return np.append(columns * self.world + rows, -1)

    @cached_property
    def owners(self) -> np.ndarray:
        """(K, 64 * 64) int64: the cells whose walls cover each pixel, first drawn first; `cells` where there are fewer.

        A wall is opaque, so of the walls that are there, the last of these shows.
        """
        return self._coverage[0]

    @cached_property
    def paints(self) -> np.ndarray:
        """(K, 64 * 64, 3) uint8: the colour that each of `owners` gives the pixel when it is a wall."""
        return self._coverage[1]

    @cached_property
    def shared(self) -> np.ndarray:
        """(M,) int64: the pixels that more than one cell's wall covers."""
        return np.flatnonzero(self.owners[1] < self.world**2)

    @cached_property
    def packed_background(self) -> np.ndarray:
        """(9, 64 * 64) uint32: `background` with each pixel's three bytes in one number."""
        return _packed(self.background)

    @cached_property
    def packed_paints(self) -> np.ndarray:
        """(K, 64 * 64) uint32: `paints`, likewise."""
        return _packed(self.paints)

    @cached_property
    def _coverage(self) -> tuple[np.ndarray, np.ndarray]:
        cells = self.world**2
        covering: list[list[tuple[int, np.ndarray]]] = [[] for _ in range(SIDE * SIDE)]
        for cell in np.argsort(self.order[:-1]):
            for pixel, paint in zip(self.window[cell], self.wall[cell], strict=True):
                if paint[3]:
                    covering[pixel].append((int(cell), paint[:3]))
        deepest = max(2, max(len(found) for found in covering))
        owners = np.full((deepest, SIDE * SIDE), cells, dtype=np.int64)
        paints = np.zeros((deepest, SIDE * SIDE, 3), dtype=np.uint8)
        for pixel, found in enumerate(covering):
            for place, (cell, colour) in enumerate(found):
                owners[place, pixel] = cell
                paints[place, pixel] = colour
        return owners, paints


def _packed(pixels: np.ndarray) -> np.ndarray:
    padded = np.zeros((*pixels.shape[:-1], 4), dtype=np.uint8)
    padded[..., :3] = pixels
    return padded.view(np.uint32)[..., 0]


@lru_cache(maxsize=1)
def _read() -> dict[str, np.ndarray]:
    path = asset("tiles", "tiles.npz")
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError) as error:
        raise MazeError(
            f"The tiles in {path} cannot be read ({error}); "
            "expected the file that `python -m app.maze.calibrate` makes."
        ) from error


@lru_cache(maxsize=2)
def tiles(world: int) -> Tiles:
    """The tiles of a world of side 15 or 25, read once.

    Raises:
        MazeError: when the installation lacks them.
    """
    name = next(name for name, side in WORLDS.items() if side == world)
    stored = _read()
    sprites = {sprite: stored[f"{name}/{sprite}"].reshape(world**2, -1, 4) for sprite in SPRITES}
    return Tiles(
        world=world,
        background=stored[f"{name}/background"].reshape(BACKGROUNDS, SIDE * SIDE, 3),
        corner=stored[f"{name}/corner"].astype(np.int64),
        **sprites,
    )
