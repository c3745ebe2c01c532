"""The pixels that a direction moves, as a box that grows from layer to layer, and rows that hold this box alone.

A vector of one object moves a part of the image; every convolution widens that part by one pixel. Around it all
activations are as at t = 0, so only the box is computed, with one row of the walk at t = 0 around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

_WORTH: Final = 0.85
"""Above this share of the image the whole image is as fast."""


@dataclass(frozen=True)
class Box:
    """Pixels of a square image: rows top to bottom - 1 and columns left to right - 1; may reach beyond its edges.

    Attributes:
        side: of the image, pixels.
    """

    top: int
    bottom: int
    left: int
    right: int
    side: int

    @property
    def share(self) -> float:
        """Of the image's pixels."""
        return (self.bottom - self.top) * (self.right - self.left) / self.side**2

    def of(self, image: Tensor) -> Tensor:
        """(..., rows, columns, channels): this part of (..., side, side, channels)."""
        return image[..., self.top : self.bottom, self.left : self.right, :]

    def whole(self) -> Box:
        """The whole image."""
        return Box(0, self.side, 0, self.side, self.side)

    def after_conv(self) -> Box:
        """The pixels that a 3 x 3 convolution moves when these move."""
        rows, columns = ((max(0, a - 1), min(self.side, b + 1)) for a, b in self._spans)
        return Box(*rows, *columns, self.side)

    def after_pool(self) -> Box:
        """The windows of a max pooling 3 x 3 with stride 2 and padding 1 that see these pixels."""
        side = self.side // 2
        rows, columns = ((a // 2, min(side, b // 2 + 1)) for a, b in self._spans)
        return Box(*rows, *columns, side)

    def seen_by_conv(self) -> Box:
        """The pixels of the input that a convolution's outputs at these see."""
        return Box(self.top - 1, self.bottom + 1, self.left - 1, self.right + 1, self.side)

    def seen_by_pool(self) -> Box:
        """The pixels of the input that these windows of a max pooling see."""
        return Box(2 * self.top - 1, 2 * self.bottom, 2 * self.left - 1, 2 * self.right, 2 * self.side)

    @property
    def _spans(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (self.top, self.bottom), (self.left, self.right)


def moved_box(direction: Tensor) -> Box | None:
    """The box of the pixels at which (height, width, channels) is not zero; None for a whole image, or no pixel."""
    moved = direction.ne(0).any(2)
    (top, bottom), (left, right) = (_ends(moved.any(axis)) for axis in (1, 0))
    box = Box(top, bottom, left, right, len(moved))
    return None if moved.shape[0] != moved.shape[1] or not 0 < box.share <= _WORTH else box


def _ends(moved: Tensor) -> tuple[int, int]:
    found = moved.nonzero().flatten().tolist()
    return (found[0], found[-1] + 1) if found else (0, 0)


class Cutout:
    """The box on its way through the layers, for rows whose other pixels are as at t = 0.

    Rows are (n, levels, height, width, channels) here. Room for rows is memory of the size that the next layer needs,
    in which what is around the box is there already, and the part of it that is the box.

    Args:
        box: of the source; None for whole images all the way.
        inputs: by layer, its input at t = 0 in the real network, (levels, height, width, channels).
    """

    def __init__(self, box: Box | None, inputs: Mapping[str, Tensor]) -> None:
        self.box = box
        self._inputs = inputs
        self._skip: Box | None = None

    def opened(self) -> None:
        """A residual block begins: what its end adds are the rows as they are now."""
        self._skip = self.box

    def before_conv(self, name: str, like: Tensor, count: int) -> tuple[Tensor, Tensor, int]:
        """Room for `count` rows with all pixels that a convolution sees, the box in it, and the convolution's padding.

        The box is then that of its outcome.
        """
        if self.box is None:
            room = like.new_empty(count, *like.shape[1:])
            return room, room, 1
        box, wider = self.box, self.box.after_conv()
        whole = wider.share > _WORTH
        self.box = None if whole else wider
        seen = box.whole() if whole else wider.seen_by_conv()
        return *_room(self._inputs[name], box, seen, count, 0), int(whole)

    def before_add(self, name: str, parts: Sequence[Tensor]) -> Tensor:
        """Summand of the end of a residual block, in memory of its own, from rows as they are at its beginning."""
        count = sum(map(len, parts))
        if self._skip is None:
            room = inner = parts[0].new_empty(count, *parts[0].shape[1:])
        else:
            room, inner = _room(self._inputs[name], self._skip, self.box or self._skip.whole(), count, 0)
        _fill(inner, parts)
        return room

    def before_pool(self, name: str, parts: Sequence[Tensor]) -> tuple[list[Tensor], int]:
        """Each part of the rows with all pixels that a max pooling sees, and its padding.

        The box is then that of its outcome.
        """
        if self.box is None:
            return list(parts), 1
        box, self.box, rooms = self.box, self.box.after_pool(), []
        for part in parts:
            room, inner = _room(self._inputs[name], box, self.box.seen_by_pool(), len(part), -torch.inf)
            inner.copy_(part)
            rooms.append(room)
        return rooms, 0

    def whole(self, name: str, x: Tensor) -> Tensor:
        """The rows as whole images, before a layer that has no pixels."""
        if self.box is None:
            return x
        room, inner = _room(self._inputs[name], self.box, self.box.whole(), len(x), 0)
        inner.copy_(x)
        self.box = None
        return room


def _room(zero: Tensor, box: Box, seen: Box, count: int, beyond: float) -> tuple[Tensor, Tensor]:
    """(count, levels, rows, columns, channels): the pixels `seen`, as at t = 0 around the box, and `beyond` past the
    image's edges; and the box's part of it, which is not written."""
    around = _around(zero, seen, beyond)
    room = zero.new_empty(count, *around.shape)
    rows, columns = slice(box.top - seen.top, box.bottom - seen.top), slice(box.left - seen.left, box.right - seen.left)
    height, width = around.shape[1:3]
    if rows.start > 0:
        room[:, :, : rows.start] = around[:, : rows.start]
    if rows.stop < height:
        room[:, :, rows.stop :] = around[:, rows.stop :]
    if columns.start > 0:
        room[:, :, rows, : columns.start] = around[:, rows, : columns.start]
    if columns.stop < width:
        room[:, :, rows, columns.stop :] = around[:, rows, columns.stop :]
    return room, room[:, :, rows, columns]


def _fill(rows: Tensor, parts: Sequence[Tensor]) -> None:
    start = 0
    for part in parts:
        rows[start : start + len(part)] = part
        start += len(part)


def _around(zero: Tensor, seen: Box, beyond: float) -> Tensor:
    """(levels, rows, columns, channels): these pixels of an image, and `beyond` past its edges."""
    top, bottom = max(0, seen.top), min(seen.side, seen.bottom)
    left, right = max(0, seen.left), min(seen.side, seen.right)
    inside, shape = zero[:, top:bottom, left:right], (seen.bottom - seen.top, seen.right - seen.left)
    if inside.shape[1:3] == shape:
        return inside
    out = zero.new_full((len(zero), *shape, zero.shape[3]), beyond)
    out[:, top - seen.top : bottom - seen.top, left - seen.left : right - seen.left] = inside
    return out
