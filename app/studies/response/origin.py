"""Line along which a coefficient moves a layer's activation, base + t * direction, for every patch with a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from torch import Tensor

from app.errors import PatchError
from app.interventions.compatibility import fitting_layer
from app.interventions.compiled_stack import CompiledStack, compile_stack
from app.interventions.dynamic_vectors import WORDS
from app.interventions.patch_operations import Ground, step_of
from app.interventions.patches import AddVector, Noise, Offset, Patch, PatchStack, Scale, SetValue
from app.interventions.tensor_cache import CACHE, TensorCache
from app.interventions.vectors import read_vector
from app.maze.maze import Maze, Square
from app.maze.render import observations_of
from app.policy.layers import layer
from app.policy.policy import Policy
from app.studies.response.frozen import EditRows
from app.studies.response.steps import INPUT, Rows, SteppedNetwork, from_rows, to_rows

NUMBERS: Final[dict[type[Patch], tuple[str, ...]]] = {
    AddVector: ("coefficient",),
    Offset: ("value",),
    SetValue: ("value",),
    Noise: ("sigma",),
    Scale: ("factor", "positive", "negative"),
}
"""Numbers of each kind of patch that a curve may move; the activation is a straight line in each. "factor" is both of a
scale's."""

_AT_ONCE: Final = 16
"""Observations on their way to the source at once: block 1 then stays near a core's cache."""


@dataclass(frozen=True)
class MovedNumber:
    """One number of one patch of a stack; all else is unchanged.

    Attributes:
        stack: the patches.
        position: of the one whose number moves. It acts whether or not it is switched on.
        number: one of its `NUMBERS`.

    Raises:
        PatchError: for a patch that has no such number.
    """

    stack: PatchStack
    position: int
    number: str = "coefficient"

    def __post_init__(self) -> None:
        if not 0 <= self.position < len(self.stack.patches):
            raise PatchError(
                f"Patch {self.position + 1} was asked for; the stack has {len(self.stack.patches)} patches."
            )
        allowed = NUMBERS.get(type(self.patch), ())
        if self.number not in allowed:
            expected = f"expected one of {', '.join(allowed)}" if allowed else "expected one with a number"
            raise PatchError(f"A patch of kind {self.patch.kind!r} has no number {self.number!r}; {expected}.")

    @property
    def patch(self) -> Patch:
        """The patch, switched on."""
        return replace(self.stack.patches[self.position], enabled=True)

    def at(self, value: float) -> Patch:
        """The patch with its number at a value."""
        names = ("positive", "negative") if self.number == "factor" else (self.number,)
        return replace(self.patch, **dict.fromkeys(names, value))  # type: ignore[arg-type]

    def others(self, policy: Policy) -> tuple[PatchStack, PatchStack]:
        """The other patches that act: those before it, and those after it, in the order in which they are applied."""
        place = layer(self.patch.layer, policy.width).index
        before: list[Patch] = []
        after: list[Patch] = []
        for position, patch in self.stack.replaced(self.position, enabled=True).active:
            if position != self.position:
                index = fitting_index(patch, policy)
                (before if (index, position) < (place, self.position) else after).append(patch)
        return PatchStack(tuple(before)), PatchStack(tuple(after))


def fitting_index(patch: Patch, policy: Policy) -> int:
    """The place of a patch's layer; of one that the policy lacks, the last, since it does not act."""
    try:
        return layer(patch.layer, policy.width).index
    except PatchError:
        return len(policy.layers)


@dataclass(frozen=True)
class Site:
    """One forward pass: a maze, whose mouse is where vectors are taken, and the mouse's square in the pass."""

    maze: Maze
    square: Square


@dataclass(frozen=True, eq=False)
class Origin:
    """A batch of sites at the layer that is moved.

    Attributes:
        source: the layer.
        base: its activation at t = 0, one row a site.
        direction: of the same shape: what t = 1 adds.
        edit: what other patches do after it; None for nothing.
        edited: the layers that these act on.
    """

    source: str
    base: Rows
    direction: Tensor
    edit: EditRows | None = None
    edited: tuple[str, ...] = ()


def origin_of(
    policy: Policy, network: SteppedNetwork, moved: MovedNumber, sites: Sequence[Site], cache: TensorCache = CACHE
) -> Origin:
    """The batch's activation and direction at the moved patch's layer.

    Raises:
        PatchError: when the patch does not fit the policy, or its vector cannot be read.
    """
    source = fitting_layer(moved.patch, policy).name
    before, after = moved.others(policy)
    passes = [site.maze.with_mouse(site.square) for site in sites]
    if isinstance(moved.patch, AddVector) and not before.patches and not after.patches:
        direction = _vectors(policy, network, moved.patch, sites, source)
        return Origin(source, Rows(*walked(network, passes, source)), direction)
    edits = [_compiled(before, policy, site, network.device, cache) for site in sites]
    x, skip = walked(network, passes, source, sites, edits)
    base, directions = [], []
    for site, row in zip(sites, x.split(1), strict=True):
        ground = Ground(policy, site.maze, network.device, cache)
        own, direction = _line(moved, ground, site.square, from_rows(source, row))
        base.append(to_rows(source, own))
        directions.append(to_rows(source, direction))
    later = [_compiled(after, policy, site, network.device, cache) for site in sites]
    origin = Origin(source, Rows(torch.cat(base), skip), torch.cat(directions))
    edited = tuple(dict.fromkeys(name for stack in later for name in stack.layers))
    if not edited:
        return origin
    edit = _edit_behind(later, sites)
    if source in edited:
        origin = _moved_on(origin, edit, len(sites))
    return replace(origin, edit=edit, edited=tuple(name for name in edited if name != source))


