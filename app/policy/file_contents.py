"""Contents of a checkpoint file, before any of its weights are read; and how its parts are named in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

# Sentences of the window use the words below, long before torch is loaded.
if TYPE_CHECKING:
    import torch
    from torch import Tensor

from app.errors import shown

EXPECTED: Final = "a checkpoint saved by torch.save, or a safetensors file"
"""The files that hold a policy, for sentences."""


@dataclass(frozen=True)
class StoredTensor:
    """A tensor that still is in its file.

    Attributes:
        shape: as the file declares it.
        dtype: as the file declares it, or its name where torch has no such type.
        read: reads it; raises `PolicyError` when the file is damaged there.
    """

    shape: tuple[int, ...]
    dtype: torch.dtype | str
    read: Callable[[], Tensor]


@dataclass(frozen=True)
class Contents:
    """A checkpoint's tensors by name, and what else it says.

    Attributes:
        format: the kind of file, in words.
        tensors: the state dict, unread.
        metadata: plain values (text, numbers, and lists or objects of them) saved with it.
    """

    format: str
    tensors: Mapping[str, StoredTensor]
    metadata: dict[str, Any] = field(default_factory=dict)


def listed(names: Iterable[object], most: int = 3) -> str:
    """The first few names in order, and how many more there are."""
    ordered = sorted(shown(name) for name in names)
    more = len(ordered) - most
    return ", ".join(ordered[:most]) + (f" and {more} more" if more > 0 else "")


def shape_text(shape: Sequence[int]) -> str:
    """A shape as text: `16 x 3 x 3 x 3`, or `a single number`."""
    return shown(" x ".join(str(size) for size in shape)) if shape else "a single number"


def size_text(count: int) -> str:
    """A number of bytes as text, in decimal units."""
    if count < 1000:
        return f"{count} byte{'' if count == 1 else 's'}"
    value, units = count / 1000, "kMGTPE"
    for unit in units:
        if value < 999.95 or unit == units[-1]:
            return f"{value:.1f} {unit}B"
        value /= 1000
    raise AssertionError
