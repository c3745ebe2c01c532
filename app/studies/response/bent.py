"""One batch of levels moved along a direction after its source, in the real network and with gates frozen.

The network after the source is piecewise linear; its gates are the ReLUs' masks and the max poolings' winners. With
the gates of t = 0 kept, a ReLU is x * [x0 > 0], x0 its input at t = 0, and a pooling takes the value now at the pixel
that won at t = 0. One walk through the layers computes everything: rows fork where a gate is first treated otherwise
than in the row they come from, so that what they share is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from app.studies.response.steps import Rows, Step, SteppedNetwork, gates_behind, pooled, steps_behind, winners

Check = Callable[[], None]
"""Called between layers; raises to end the walk."""

EditRows = Callable[[str, int, Tensor], Tensor]
"""(layer, level of the batch, its rows as `Rows.x` has them) -> the rows to continue with."""


@dataclass(frozen=True)
class Asked:
    """Requested outputs of each level.

    Attributes:
        coefficients: the t, 0 among them once.
        frozen_at: places in `coefficients` at which single stages are frozen and left free.
        kept: stages whose gates the extra curve keeps; empty for no such curve.
        watched: layers whose move is measured, by name.
        pairs: places (of t, of -t).
        flips: whether changed gates are counted.
    """

    coefficients: tuple[float, ...]
    frozen_at: tuple[int, ...] = ()
    kept: frozenset[str] = frozenset()
    watched: tuple[str, ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    flips: bool = True

    @property
    def zero(self) -> int:
        """The place of t = 0."""
        return self.coefficients.index(0.0)


@dataclass(frozen=True, eq=False)
class Moves:
    """Movement of a layer, d(t) = f(t) - f(0), in float64 over the flattened activation of each level.

    Attributes:
        squares: (levels, t) |d(t)|^2.
        mirrored: (levels, pairs) d(t) . d(-t).
        tangent_square: (levels,) |u|^2, u the move at t = 1 with all gates frozen: the directional derivative at 0.
        tangent_dot: (levels, t) u . d(t).
    """

    squares: Tensor
    mirrored: Tensor
    tangent_square: Tensor
    tangent_dot: Tensor


@dataclass(eq=False)
class Bent:
    """Outputs of a batch of levels; logits are (..., 15) float32.

    Attributes:
        logits: (levels, t, 15) of the real network.
        tangent: (levels, 15): the logits' change at t = 1 with all gates frozen; at any t it is t times this.
        kept: (levels, t, 15) with the gates of the chosen stages frozen, or None.
        only: by stage, (levels, frozen_at, 15) with only its gates frozen.
        all_but: by stage, (levels, frozen_at, 15) with all gates but its own frozen.
        flipped: by stage, (levels, t) float64: the share of its gates that differ from those at t = 0.
        moves: by watched layer.
    """

    logits: Tensor = field(default_factory=lambda: torch.empty(0))
    tangent: Tensor = field(default_factory=lambda: torch.empty(0))
    kept: Tensor | None = None
    only: dict[str, Tensor] = field(default_factory=dict)
    all_but: dict[str, Tensor] = field(default_factory=dict)
    flipped: dict[str, Tensor] = field(default_factory=dict)
    moves: dict[str, Moves] = field(default_factory=dict)


@dataclass(frozen=True)
class _Branch:
    """Rows that a gate was treated otherwise in.

    Attributes:
        kind: which gates are frozen after it.
        stage: where it forked.
        places: places in the coefficients, one row each per level.
        start: its first row.
    """

    kind: Literal["only", "all_but", "kept"]
    stage: str
    places: tuple[int, ...]
    start: int


def bend(
    network: SteppedNetwork,
    source: str,
    base: Rows,
    direction: Tensor,
    asked: Asked,
    check: Check,
    edit: EditRows | None = None,
    edited: Sequence[str] = (),
) -> Bent:
    """Walk a batch of levels from after a source layer to the logits.

    Args:
        network: the layers.
        source: the layer that is moved.
        base: its activation at t = 0, one row a level.
        direction: (levels, ...) as `base.x`: what t = 1 adds to it.
        asked: what is requested.
        check: called between layers.
        edit: what other patches do after the source, in the layers named `edited`.
    """
    return _Walk(network, source, base, direction, asked, check, edit, frozenset(edited)).run()


class _Walk:
    """Rows, in this order, each group by levels: (levels, t) live; (levels,) all frozen at t = 1; then the branches."""

    def __init__(
        self,
        network: SteppedNetwork,
        source: str,
        base: Rows,
        direction: Tensor,
        asked: Asked,
        check: Check,
        edit: EditRows | None,
        edited: frozenset[str],
    ) -> None:
        self._network, self._asked, self._check = network, asked, check
        self._edit, self._edited = edit, edited
        self._levels, self._count = len(base.x), len(asked.coefficients)
        self._steps, self._gates = steps_behind(source), gates_behind(source)
        self._times = torch.tensor(asked.coefficients, dtype=torch.float32, device=base.x.device)
        self._branches: list[_Branch] = []
        self._found = Bent()
        self._first_kept = next((name for name in self._gates if name in asked.kept), None)
        live = base.x[:, None] + _along(self._times, direction) * direction[:, None]
        self._x = torch.cat([live.flatten(0, 1), base.x + direction])
        self._skip = None if base.skip is None else torch.cat([base.skip.repeat_interleave(self._count, 0), base.skip])
        self._source = source

    def run(self) -> Bent:
        if self._source in self._asked.watched:
            self._watch(self._source)
        for step in self._steps:
            self._check()
            if step.is_gate:
                self._gate(step)
            else:
                self._plain(step)
            if step.name in self._edited:
                self._apply_edit(step.name)
            if step.name in self._asked.watched:
                self._watch(step.name)
        return self._finish()

    def _plain(self, step: Step) -> None:
        if step.kind == "conv":
            apart = step.name in self._edited or step.name in self._asked.watched
            closes = step.name.endswith(".conv2") and not apart
            # The addition that ends a residual block is done along with the convolution before it.
            self._x = self._network.conv(step, self._x, self._skip if closes else None)
            if closes:
                self._skip = None
        elif step.kind == "add":
            if self._skip is not None:
                self._x = self._x + self._skip
            self._skip = None
        else:
            self._x = self._network.apply(step, Rows(self._x)).x

    def _gate(self, step: Step) -> None:
        levels, count, asked, x = self._levels, self._count, self._asked, self._x
        live = x[: levels * count].unflatten(0, (levels, count))
        zero, tangent = live[:, asked.zero], x[levels * count : levels * (count + 1)]
        new: list[tuple[_Branch, Tensor]] = []
        start, chosen = len(x), list(asked.frozen_at)
        if chosen:
            new.append((_Branch("only", step.name, asked.frozen_at, start), live[:, chosen]))
            start += levels * len(chosen)
            moved = zero[:, None] + _along(self._times[chosen], zero) * (tangent - zero)[:, None]
            new.append((_Branch("all_but", step.name, asked.frozen_at, start), moved))
            start += levels * len(chosen)
        if step.name == self._first_kept:
            new.append((_Branch("kept", step.name, tuple(range(count)), start), live))
        if new:
            x = torch.cat([x, *(rows.flatten(0, 1) for _, rows in new)])
            self._fork_skip([branch for branch, _ in new])
            self._branches += [branch for branch, _ in new]
        if step.opens:
            self._skip = x
        out = self._relu(step, x, zero) if step.kind == "relu" else self._pool(step, x, zero)
        self._x = out

    def _fork_skip(self, branches: Sequence[_Branch]) -> None:
        if self._skip is None:
            return
        levels, count = self._levels, self._count
        live = self._skip[: levels * count].unflatten(0, (levels, count))
        zero, tangent = live[:, self._asked.zero], self._skip[levels * count : levels * (count + 1)]
        parts = [self._skip]
        for branch in branches:
            places = list(branch.places)
            if branch.kind == "all_but":
                rows = zero[:, None] + _along(self._times[places], zero) * (tangent - zero)[:, None]
            else:
                rows = live[:, places]
            parts.append(rows.flatten(0, 1))
        self._skip = torch.cat(parts)

    def _frozen(self, branch: _Branch, stage: str) -> bool:
        """Whether a branch keeps the gates of a stage, its own fork included."""
        match branch.kind:
            case "only":
                return branch.stage == stage
            case "all_but":
                return branch.stage != stage
            case "kept":
                return stage in self._asked.kept

    def _groups(self, stage: str) -> list[tuple[slice, int, bool]]:
        """(rows, rows per level, whether its gates are frozen) of all rows, neighbours of a kind put together."""
        levels, count = self._levels, self._count
        found = [(slice(0, levels * count), count, False), (slice(levels * count, levels * (count + 1)), 1, True)]
        for branch in self._branches:
            stop = branch.start + levels * len(branch.places)
            found.append((slice(branch.start, stop), len(branch.places), self._frozen(branch, stage)))
        return found

    def _relu(self, step: Step, x: Tensor, zero: Tensor) -> Tensor:
        mask = zero > 0
        out = torch.empty_like(x)
        factor = mask.to(x.dtype)
        for rows, each, frozen in self._groups(step.name):
            if frozen:
                shape = (self._levels, each)
                torch.mul(x[rows].unflatten(0, shape), factor[:, None], out=out[rows].unflatten(0, shape))
            else:
                torch.clamp_min(x[rows], 0, out=out[rows])
        if self._asked.flips:
            live = out[: self._levels * self._count].unflatten(0, (self._levels, self._count)) > 0
            self._count_flips(step.name, live.ne_(mask[:, None]))
        return out

    def _pool(self, step: Step, x: Tensor, zero: Tensor) -> Tensor:
        won = winners(zero)
        height, width = x.shape[1] // 2, x.shape[2] // 2
        out = x.new_empty(len(x), height, width, x.shape[3])
        flat = x.flatten(1, 2)
        for rows, each, frozen in self._groups(step.name):
            if not frozen:
                out[rows] = pooled(x[rows])
            if frozen or (rows.start == 0 and self._asked.flips):
                there = flat[rows].gather(1, won.repeat_interleave(each, 0)).view(-1, height, width, x.shape[3])
                if frozen:
                    out[rows] = there
                else:
                    differ = (there != out[rows]).unflatten(0, (self._levels, self._count))
                    self._count_flips(step.name, differ)
        return out

    def _count_flips(self, stage: str, differ: Tensor) -> None:
        flat = differ.flatten(2)
        self._found.flipped[stage] = flat.count_nonzero(2).double() / flat.shape[2]

    def _apply_edit(self, name: str) -> None:
        assert self._edit is not None
        parts = []
        for rows, each, _ in self._groups(name):
            levels = self._x[rows].unflatten(0, (self._levels, each))
            parts += [self._edit(name, level, levels[level]) for level in range(self._levels)]
        self._x = torch.cat(parts)

    def _watch(self, name: str) -> None:
        levels, count, asked = self._levels, self._count, self._asked
        flat = self._x[: levels * (count + 1)].flatten(1)
        live = flat[: levels * count].view(levels, count, -1)
        zero = live[:, asked.zero]
        squares, dots, mirrored, tangent_squares = [], [], [], []
        for level in range(levels):
            # In float64, a level at a time: a batch of them would not stay in a core's cache.
            moved = (live[level] - zero[level]).double()
            tangent = (flat[levels * count + level] - zero[level]).double()
            squares.append(torch.linalg.vector_norm(moved, dim=1).square())
            dots.append(moved @ tangent)
            tangent_squares.append(tangent @ tangent)
            mirrored.append(torch.stack([moved[a] @ moved[b] for a, b in asked.pairs]) if asked.pairs else dots[-1][:0])
        self._found.moves[name] = Moves(
            torch.stack(squares), torch.stack(mirrored), torch.stack(tangent_squares), torch.stack(dots)
        )

    def _finish(self) -> Bent:
        levels, count, found = self._levels, self._count, self._found
        logits = self._x
        found.logits = logits[: levels * count].unflatten(0, (levels, count))
        found.tangent = logits[levels * count : levels * (count + 1)] - found.logits[:, self._asked.zero]
        for branch in self._branches:
            rows = logits[branch.start : branch.start + levels * len(branch.places)]
            rows = rows.unflatten(0, (levels, len(branch.places)))
            if branch.kind == "kept":
                found.kept = rows
            else:
                (found.only if branch.kind == "only" else found.all_but)[branch.stage] = rows
        return found


def _along(times: Tensor, like: Tensor) -> Tensor:
    """(1, t, 1, ...) for products with (levels, 1, ...) of `like`'s further dimensions."""
    return times.view(1, -1, *[1] * (like.ndim - 1))
