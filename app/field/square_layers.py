"""Layers under the arrows: one number on every open square of a maze, such as the value or the entropy there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Final

import numpy as np

from app.field.measures import path_probability, total_variation
from app.field.vector_field import VectorField
from app.maze.maze import Maze, Square
from app.maze.moves import MOVES, UP
from app.policy.layers import pixel_of_square


class LayerKind(StrEnum):
    """Kinds of layers under the arrows."""

    NONE = "none"
    VALUE = "value"
    ENTROPY = "entropy"
    TOTAL_VARIATION = "total-variation"
    PATH = "path-probability"
    VISITS = "visits"
    PUSH = "push"
    ACTIVATION = "activation"
    RETARGET = "retarget"

    @property
    def label(self) -> str:
        """The title in the menu."""
        return _LABELS[self]


_LABELS = {
    LayerKind.NONE: "None",
    LayerKind.VALUE: "Value",
    LayerKind.ENTROPY: "Entropy",
    LayerKind.TOTAL_VARIATION: "Total variation",
    LayerKind.PATH: "Path probability",
    LayerKind.VISITS: "Visits",
    LayerKind.PUSH: "Push of a channel",
    LayerKind.ACTIVATION: "Activation of a channel",
    LayerKind.RETARGET: "Retarget map of the pin",
}


@dataclass(frozen=True)
class WantedLayer:
    """The choice of the layer under the arrows.

    Attributes:
        kind: what it shows.
        channel, move: of a push or an activation.
        layer: of an activation, a module path.
        square: of an activation, where the mouse is; the maze's own mouse where that square is not open.
    """

    kind: LayerKind
    channel: int = 0
    move: int = UP
    layer: str = ""
    square: Square | None = None


NO_LAYER: Final = WantedLayer(LayerKind.NONE)


@dataclass(frozen=True, eq=False)
class SquareLayer:
    """One number a square.

    Attributes:
        kind: what it is.
        title: in words, with channel and move where there are such.
        unit: of the numbers.
        maze: the maze it belongs to.
        squares: (N, 2) int64 (row, col), world grid, origin bottom-left.
        values: (N,) float64; NaN where there is none, or not yet.
        diverging: whether 0 is the middle of the colours.
        low, high: ends of the scale; None for those of the numbers.
    """

    kind: LayerKind
    title: str
    unit: str
    maze: Maze
    squares: np.ndarray
    values: np.ndarray
    diverging: bool = False
    low: float | None = None
    high: float | None = None

    @cached_property
    def scale(self) -> tuple[float, float]:
        """The numbers at the ends of the colours: symmetric around 0 for a diverging layer; (0, 0) without numbers."""
        known = self.values[np.isfinite(self.values)]
        if not len(known):
            return 0.0, 0.0
        if self.diverging:
            largest = float(np.abs(known).max())
            return -largest, largest
        low = float(known.min()) if self.low is None else self.low
        high = float(known.max()) if self.high is None else self.high
        return low, max(low, high)

    def at(self, square: Square) -> float | None:
        """The number of a square; None where there is none."""
        found = np.flatnonzero((self.squares == square).all(axis=1))
        if not len(found) or not np.isfinite(self.values[found[0]]):
            return None
        return float(self.values[found[0]])


def value_layer(field: VectorField) -> SquareLayer:
    """The policy's value of each square: the outputs of `fc_value`."""
    return SquareLayer(LayerKind.VALUE, "Value", "", field.maze, field.squares, field.value.astype(np.float64))


def entropy_layer(field: VectorField) -> SquareLayer:
    """Entropy of the five-move distribution, 0 to ln 5 nats."""
    probs = field.probs
    terms = np.where(probs > 0, probs * np.log(np.where(probs > 0, probs, 1)), 0 * probs)
    high, title = float(np.log(len(MOVES))), "Entropy of the move"
    values = -terms.sum(axis=1)
    return SquareLayer(LayerKind.ENTROPY, title, "nats", field.maze, field.squares, values, low=0, high=high)


def total_variation_layer(original: VectorField, patched: VectorField) -> SquareLayer:
    """Size of the patches' effect on the distribution, 0 to 1.

    Raises:
        ValueError: when the fields are of different squares.
    """
    values = total_variation(original, patched)
    title = "Total variation, patched from original"
    return SquareLayer(LayerKind.TOTAL_VARIATION, title, "", original.maze, original.squares, values, low=0)


def path_layer(field: VectorField) -> SquareLayer:
    """Path probability from the mouse to each square; NaN for the mouse's own and where there is no way."""
    found = [path_probability(field, (int(row), int(col))) for row, col in field.squares]
    values = np.array([np.nan if each is None else each for each in found])
    title = "Path probability from the mouse"
    return SquareLayer(LayerKind.PATH, title, "", field.maze, field.squares, values, low=0, high=1)


def visits_layer(maze: Maze, visits: np.ndarray, steps: int) -> SquareLayer:
    """Expected steps on each square; `visits` is (world, world), world grid, origin bottom-left."""
    values = visits[maze.squares[:, 0], maze.squares[:, 1]].astype(np.float64)
    title = f"Expected visits within {steps} steps"
    return SquareLayer(LayerKind.VISITS, title, "steps", maze, maze.squares, values, low=0)


def push_layer(maze: Maze, pushes: np.ndarray, channel: int, move: int) -> SquareLayer:
    """One channel's push for one move at every square; `pushes` is (N, C, 5) by `maze.squares`."""
    values = pushes[:, channel, move].astype(np.float64)
    title = f"Push of relu3's channel {channel} for {MOVES[move]}"
    return SquareLayer(LayerKind.PUSH, title, "logits", maze, maze.squares, values, diverging=True)


def activation_layer(maze: Maze, activation: np.ndarray, layer_name: str, channel: int) -> SquareLayer:
    """One channel's activation at the pixel of each square; `activation` is (side, side), row 0 on top."""
    side = len(activation)
    pixels = [pixel_of_square((int(row), int(col)), maze.world, side) for row, col in maze.squares]
    values = np.array([activation[pixel] for pixel in pixels], dtype=np.float64)
    title = f"Activation of channel {channel} at {layer_name.removeprefix('embedder.')}"
    return SquareLayer(LayerKind.ACTIVATION, title, "", maze, maze.squares, values, diverging=True)


def difference_layer(before: SquareLayer, after: SquareLayer) -> SquareLayer:
    """The second layer less the first, of the same squares."""
    return replace(
        after,
        title=f"{after.title}, patched less original",
        values=after.values - before.values,
        diverging=True,
        low=None,
        high=None,
    )


def of_mode(original: SquareLayer, patched: SquareLayer, mode: str) -> SquareLayer:
    """The layer that belongs to what is shown, a value of `Mode`: next to each other, the patched field's, by name."""
    if mode == "difference":
        return difference_layer(original, patched)
    if mode in ("original", "patched"):
        return original if mode == "original" else patched
    return replace(patched, title=f"{patched.title}, patched")
