"""Layer at which subtracting the cheese vector works for a policy, measured on a few levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.maze.maze import WORLDS
from app.policy.layers import DEFAULT_LAYER, canonical
from app.policy.policy import Policy
from app.progress import Progress, go_on
from app.studies.level_set import of_seeds
from app.studies.sweep import SweepQuestion

LAYERS: Final = tuple(f"embedder.block{block}.res{res}.resadd" for block in (1, 2, 3) for res in (1, 2))
LEVELS: Final = 24
"""Levels, of which about half have a decision square."""

GOOD_ENOUGH: Final = 0.5
"""The default layer is kept where it moves the log-odds at least this share of what the best one does."""


@dataclass(frozen=True)
class WorkingLayer:
    """Effect of subtracting the cheese vector, by layer.

    Attributes:
        layers: where it was subtracted.
        shifts: median change of the log-odds of the cheese's path over the levels, by layer; NaN where it has none.
        levels: how many levels have a decision square.
    """

    layers: tuple[str, ...]
    shifts: tuple[float, ...]
    levels: int

    @property
    def best(self) -> str:
        """The default layer where it works, else the layer that moves the log-odds most."""
        shifts = np.nan_to_num(np.array(self.shifts), nan=0.0)
        if not len(shifts) or shifts.min() >= 0 or self.shift(DEFAULT_LAYER) <= GOOD_ENOUGH * shifts.min():
            return DEFAULT_LAYER
        return self.layers[int(shifts.argmin())]

    def shift(self, name: str) -> float:
        """The median change at a layer that was measured."""
        return self.shifts[self.layers.index(canonical(name))]


def find_working_layer(policy: Policy, world: int, *, count: int = LEVELS, progress: Progress = go_on) -> WorkingLayer:
    """Measure on the first levels of a world of this side.

    Raises:
        MazescopeError: when none of the levels has a decision square.
        PatchError: when the vector drives the network beyond what float32 holds.
        Cancelled: when `progress` says not to continue.
    """
    name = next(name for name, side in WORLDS.items() if side == world)
    levels = of_seeds(name, range(count), f"0:{count}")
    found = SweepQuestion(policy, levels, layers=LAYERS, coefficients=(-1.0,), controls=0).run(progress=progress)
    at = found.coefficients.index(-1.0)
    with np.errstate(invalid="ignore"):
        shifts = tuple(_median(found.change[:, row, at, 0]) for row in range(len(found.layers)))
    return WorkingLayer(found.layers, shifts, len(found.levels))


def _median(changes: np.ndarray) -> float:
    known = changes[~np.isnan(changes)]
    return float(np.median(known)) if len(known) else float("nan")
