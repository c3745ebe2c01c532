"""One batch of levels moved along a direction after its source, in the real network and with gates frozen.

The network after the source is piecewise linear; its gates are the ReLUs' masks and the max poolings' winners. The
walk at t = 0, with all that is frozen, is first (`app.studies.response.frozen`); then the real network goes through, a
few coefficients at a time, so that a chunk stays in a core's cache, and is compared with what is known of t = 0.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import torch
from torch import Tensor

from app.studies.response.frozen import (
    Check,
    EditRows,
    Frozen,
    FrozenWalk,
    along,
    each_level,
    gated,
    pool_with_winners,
)
from app.studies.response.steps import Rows, Step, SteppedNetwork, steps_behind

_FEATURES: Final = 8192
"""Features that are measured at once."""


@dataclass(frozen=True)
class Asked:
    """The request for each level.

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
    """A layer's move, d(t) = f(t) - f(0), in float64 over the flattened activation of each level.

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
    """The results of a batch of levels; logits are (..., 15) float32.

    Attributes:
        logits: (levels, t, 15) of the real network.
        tangent: (levels, 15): the logits' change at t = 1 with all gates frozen; at any t it is t times this.
        kept: (levels, t, 15) with the gates of the chosen stages frozen, or None.
        only: by stage, (levels, frozen_at, 15) with only its gates frozen.
        all_but: by stage, (levels, frozen_at, 15) with all gates but its own frozen.
        flipped: by stage, (levels, t) float64: the share of its gates that differ from those at t = 0.
        moves: by watched layer.
    """

    logits: Tensor
    tangent: Tensor
    kept: Tensor | None
    only: dict[str, Tensor]
    all_but: dict[str, Tensor]
    flipped: dict[str, Tensor] = field(default_factory=dict)
    moves: dict[str, Moves] = field(default_factory=dict)


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
    edits = {} if edit is None else dict.fromkeys(edited, edit)
    frozen_at = [asked.coefficients[place] for place in asked.frozen_at]
    frozen = FrozenWalk(network, source, base, direction, frozen_at, asked.watched, check, edits).run()
    return _Curves(network, source, base, direction, asked, check, edits, frozen).run()


@dataclass(frozen=True)
class _Chunk:
    """Rows that go through together: some coefficients of some levels.

    Attributes:
        levels: which.
        places: of the coefficients: first those of t > 0 that have a -t, then these -t in the same order, then others.
        pairs: numbers of the pairs.
    """

    levels: slice
    places: tuple[int, ...]
    pairs: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """(levels, coefficients)."""
        return self.levels.stop - self.levels.start, len(self.places)


class _Curves:
    """The real network at all coefficients, chunk by chunk."""

    def __init__(
        self,
        network: SteppedNetwork,
        source: str,
        base: Rows,
        direction: Tensor,
        asked: Asked,
        check: Check,
        edits: dict[str, EditRows],
        frozen: Frozen,
    ) -> None:
        self._network, self._source, self._base, self._direction = network, source, base, direction
        self._asked, self._check, self._edits, self._frozen = asked, check, edits, frozen
        self._apart = {*edits, *asked.watched}
        self._levels, count = len(base.x), len(asked.coefficients)

        def empty(last: int) -> Tensor:
            # MPS has no float64.
            return torch.zeros(self._levels, last, dtype=torch.float64)

        self._moves = {
            name: Moves(
                empty(count), empty(len(asked.pairs)), frozen.tangent[name].double().square().sum(1).cpu(), empty(count)
            )
            for name in asked.watched
        }
        self._flipped = {name: empty(count) for name in frozen.gates} if asked.flips else {}
        self._logits = base.x.new_empty(self._levels, count, frozen.logits.shape[1])

    def run(self) -> Bent:
        kept = torch.empty_like(self._logits) if self._asked.kept else None
        for chunk in self._chunks():
            self._logits[chunk.levels, chunk.places] = self._walk(chunk, frozenset(), measured=True)
            if kept is not None:
                kept[chunk.levels, chunk.places] = self._walk(chunk, self._asked.kept, measured=False)
        found = self._frozen
        return Bent(
            self._logits,
            found.logits_tangent,
            kept,
            found.only,
            found.all_but,
            self._flipped,
            self._moves,
        )

    def _chunks(self) -> Iterator[_Chunk]:
        most, count = self._network.rows_at_once, len(self._asked.coefficients)
        pairs = list(enumerate(self._asked.pairs))
        paired = {place for pair in self._asked.pairs for place in pair}
        alone = [place for place in range(count) if place not in paired]
        rounds = -(-count // most)
        together = max(1, most // count)
        for start in range(0, self._levels, together):
            levels = slice(start, min(start + together, self._levels))
            for number in range(rounds):
                mine, rest = pairs[number::rounds], alone[number::rounds]
                plus, minus = ([pair[end] for _, pair in mine] for end in (0, 1))
                if mine or rest:
                    yield _Chunk(levels, (*plus, *minus, *rest), tuple(at for at, _ in mine))

    def _walk(self, chunk: _Chunk, kept: frozenset[str], *, measured: bool) -> Tensor:
        """(levels, places, 15) logits of a chunk with the gates of some stages kept."""
        base, direction = self._base.take(chunk.levels), self._direction[chunk.levels]
        times = torch.tensor([self._asked.coefficients[place] for place in chunk.places]).to(base.x)
        x = along(base.x, direction, times).flatten(0, 1)
        rows = Rows(x, each_level(base.skip, len(chunk.places)))
        if measured:
            self._watch(self._source, rows.x, chunk)
        for step in steps_behind(self._source):
            self._check()
            if step.is_gate:
                rows = self._gate(step, rows, chunk, kept, measured=measured)
            elif step.name.endswith(".conv1") and step.name not in self._apart and f"{step.name[:-5]}relu2" not in kept:
                # The relu after it is done along with it.
                rows = Rows(self._network.conv(step, rows.x, relu=True), rows.skip)
            else:
                rows = self._network.apply_fused(step, rows, step.name in self._apart)
            if step.name in self._edits:
                rows = Rows(self._edited(step.name, rows.x, chunk), rows.skip)
            if measured:
                self._watch(step.name, rows.x, chunk)
        return rows.x.unflatten(0, chunk.shape)

    def _edited(self, name: str, x: Tensor, chunk: _Chunk) -> Tensor:
        levels, edit = x.unflatten(0, chunk.shape), self._edits[name]
        return torch.cat([edit(name, chunk.levels.start + row, each) for row, each in enumerate(levels)])

    def _gate(self, step: Step, rows: Rows, chunk: _Chunk, kept: frozenset[str], *, measured: bool) -> Rows:
        gate = self._frozen.gates[step.name][chunk.levels]
        if step.name in kept:
            return gated(step, rows, gate)
        counted = measured and self._asked.flips
        if step.kind == "pool":
            out, won = pool_with_winners(rows.x)
            if counted:
                # Several times as fast as comparing.
                differ = (won.unflatten(0, chunk.shape) ^ gate[:, None]).bool()
                self._flipped[step.name][chunk.levels, chunk.places] = _share(differ)
            return Rows(out)
        # Where nothing adds the input later, it may be changed in place.
        before = f"{step.name[:-5]}conv1"
        done = step.name.endswith(".relu2") and before not in self._apart and before != self._source
        out = rows.x.relu() if step.opens else rows.x if done else rows.x.relu_()
        if counted:
            # Of what is not negative this is "> 0", several times as fast.
            on = out.bool().unflatten(0, chunk.shape)
            self._flipped[step.name][chunk.levels, chunk.places] = _share(on.ne_(gate[:, None]))
        return Rows(out, rows.x if step.opens else rows.skip)

    def _watch(self, name: str, x: Tensor, chunk: _Chunk) -> None:
        if name not in self._moves:
            return
        zero, tangent = self._frozen.zero[name][chunk.levels], self._frozen.tangent[name][chunk.levels]
        live, moves = x.flatten(1).unflatten(0, chunk.shape), self._moves[name]
        if x.device.type == "mps":  # It has no float64.
            live, zero, tangent = live.cpu(), zero.cpu(), tangent.cpu()
        places, pairs, half = list(chunk.places), list(chunk.pairs), len(chunk.pairs)
        plus, minus = slice(0, half), slice(half, 2 * half)
        for row, level in enumerate(range(chunk.levels.start, chunk.levels.stop)):
            squares, dots, mirrored = [], [], []
            for part in blocks(live.shape[2]):
                moved, product = scratch(2, len(places), part.stop - part.start, live.device)
                torch.sub(live[row, :, part], zero[row, part], out=moved)
                squares.append(torch.mul(moved, moved, out=product).sum(1))
                dots.append(moved @ tangent[row, part].double())
                if pairs:
                    mirrored.append(torch.mul(moved[plus], moved[minus], out=product[plus]).sum(1))
            moves.squares[level, places] = _total(squares)
            moves.tangent_dot[level, places] = _total(dots)
            if pairs:
                moves.mirrored[level, pairs] = _total(mirrored)


def _total(parts: list[Tensor]) -> Tensor:
    return (parts[0] if len(parts) == 1 else torch.stack(parts).sum(0)).cpu()


def blocks(features: int) -> Iterator[slice]:
    """The features in parts."""
    for start in range(0, features, _FEATURES):
        yield slice(start, min(start + _FEATURES, features))


_own = threading.local()


def scratch(count: int, rows: int, columns: int, device: torch.device) -> Tensor:
    """(count, rows, columns) float64 of this thread, whose contents last until it asks again: asking the system for
    memory again costs as much as computing."""
    kept: Tensor | None = getattr(_own, "memory", None)
    size = count * rows * columns
    if kept is None or kept.numel() < size or kept.device != device:
        kept = _own.memory = torch.empty(size, dtype=torch.float64, device=device)
    return kept[:size].view(count, rows, columns)


def _share(differ: Tensor) -> Tensor:
    """(levels, t) float64: the share of a (levels, t, ...) bool that is set.

    On the processor eight of them are added at once, as bytes of a whole number; torch would first make each a whole
    number of its own.
    """
    flat = differ.flatten(2)
    units = flat.shape[2]
    group = next((size for size in (128, 64, 32) if units % (8 * size) == 0), 0)
    if flat.device.type != "cpu" or not group:
        return flat.sum(2).cpu().double() / units
    packed = flat.contiguous().view(torch.int64).unflatten(2, (-1, group)).sum(3)
    return packed.view(torch.uint8).sum(2).double() / units
