"""One batch of levels moved along a direction after its source, in the real network and with gates frozen.

The network after the source is piecewise linear; its gates are the ReLUs' masks and the max poolings' winners. A few
levels and coefficients go through it at a time, so that a chunk stays in a core's cache, and the first chunk of each
level has the rows with frozen gates next to them (`app.studies.response.forked_walk`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from app.studies.response.boxes import Box, Cutout, moved_box
from app.studies.response.forked_walk import ForkedWalk, Plan, Walked
from app.studies.response.frozen import Check, EditRows, walk_at_zero
from app.studies.response.steps import Rows, SteppedNetwork, gates_behind


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
    """A layer's move, d(t) = f(t) - f(0), over the flattened activation of each level, float64.

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
    return _Curves(network, source, base, direction, asked, check, edits).run()


@dataclass(frozen=True)
class _Chunk:
    """Rows that go through together: some coefficients of some levels.

    Attributes:
        levels: which.
        places: of the coefficients: first those of t > 0 that have a -t, then these -t in the same order, then others.
        pairs: numbers of the pairs.
        first: whether these levels have not been walked before.
    """

    levels: slice
    places: tuple[int, ...]
    pairs: tuple[int, ...]
    first: bool


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
    ) -> None:
        self._network, self._source, self._base, self._direction = network, source, base, direction
        self._asked, self._check, self._edits = asked, check, edits
        self._levels, self._stages = len(base.x), gates_behind(source)
        self._boxes: list[Box | None] = [None] * self._levels
        if network.device == "cpu" and not edits and base.skip is None and direction.ndim == 4:
            # Elsewhere many levels go through together, each of which has another part that moves.
            self._boxes = [moved_box(each) for each in direction]
        self._inputs: dict[str, Tensor] = {}
        if any(self._boxes):
            self._inputs = walk_at_zero(network, source, base, check).inputs

    def run(self) -> Bent:
        count, stages, asked = len(self._asked.coefficients), self._stages, self._asked
        # MPS has no float64.
        flipped = {name: torch.zeros(self._levels, count, dtype=torch.float64) for name in stages if asked.flips}
        moves = {name: self._no_moves() for name in asked.watched}
        found: Bent | None = None
        tangents: dict[str, Tensor] = {}
        for chunk in self._chunks():
            walked = self._walk(chunk, tangents if not chunk.first else {})
            tangents = walked.tangents
            if found is None:
                found = self._empty(walked, flipped, moves)
            self._put(found, chunk, walked)
        assert found is not None
        return found

    def _no_moves(self) -> Moves:
        def zeros(*shape: int) -> Tensor:
            return torch.zeros(self._levels, *shape, dtype=torch.float64)

        return Moves(
            zeros(len(self._asked.coefficients)),
            zeros(len(self._asked.pairs)),
            zeros(),
            zeros(len(self._asked.coefficients)),
        )

    def _empty(self, walked: Walked, flipped: dict[str, Tensor], moves: dict[str, Moves]) -> Bent:
        last = walked.logits.shape[-1]

        def empty(count: int) -> Tensor:
            return walked.logits.new_empty(self._levels, count, last)

        count, forks = len(self._asked.coefficients), len(self._asked.frozen_at)
        only, all_but = ({name: empty(forks) for name in self._stages if forks} for _ in range(2))
        kept = empty(count) if self._asked.kept else None
        return Bent(empty(count), empty(1)[:, 0], kept, only, all_but, flipped, moves)

    def _put(self, found: Bent, chunk: _Chunk, walked: Walked) -> None:
        levels, places = chunk.levels, torch.tensor(chunk.places)
        device = walked.logits.device
        found.logits[levels].index_copy_(1, places.to(device), walked.logits.transpose(0, 1))
        if found.kept is not None:
            kept = self._walk(chunk, {}, kept=True).logits
            found.kept[levels].index_copy_(1, places.to(device), kept.transpose(0, 1))
        if chunk.first and walked.tangent is not None:
            found.tangent[levels] = walked.tangent
            for mine, theirs in ((found.only, walked.only), (found.all_but, walked.all_but)):
                for name, logits in theirs.items():
                    mine[name][levels] = logits.transpose(0, 1)
        for name, count in walked.flipped.items():
            found.flipped[name][levels].index_copy_(1, places, count.T / walked.units[name])
        pairs = torch.tensor(chunk.pairs, dtype=torch.int64)
        for name, each in walked.moves.items():
            mine_of = found.moves[name]
            for level, moved in zip(range(levels.start, levels.stop), each, strict=True):
                mine_of.squares[level].index_copy_(0, places, moved.squares)
                mine_of.mirrored[level].index_copy_(0, pairs, moved.mirrored)
                mine_of.tangent_dot[level].index_copy_(0, places, moved.tangent_dot)
                mine_of.tangent_square[level] = moved.tangent_square

    def _chunks(self) -> Iterator[_Chunk]:
        asked, count = self._asked, len(self._asked.coefficients)
        most, pairs = self._network.rows_at_once, list(enumerate(asked.pairs))
        paired = {place for pair in asked.pairs for place in pair}
        alone = [place for place in range(count) if place not in paired]
        rounds = -(-count // most)
        # On their way there are half of the rows with frozen gates, on average.
        together = 1 if any(self._boxes) else max(1, most // (count + len(asked.frozen_at) * len(self._stages)))
        for start in range(0, self._levels, together):
            levels = slice(start, min(start + together, self._levels))
            first = True
            for number in range(rounds):
                mine, rest = pairs[number::rounds], alone[number::rounds]
                plus, minus = ([pair[end] for _, pair in mine] for end in (0, 1))
                if mine or rest:
                    yield _Chunk(levels, (*plus, *minus, *rest), tuple(at for at, _ in mine), first)
                    first = False

    def _walk(self, chunk: _Chunk, tangents: Mapping[str, Tensor], *, kept: bool = False) -> Walked:
        asked = self._asked
        plan = Plan(tuple(asked.coefficients[place] for place in chunk.places), len(chunk.pairs))
        if kept:
            plan = replace(plan, kept=asked.kept)
        else:
            frozen_at = tuple(asked.coefficients[place] for place in asked.frozen_at) if chunk.first else ()
            plan = replace(plan, watched=asked.watched, flips=asked.flips, tangent=chunk.first, frozen_at=frozen_at)
        walked = self._walked(chunk, plan, tangents)
        if all(level.safe for levels in walked.moves.values() for level in levels):
            return walked
        return self._walked(chunk, replace(plan, wide=True), tangents)

    def _walked(self, chunk: _Chunk, plan: Plan, tangents: Mapping[str, Tensor]) -> Walked:
        levels, first = chunk.levels, chunk.levels.start
        box = self._boxes[first] if chunk.levels.stop == first + 1 else None
        cutout = Cutout(box, {name: x[levels] for name, x in self._inputs.items()} if box is not None else {})
        edits = {name: _of_levels(edit, first) for name, edit in self._edits.items()}
        base, direction = self._base.take(levels), self._direction[levels]
        return ForkedWalk(
            self._network, self._source, base, direction, plan, cutout, self._check, edits, tangents
        ).run()


def _of_levels(edit: EditRows, first: int) -> EditRows:
    """The same for levels that are counted from the first of some."""
    return lambda name, level, x: edit(name, first + level, x)
