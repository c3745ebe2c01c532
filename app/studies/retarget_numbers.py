"""Path probabilities to the targets of many levels as numbers: base, with each setting, and with the real cheese."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from app.studies.retarget_map import RetargetMap, Setting
from app.studies.study import read_only

Cheese = Literal["removed", "kept"]


@dataclass(frozen=True, eq=False)
class RetargetNumbers:
    """The maps of the levels that have been measured, in their order.

    Attributes:
        layer: where the channels were set.
        settings: what was set, each by itself.
        cheese: whether the levels' own cheese was removed or kept.
        maps: of each level its targets, whole or in part.
        moved: of each level (T,) float64 path probability with the real cheese at each target; NaN where it was not
            measured.
    """

    layer: str
    settings: tuple[Setting, ...]
    cheese: Cheese
    maps: tuple[RetargetMap, ...]
    moved: tuple[np.ndarray, ...]

    @cached_property
    def base(self) -> np.ndarray:
        """(n,) float64 path probability to every target of every level, unpatched."""
        return read_only(np.concatenate([found.base for found in self.maps]))

    @cached_property
    def patched(self) -> np.ndarray:
        """(settings, n) float64 likewise with each setting at the target."""
        return read_only(np.concatenate([found.patched for found in self.maps], axis=1))

    @cached_property
    def real(self) -> np.ndarray:
        """(n,) float64 likewise with the real cheese there."""
        return read_only(np.concatenate(self.moved))

    @cached_property
    def steps(self) -> np.ndarray:
        """(n,) int64 length of the way to each target."""
        return read_only(np.concatenate([found.steps for found in self.maps]), np.int64)

    @cached_property
    def dims(self) -> np.ndarray:
        """(n,) int64 side of each target's maze."""
        return read_only(np.concatenate([np.full(len(found.steps), found.maze.dim) for found in self.maps]), np.int64)

    @property
    def best(self) -> int | None:
        """The setting with the largest mean path probability; None before any is measured."""
        known = ~np.isnan(self.patched).any(axis=0)
        return int(self.patched[:, known].mean(axis=1).argmax()) if known.any() else None

    def name(self, setting: int) -> str:
        """The name of a setting: "channels 10, 18 = 5.5"."""
        each = self.settings[setting]
        which = ", ".join(map(str, each.channels[:4])) + (", ..." if len(each.channels) > 4 else "")
        return f"channel{'' if len(each.channels) == 1 else 's'} {which} = {each.value:g}"
