"""The stages of the network: their names, sizes, and where a maze square is in their activations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.errors import PatchError

DEFAULT_LAYER: Final = "embedder.block2.res1.resadd"
"""The layer the research intervenes on: the first residual addition of block 2, 16 x 16 pixels."""

INPUT_SIDE: Final = 64
HIDDEN: Final = 256


@dataclass(frozen=True)
class Layer:
    """One stage of the network.

    Attributes:
        name: module path, for example `embedder.block2.res1.resadd`.
        channels: number of channels (features, for a layer without pixels).
        side: side of the square activation in pixels (row 0 on top), or None for a layer without pixels.
        index: position in the order of computation.
    """

    name: str
    channels: int
    side: int | None
    index: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one observation's activation: (channels, side, side), or (channels,)."""
        return (self.channels,) if self.side is None else (self.channels, self.side, self.side)


@lru_cache
def layers(width: int) -> tuple[Layer, ...]:
    """All stages of the network of this width, in the order they are computed."""
    found: list[tuple[str, int, int | None]] = []
    side = INPUT_SIDE
    for block, base in enumerate((16, 32, 32), start=1):
        channels, prefix = base * width, f"embedder.block{block}"
        found.append((f"{prefix}.conv", channels, side))
        side //= 2
        found.append((f"{prefix}.maxpool", channels, side))
        for res in ("res1", "res2"):
            for part in ("relu1", "conv1", "relu2", "conv2", "resadd"):
                found.append((f"{prefix}.{res}.{part}", channels, side))
    found.append(("embedder.relu3", channels, side))
    found.append(("embedder.flatten", channels * side * side, None))
    found += [("embedder.fc", HIDDEN, None), ("embedder.relufc", HIDDEN, None)]
    found += [("fc_policy", 15, None), ("fc_value", 1, None)]
    return tuple(Layer(name, count, size, index) for index, (name, count, size) in enumerate(found))


def canonical(name: str) -> str:
    """A layer's module path from either spelling: the research code appends `_out` to name a module's output."""
    return name[: -len("_out")] if name.endswith("_out") else name


def layer(name: str, width: int) -> Layer:
    """The stage of this name (either spelling) in the network of this width.

    Raises:
        PatchError: when the network has no such stage.
    """
    wanted = canonical(name)
    for candidate in layers(width):
        if candidate.name == wanted:
            return candidate
    raise PatchError(f"The network has no layer {name!r}; expected a stage such as {DEFAULT_LAYER!r}.")


def pixel_of_square(square: tuple[int, int], world: int, side: int) -> tuple[int, int]:
    """(row, column) of the activation pixel, row 0 on top, that holds the centre of a maze square.

    Source: floor((world - 1 - row + .5) * side / world), and likewise the column; see Turner et al. 2023.
    """
    row, col = square
    return (
        int((2 * (world - 1 - row) + 1) * side // (2 * world)),
        int((2 * col + 1) * side // (2 * world)),
    )
