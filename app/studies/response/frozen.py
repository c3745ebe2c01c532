"""The walk at t = 0 with all that is frozen next to it: gates, the linear network, and single stages frozen and free.

With the gates of t = 0 kept, a ReLU is x * [x0 > 0], x0 its input at t = 0, and a max pooling takes the value now at
the pixel that won at t = 0. Rows fork where a gate is first treated otherwise than in the row they come from, so that
what they share is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
import torch.nn.functional as functional
from torch import Tensor

from app.studies.response.steps import Rows, Step, SteppedNetwork, joined, steps_behind

Check = Callable[[], None]
"""Called between layers; raises to end the walk."""

EditRows = Callable[[str, int, Tensor], Tensor]
"""(layer, level of the batch, its rows as `Rows.x` has them) -> the rows to continue with."""


@dataclass(eq=False)
class Frozen:
    """Results of the walk; the first axis of all is the levels.

    Attributes:
        gates: by stage, the mask of a relu (bool) or the winning pixels of a max pooling (int64) at t = 0.
        zero: by watched layer, the flattened activation at t = 0.
        tangent: by watched layer, its move at t = 1 with all gates frozen: the directional derivative at 0.
        logits: (levels, 15) at t = 0.
        logits_tangent: (levels, 15) the logits' move at t = 1 with all gates frozen.
        only: by stage, (levels, frozen_at, 15) with only its gates frozen.
        all_but: by stage, (levels, frozen_at, 15) with all gates frozen but its own.
    """

    gates: dict[str, Tensor] = field(default_factory=dict)
    zero: dict[str, Tensor] = field(default_factory=dict)
    tangent: dict[str, Tensor] = field(default_factory=dict)
    logits: Tensor = field(default_factory=lambda: torch.empty(0))
    logits_tangent: Tensor = field(default_factory=lambda: torch.empty(0))
    only: dict[str, Tensor] = field(default_factory=dict)
    all_but: dict[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class _Branch:
    kind: Literal["only", "all_but"]
    stage: str
    start: int
    """Its first row."""


class FrozenWalk:
    """Rows, each group sorted by levels: (levels,) at t = 0; (levels,) at t = 1 with all gates frozen; (levels,
    frozen_at) live; then the branches, (levels, frozen_at) each.

    Args:
        network: the layers.
        source: the layer that is moved.
        base: its activation at t = 0, one row a level.
        direction: (levels, ...): what t = 1 adds.
        frozen_at: the t at which single stages are frozen and left free; empty for none.
        watched: layers whose activations at t = 0 and whose tangents are requested.
        check: called between layers.
        edits: by layer after the source, what other patches do.
    """

    def __init__(
        self,
        network: SteppedNetwork,
        source: str,
        base: Rows,
        direction: Tensor,
        frozen_at: Sequence[float],
        watched: Sequence[str],
        check: Check,
        edits: Mapping[str, EditRows],
    ) -> None:
        self._network, self._source, self._check, self._edits = network, source, check, edits
        self._watched = frozenset(watched)
        self._levels, self._chosen = len(base.x), len(frozen_at)
        self._times = torch.tensor(frozen_at, dtype=torch.float32, device=base.x.device)
        self._branches: list[_Branch] = []
        self._found = Frozen()
        rows = [base, Rows(base.x + direction, base.skip)]
        if self._chosen:
            moved = along(base.x, direction, self._times).flatten(0, 1)
            rows.append(Rows(moved, each_level(base.skip, self._chosen)))
        self._rows = joined(rows)

    def run(self) -> Frozen:
        """Walk to the logits."""
        if self._source in self._watched:
            self._watch(self._source)
        for step in steps_behind(self._source):
            self._check()
            if step.is_gate:
                self._gate(step)
            else:
                apart = step.name in self._watched or step.name in self._edits
                self._rows = self._network.apply_fused(step, self._rows, apart)
            if step.name in self._edits:
                self._edit(step.name)
            if step.name in self._watched:
                self._watch(step.name)
        levels, chosen, x = self._levels, self._chosen, self._rows.x
        self._found.logits, self._found.logits_tangent = x[:levels], x[levels : 2 * levels] - x[:levels]
        for branch in self._branches:
            table = self._found.only if branch.kind == "only" else self._found.all_but
            table[branch.stage] = x[branch.start : branch.start + levels * chosen].unflatten(0, (levels, chosen))
        return self._found

    def _gate(self, step: Step) -> None:
        levels, chosen, rows = self._levels, self._chosen, self._rows
        gate = gates_of(step, rows.x[:levels])
        self._found.gates[step.name] = gate
        groups = [(rows.take(slice(0, levels)), False), (rows.take(slice(levels, 2 * levels)), True)]
        if chosen:
            live = rows.take(slice(2 * levels, (2 + chosen) * levels))
            groups.append((live, False))
            for branch in self._branches:
                part = rows.take(slice(branch.start, branch.start + levels * chosen))
                groups.append((part, branch.kind == "all_but"))
            groups += [(live, True), (self._frozen_rows(), False)]
            start = len(rows.x)
            self._branches.append(_Branch("only", step.name, start))
            self._branches.append(_Branch("all_but", step.name, start + levels * chosen))
        self._rows = joined([gated(step, part, gate if frozen else None) for part, frozen in groups])

    def _frozen_rows(self) -> Rows:
        """(levels * frozen_at) rows with all gates frozen so far: a straight line in t through those at 0 and at 1."""
        levels = self._levels
        zero, tangent = self._rows.take(slice(0, levels)), self._rows.take(slice(levels, 2 * levels))
        x = along(zero.x, tangent.x - zero.x, self._times).flatten(0, 1)
        if zero.skip is None or tangent.skip is None:
            return Rows(x)
        return Rows(x, along(zero.skip, tangent.skip - zero.skip, self._times).flatten(0, 1))

    def _edit(self, name: str) -> None:
        edit, parts, start = self._edits[name], [], 0
        for each in (1, 1, *[self._chosen] * (1 + len(self._branches)) * bool(self._chosen)):
            stop = start + self._levels * each
            levels = self._rows.x[start:stop].unflatten(0, (self._levels, each))
            parts += [edit(name, level, levels[level]) for level in range(self._levels)]
            start = stop
        self._rows = Rows(torch.cat(parts), self._rows.skip)

    def _watch(self, name: str) -> None:
        zero, tangent = self._rows.x[: 2 * self._levels].flatten(1).split(self._levels)
        self._found.zero[name], self._found.tangent[name] = zero.clone(), tangent - zero


def gates_of(step: Step, x: Tensor) -> Tensor:
    """The gates of a step at its inputs: a relu's mask, or a max pooling's winning pixels, (n, height, width, channels)
    int64 of row * width + column."""
    return x > 0 if step.kind == "relu" else _pool(x)[1]


def gated(step: Step, rows: Rows, gate: Tensor | None) -> Rows:
    """Rows after a gate: live, or with the gates of levels, this many rows of each of which follow one another."""
    skip = rows.x if step.opens else rows.skip
    if step.kind == "pool":
        return Rows(_pool(rows.x)[0] if gate is None else _at(rows.x, gate))
    if gate is None:
        return Rows(rows.x.relu(), skip)
    return Rows((rows.x.unflatten(0, (len(gate), -1)) * gate[:, None]).flatten(0, 1), skip)


def along(start: Tensor, direction: Tensor, times: Tensor) -> Tensor:
    """(levels, t, ...): start + t * direction of (levels, ...) each."""
    return start[:, None] + times.view(1, -1, *[1] * (start.ndim - 1)) * direction[:, None]


def each_level(x: Tensor | None, count: int) -> Tensor | None:
    """Each row this many times, one after another."""
    return None if x is None else x.repeat_interleave(count, 0)


def pool_with_winners(x: Tensor) -> tuple[Tensor, Tensor]:
    """Max pooling of (n, height, width, channels), and the winning pixels, int64 of the outcome's shape."""
    return _pool(x)


def _pool(x: Tensor) -> tuple[Tensor, Tensor]:
    out, indices = functional.max_pool2d(x.permute(0, 3, 1, 2), 3, 2, 1, return_indices=True)
    return out.permute(0, 2, 3, 1).contiguous(), indices.permute(0, 2, 3, 1)


def _at(x: Tensor, won: Tensor) -> Tensor:
    indices = won.repeat_interleave(len(x) // len(won), 0).flatten(1, 2)
    return x.flatten(1, 2).gather(1, indices).view(len(x), *won.shape[1:])
