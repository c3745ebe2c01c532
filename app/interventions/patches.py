"""Interventions as data: one immutable value per patch, and the ordered stack of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from app.maze.maze import Square
from app.policy.layers import DEFAULT_LAYER


@dataclass(frozen=True, kw_only=True)
class Patch:
    """Base of every patch: where it acts, and whether it is on.

    Attributes:
        layer: module path of the layer whose output is changed.
        channels: the channels it acts on (features, for a layer without pixels); None for all.
        squares: acts only in forward passes with the mouse on one of these squares; None for everywhere.
        enabled: whether it acts at all.
        solo: while any patch of the stack is soloed, only soloed ones act.
        resting: it was switched off with the whole stack, and returns with it; see `PatchStack.switched`. No part of
            what the patch does, so that patches that differ in nothing else are equal.
    """

    kind: ClassVar[str]

    layer: str = DEFAULT_LAYER
    channels: tuple[int, ...] | None = None
    squares: tuple[Square, ...] | None = None
    enabled: bool = True
    solo: bool = False
    resting: bool = field(default=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class Zero(Patch):
    """Zero ablation: the channels become 0."""

    kind: ClassVar[str] = "zero"


@dataclass(frozen=True, kw_only=True)
class Mean(Patch):
    """Mean ablation: the channels become their mean over random observations.

    Attributes:
        count: number of observations, each of another level with the mouse on a random open square.
        seed: seed of the choice of levels and squares.
        size: "same": levels of the maze's own size; "any": of any size.
    """

    kind: ClassVar[str] = "mean"

    count: int = 50
    seed: int = 0
    size: Literal["same", "any"] = "any"


@dataclass(frozen=True, kw_only=True)
class Resample(Patch):
    """Resample ablation: the channels become those of another level.

    Attributes:
        source_seed: seed of the other level.
        same_cheese: whether the cheese is on the same square there.
        per_channel: whether each channel is taken from another level of its own, drawn from the seed and the channel's
            number; otherwise all are taken from one.
    """

    kind: ClassVar[str] = "resample"

    source_seed: int = 0
    same_cheese: bool = False
    per_channel: bool = False


@dataclass(frozen=True, kw_only=True)
class Scale(Patch):
    """The channels' positive values times one factor, negative values times another."""

    kind: ClassVar[str] = "scale"

    positive: float = 1.0
    negative: float = 1.0


@dataclass(frozen=True, kw_only=True)
class SetValue(Patch):
    """Retargeting: one activation pixel of the channels becomes a value, the rest is kept or filled.

    Attributes:
        row, column: the activation pixel, row 0 on top; for a layer without pixels, both None.
        square: a maze square instead, through the square -> pixel map.
        value: the value set there.
        fill: what every other pixel of the channels becomes; None keeps them.
    """

    kind: ClassVar[str] = "set"

    row: int | None = None
    column: int | None = None
    square: Square | None = None
    value: float = 1.0
    fill: float | None = None


VECTOR_WORDS = ("cheese", "top-right")
"""Vectors that a word names; any other text names a file."""


@dataclass(frozen=True, kw_only=True)
class Offset(Patch):
    """A number added to every pixel of the channels.

    Attributes:
        value: the number.
    """

    kind: ClassVar[str] = "offset"

    value: float = 1.0


@dataclass(frozen=True, kw_only=True)
class VectorPatch(Patch):
    """Base of patches that name a vector.

    Attributes:
        vector: "cheese" or "top-right", taken on the maze it is applied to, on the unpatched network, again after every
            edit; or the path of a saved vector, which is fixed.
    """

    vector: str = "cheese"


@dataclass(frozen=True, kw_only=True)
class AddVector(VectorPatch):
    """Activation addition: activation + coefficient * vector.

    Attributes:
        coefficient: the factor.
    """

    kind: ClassVar[str] = "add"

    coefficient: float = 1.0


@dataclass(frozen=True, kw_only=True)
class ProjectOut(VectorPatch):
    """A direction removed: activation - (activation . v / v . v) v, v the vector, all pixels of the channels at once.

    What is left has no component along the vector, so that adding more of it, or less, would show. A vector that is
    zero removes nothing.
    """

    kind: ClassVar[str] = "project"


@dataclass(frozen=True, kw_only=True)
class Noise(Patch):
    """Gaussian noise, the control: one seeded tensor shared by all squares.

    Attributes:
        sigma: standard deviation.
        seed: seed of the tensor.
    """

    kind: ClassVar[str] = "noise"

    sigma: float = 1.0
    seed: int = 0


KINDS: dict[str, type[Patch]] = {
    kind.kind: kind for kind in (Zero, Mean, Resample, Scale, SetValue, Offset, AddVector, ProjectOut, Noise)
}


@dataclass(frozen=True)
class PatchStack:
    """Patches in the order they are applied; on one layer each acts on what the ones before it left."""

    patches: tuple[Patch, ...] = ()

    @property
    def active(self) -> tuple[tuple[int, Patch], ...]:
        """(position, patch) of those that act: the enabled ones, or the enabled soloed ones while any is soloed."""
        on = [(position, patch) for position, patch in enumerate(self.patches) if patch.enabled]
        soloed = [(position, patch) for position, patch in on if patch.solo]
        return tuple(soloed or on)

    @property
    def any_enabled(self) -> bool:
        """True if any patch is switched on."""
        return any(patch.enabled for patch in self.patches)

    def switched(self) -> PatchStack:
        """The stack with all its patches off, or, when none is on, with those on again that were on before that.

        Where nothing tells which they were, all come on.
        """
        if self.any_enabled:
            return PatchStack(tuple(replace(patch, enabled=False, resting=patch.enabled) for patch in self.patches))
        remembered = any(patch.resting for patch in self.patches)
        return PatchStack(
            tuple(replace(patch, enabled=patch.resting or not remembered, resting=False) for patch in self.patches)
        )

    def with_patch(self, patch: Patch, position: int | None = None) -> PatchStack:
        """The stack with one more patch, at the end or before a position."""
        at = len(self.patches) if position is None else position
        return PatchStack((*self.patches[:at], patch, *self.patches[at:]))

    def without(self, position: int) -> PatchStack:
        """The stack less one patch."""
        return PatchStack((*self.patches[:position], *self.patches[position + 1 :]))

    def replaced(self, position: int, **changes: object) -> PatchStack:
        """The stack with fields of one patch changed."""
        patch = replace(self.patches[position], **changes)  # type: ignore[arg-type]
        return PatchStack((*self.patches[:position], patch, *self.patches[position + 1 :]))

    def moved(self, position: int, to: int) -> PatchStack:
        """The stack with one patch moved to another position."""
        rest = list(self.patches)
        rest.insert(to, rest.pop(position))
        return PatchStack(tuple(rest))


NO_PATCHES = PatchStack()
"""The empty stack: under it the patched field is the original one."""


@dataclass(frozen=True)
class PatchProblem:
    """A patch of the stack cannot act: it does not fit the policy, or its vector cannot be read."""

    position: int
    reason: str
