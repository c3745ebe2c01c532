"""Receptive fields: for each changed place, the window of each activation that it can reach. The mouse is one such.

Between two observations of one maze only the mouse's few pixels differ. A 3 x 3 convolution lets such a difference
grow by one pixel on each side, a pooling halves it. So after each stage the activation equals that of the picture
without a mouse, but for one rectangle, whose size depends on the stage alone and whose place depends on the square.
Rectangles are kept inside the image, which only makes them hold pixels that do not differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import torch
from torch import Tensor

from app.maze.maze import Facing
from app.maze.tiles import tiles
from app.policy.layers import INPUT_SIDE, layers

INPUT: Final = "input"
CONV_STAGES: Final = tuple(
    f"embedder.block{block}.{part}" for block in (1, 2, 3) for part in ("conv", "maxpool", "res1.resadd", "res2.resadd")
)
"""The stages with pixels, each computed from the one before it alone."""

NEARLY_WHOLE: Final = 0.75
"""Windows of at least this share of the image cost as much as the image."""


@dataclass(frozen=True, eq=False)
class Window:
    """One rectangle per cell of the world, of one size, in an image of `side` pixels, row 0 on top.

    Attributes:
        rows, columns: (cells,) int64, the top left pixel; may be -1 where a border of padding belongs to it.
        height, width: in pixels.
        side: of the image it is in.
    """

    rows: np.ndarray
    columns: np.ndarray
    height: int
    width: int
    side: int

    @property
    def pixels(self) -> int:
        """Number of pixels in each rectangle."""
        return self.height * self.width

    @property
    def whole(self) -> bool:
        """True if it is the whole image."""
        return self.height == self.side and self.width == self.side

    def convolved(self) -> Window:
        """The window after a 3 x 3 convolution with one pixel of padding."""
        return self._inside(self.rows - 1, self.columns - 1, self.height + 2, self.width + 2, self.side)

    def pooled(self) -> Window:
        """The window after pooling (3 x 3, stride 2, one pixel of padding): output o sees inputs 2o - 1 to 2o + 1."""
        height, width = ((size + 1) // 2 + 1 for size in (self.height, self.width))
        return self._inside(self.rows // 2, self.columns // 2, height, width, self.side // 2)

    def under_convolution(self) -> Window:
        """The inputs that a convolution needs to compute it."""
        return Window(self.rows - 1, self.columns - 1, self.height + 2, self.width + 2, self.side)

    def under_pooling(self) -> Window:
        """The inputs that pooling needs to compute it."""
        rows, columns = 2 * self.rows - 1, 2 * self.columns - 1
        return Window(rows, columns, 2 * self.height + 1, 2 * self.width + 1, self.side * 2)

    def everything(self) -> Window:
        """The whole image, for every cell."""
        zero = np.zeros_like(self.rows)
        return Window(zero, zero, self.side, self.side, self.side)

    @staticmethod
    def _inside(rows: np.ndarray, columns: np.ndarray, height: int, width: int, side: int) -> Window:
        height, width = min(height, side), min(width, side)
        return Window(np.clip(rows, 0, side - height), np.clip(columns, 0, side - width), height, width, side)


@dataclass(frozen=True, eq=False)
class Copy:
    """Copy that makes an outer rectangle from the mouseless image around an inner one.

    All rectangles of a kind have one size, so that their top left pixels tell everything: tables of all their pixels
    would take a hundred megabytes, and copying by them takes longer.

    Attributes:
        corners: (cells,) int64, the pixel of the image with a border of one that an outer rectangle's top left shows.
        inside: (cells,) int64, the outer pixel that an inner rectangle's top left covers.
        height, width: of the outer rectangle.
    """

    corners: Tensor
    inside: Tensor
    height: int
    width: int


def copy_of(inner: Window, outer: Window) -> Copy:
    """The places of a copy; the inner rectangles are within the outer ones."""
    return Copy(
        torch.from_numpy((outer.rows + 1) * (outer.side + 2) + outer.columns + 1),
        torch.from_numpy((inner.rows - outer.rows) * outer.width + inner.columns - outer.columns),
        outer.height,
        outer.width,
    )


class Windows:
    """The windows of every stage that a change in one place can reach, and the copies between them.

    Args:
        start: the stage where the change is made, one of `CONV_STAGES`, or `INPUT`.
        span: its windows, one for each place of the change.
    """

    def __init__(self, start: str, span: Window) -> None:
        self._of = {start: span}
        for stage in CONV_STAGES[0 if start == INPUT else CONV_STAGES.index(start) + 1 :]:
            if stage.endswith("maxpool"):
                span = span.pooled()
            elif stage.endswith("resadd"):
                residual = stage.removesuffix("resadd")
                self._of[f"{residual}relu1"] = span
                span = self._of[f"{residual}conv1"] = self._of[f"{residual}relu2"] = span.convolved()
                span = self._of[f"{residual}conv2"] = span.convolved()
            else:
                span = span.convolved()
            self._of[stage] = span
        self._copies: dict[tuple[str, str, str], Copy] = {}

    def of(self, layer: str) -> Window:
        """The windows after a layer."""
        return self._of[layer]

    def copy(self, source: str, target: str, kind: str) -> Copy:
        """The copy that makes, of `source`'s windows, what is needed for those of `target`.

        `kind` is "convolution" or "pooling" for what such a step needs, "same" for the same pixels, "everything" for
        the whole image.
        """
        key = (source, target, kind)
        if key not in self._copies:
            span = self._of[target]
            outer = {
                "convolution": span.under_convolution,
                "pooling": span.under_pooling,
                "same": lambda: span,
                "everything": span.everything,
            }[kind]()
            self._copies[key] = copy_of(self._of[source], outer)
        return self._copies[key]


@cache
def spans(world: int, facing: Facing) -> Windows:
    """The windows in which the mouse shows, by its cell, in a world of side 15 or 25; in a fresh level it looks as it
    does to the left."""
    if facing == "fresh":
        return spans(world, "left")
    (height, width), pixels, _ = tiles(world).mouse_window(facing)
    rows, columns = np.divmod(pixels[:, 0], INPUT_SIDE)
    return Windows(INPUT, Window(rows, columns, height, width, INPUT_SIDE))


@cache
def pixel_spans(stage: str) -> Windows:
    """Windows changed by one pixel of a stage, by that pixel's place in the image, row-major from the top left."""
    side = next(each.side for each in layers(1) if each.name == stage)
    assert side is not None
    rows, columns = np.divmod(np.arange(side * side), side)
    return Windows(stage, Window(rows, columns, 1, 1, side))


def first_whole_stage(of: Windows, start: str) -> str | None:
    """The first stage after `start` whose windows are hardly smaller than the image; None when none's are."""
    for stage in CONV_STAGES[CONV_STAGES.index(start) + 1 :]:
        span = of.of(stage)
        if span.pixels >= NEARLY_WHOLE * span.side**2:
            return stage
    return None


def resumable_before(first: str) -> str:
    """The last stage whose unedited output serves both runs, for a stack that acts on layer `first` first.

    The layer's own where the run can resume after it; inside a residual block, the stage before the block, since the
    block's input is needed as well; after the last stage with pixels, that stage.
    """
    if first in CONV_STAGES:
        return first
    prefix = first.rpartition(".")[0]
    for stage, before in zip(CONV_STAGES[1:], CONV_STAGES, strict=False):
        if stage == f"{prefix}.resadd":
            return before
    return CONV_STAGES[-1]