def _compiled(stack: PatchStack, policy: Policy, site: Site, device: str, cache: TensorCache) -> CompiledStack:
    return compile_stack(stack, policy, site.maze, device=device, cache=cache)


def _line(moved: MovedNumber, ground: Ground, square: Square, activation: Tensor) -> tuple[Tensor, Tensor]:
    """(1, *layer shape) at t = 0, and what t = 1 adds, of one activation."""
    if moved.patch.squares is not None and square not in moved.patch.squares:
        return activation, torch.zeros_like(activation)
    at_one, at_zero = step_of(moved.at(1.0), ground), step_of(moved.at(0.0), ground)
    if isinstance(moved.patch, AddVector | Noise | Offset):
        # What is added, without the rounding of an addition and a subtraction.
        zeros = torch.zeros_like(activation)
        return activation, zeros if at_one is None else at_one.apply(zeros)
    own = activation if at_zero is None else at_zero.apply(activation)
    other = activation if at_one is None else at_one.apply(activation)
    return own, other - own


def _moved_on(origin: Origin, edit: EditRows, count: int) -> Origin:
    """The origin after the other patches of its own layer, which the number's line goes through."""
    ends = (origin.base.x, origin.base.x + origin.direction, origin.base.x - origin.direction)
    zero, one, minus = (torch.cat([edit(origin.source, row, x[row : row + 1]) for row in range(count)]) for x in ends)
    if not torch.allclose(one - zero, zero - minus, rtol=1e-3, atol=1e-4 * float(zero.abs().max())):
        raise PatchError(
            f"A patch after this one at {origin.source} bends the line that its number draws; "
            f"expected it at a later layer, or before this one."
        )
    return replace(origin, base=Rows(zero, origin.base.skip), direction=one - zero)


def _edit_behind(stacks: Sequence[CompiledStack], sites: Sequence[Site]) -> EditRows:
    def edit(name: str, level: int, x: Tensor) -> Tensor:
        act = stacks[level].edit(np.array([sites[level].square] * len(x)))
        return to_rows(name, act(name, from_rows(name, x)))

    return edit


def _vectors(policy: Policy, network: SteppedNetwork, patch: AddVector, sites: Sequence[Site], source: str) -> Tensor:
    if patch.vector in WORDS:
        make_a, make_b = WORDS[patch.vector]
        # One vector a maze, whatever the squares of its passes.
        mazes = list(dict.fromkeys(site.maze for site in sites))
        pairs = [(make_a(maze), make_b(maze)) for maze in mazes]
        both, _ = walked(network, [maze for pair in pairs for maze in pair], source)
        found = both[0::2] - both[1::2]
        # Where A equals B the vector is zero exactly, whatever the rounding of two passes.
        found[[number for number, (a, b) in enumerate(pairs) if a == b]] = 0
        vectors = found[[mazes.index(site.maze) for site in sites]]
    else:
        values = torch.from_numpy(read_vector(patch.vector).values.copy()).to(network.device)
        vectors = to_rows(source, values[None]).repeat(len(sites), *[1] * values.ndim)
    if patch.channels is not None:
        shape = layer(source, policy.width).shape
        chosen = torch.zeros(1, *shape, device=vectors.device)
        chosen[:, list(patch.channels)] = 1
        vectors = vectors * to_rows(source, chosen)
    if patch.squares is not None:
        vectors[[number for number, site in enumerate(sites) if site.square not in patch.squares]] = 0
    return vectors


def walked(
    network: SteppedNetwork,
    mazes: Sequence[Maze],
    source: str,
    sites: Sequence[Site] = (),
    stacks: Sequence[CompiledStack] = (),
) -> tuple[Tensor, Tensor | None]:
    """The source's activation with the mouse where the mazes have it, under the stacks; and what a block skips."""
    parts = []
    for start in range(0, len(mazes), _AT_ONCE):
        rows = range(start, min(start + _AT_ONCE, len(mazes)))
        pictures = torch.from_numpy(observations_of(mazes[start : rows.stop])).to(network.device)
        inputs = pictures.to(torch.float32).div_(255)
        edited = {name for stack in stacks for name in stack.layers}

        def edit(name: str, x: Tensor, rows: range = rows) -> Tensor:
            done = []
            for row, part in zip(rows, x.split(1), strict=True):
                act = stacks[row].edit(np.array([sites[row].square]))
                done.append(to_rows(name, act(name, from_rows(name, part))))
            return torch.cat(done)

        parts.append(network.advance(Rows(inputs), INPUT, source, edit, edited))
    skips = [part.skip for part in parts if part.skip is not None]
    return torch.cat([part.x for part in parts]), torch.cat(skips) if skips else None
