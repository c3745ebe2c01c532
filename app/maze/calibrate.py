"""Make assets/tiles/ from procgen: `python -m app.maze.calibrate`.

For every world, cell and background procgen shows one wall, one cheese and one mouse alone in an empty world. Of every
pixel that differs from the background, the nine backgrounds give nine pairs (below, above) per channel, from which its
colour and opacity follow: the only ones with which `blend.over` makes each above out of its below. A sprite that no
opacity explains is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from app.errors import ProcgenError
from app.maze.maze import BACKGROUNDS, WORLDS, Facing, Maze, Square
from app.maze.procgen_client import Procgen
from app.maze.tiles import SIDE, SPRITES
from app.paths import asset

Sprite = dict[tuple[int, int], np.ndarray]
"""Premultiplied colour and opacity by pixel (row, column)."""


def _solve(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    """The one (4,) uint8 sprite pixel that turns each below (backgrounds, 3) into its above.

    Raises:
        ProcgenError: when there is none.
    """
    through = np.arange(256)[:, None, None]
    product = below.astype(np.int64)[None] * through
    colour = above.astype(np.int64)[None] - ((product + (product >> 8) + 128) >> 8)
    fits = (colour == colour[:, :1]).all((1, 2)) & (colour.min((1, 2)) >= 0)
    if not fits.any():
        raise ProcgenError("procgen drew a pixel that no opacity explains; expected the pictures of version 0.10.7.")
    best = int(np.flatnonzero(fits)[0])
    return np.array([*colour[best, 0], 255 - best], dtype=np.uint8)


class _World:
    """Pictures of one world with a single thing in it."""

    def __init__(self, procgen: Procgen, world: int) -> None:
        self.procgen, self.world = procgen, world
        self.corners: tuple[Square, Square] = ((0, 0), (world - 1, world - 1))
        self.empty = {
            mouse: self._show([self._maze(background, mouse) for background in range(BACKGROUNDS)])
            for mouse in self.corners
        }
        # The mouse is always somewhere: each half is taken from the picture that has it in the other.
        self.background = self.empty[self.corners[0]].copy()
        half = SIDE // 2
        self.background[:, half:, :half] = self.empty[self.corners[1]][:, half:, :half]

    def sprites(self, name: str) -> list[Sprite]:
        """The sprite `name` in every cell."""
        cells = [(row, column) for row in range(self.world) for column in range(self.world)]
        mazes = [self._with(name, cell, background) for cell in cells for background in range(BACKGROUNDS)]
        pictures = self._show(mazes).reshape(len(cells), BACKGROUNDS, SIDE, SIDE, 3)
        found = []
        for cell, above in zip(cells, pictures, strict=True):
            below = self.background if name.startswith("mouse") else self.empty[self._far(cell)]
            changed = np.argwhere((above != below).any(axis=(0, 3)))
            found.append({(int(r), int(c)): _solve(below[:, r, c], above[:, r, c]) for r, c in changed})
        return found

    def _far(self, cell: Square) -> Square:
        low, high = self.corners
        return high if sum(cell) < self.world - 1 else low

    def _with(self, name: str, cell: Square, background: int) -> Maze:
        if name == "wall":
            return self._maze(background, self._far(cell)).with_walls((cell,), True)
        if name == "cheese":
            return self._maze(background, self._far(cell)).with_cheese(cell)
        return self._maze(background, cell, "right" if name == "mouse_right" else "left")

    def _maze(self, background: int, mouse: Square, facing: Facing = "fresh") -> Maze:
        return Maze(self.world, self.world, bytes(self.world**2), mouse, None, background, facing)

    def _show(self, mazes: list[Maze]) -> np.ndarray:
        return self.procgen.observe(mazes)


def _windows(sprites: dict[str, list[Sprite]], cells: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Lay every cell's sprites into windows of one side: (cells, 2) corners and (cells, P, P, 4) per sprite."""
    covered = [np.array([pixel for name in SPRITES for pixel in sprites[name][cell]]) for cell in range(cells)]
    side = max(int(np.ptp(pixels, axis=0).max()) + 1 for pixels in covered)
    corner = np.array([np.minimum(pixels.min(axis=0), SIDE - side) for pixels in covered])
    laid = {name: np.zeros((cells, side, side, 4), dtype=np.uint8) for name in SPRITES}
    for name in SPRITES:
        for cell, sprite in enumerate(sprites[name]):
            for pixel, value in sprite.items():
                row, column = np.subtract(pixel, corner[cell])
                laid[name][cell, row, column] = value
    return corner.astype(np.uint8), laid


def calibrate(procgen: Procgen, path: Path) -> None:
    """Write the tiles of both worlds to a file, in the format of `app.maze.tiles`.

    Raises:
        ProcgenError: when procgen is not available, or draws what no sprite explains.
    """
    arrays: dict[str, Any] = {}
    for name, side in WORLDS.items():
        world = _World(procgen, side)
        corner, laid = _windows({sprite: world.sprites(sprite) for sprite in SPRITES}, side**2)
        arrays[f"{name}/background"] = world.background
        arrays[f"{name}/corner"] = corner
        arrays |= {f"{name}/{sprite}": pixels for sprite, pixels in laid.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


if __name__ == "__main__":
    target = asset("tiles", "tiles.npz")
    with Procgen() as game:
        calibrate(game, target)
    print(f"{target}: {target.stat().st_size} bytes")
