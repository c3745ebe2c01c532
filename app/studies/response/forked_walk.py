"""Walk of some coefficients of some levels through the real network, with rows next to them whose gates are frozen.

Rows fork where a gate is first treated otherwise than in the row they come from, so that what they share is computed
once. All of a step's rows go through it together, as (rows, levels, ...):

- those with all gates frozen but one stage's, the newest stage first, one for each t at which stages are frozen;
- the tangent: t = 1 with all gates frozen; rows with all gates frozen are on the line through it and 0;
- the real network's, first at the asked t, then at 0 and where stages are frozen, if these are not among them;
- those with one stage's gates frozen, the newest stage last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from app.studies.response.boxes import Cutout
from app.studies.response.frozen import Check, EditRows, along, at_winners, pool_with_winners
from app.studies.response.move_lengths import LevelMoves, set_in
from app.studies.response.steps import Rows, Step, SteppedNetwork, steps_behind


@dataclass(frozen=True)
class Plan:
    """Rows and measures of a walk.

    Attributes:
        times: the t.
        pairs: how many of the first of them have a -t, which follow in the same order.
        frozen_at: the t at which single stages are frozen and left free; empty for none.
        tangent: whether the tangent is walked; always with `frozen_at`.
        kept: stages whose gates the real network's rows keep.
        watched: layers whose move is measured.
        flips: whether changed gates are counted.
        wide: whether moves are measured in float64 all the way.
    """

    times: tuple[float, ...]
    pairs: int = 0
    frozen_at: tuple[float, ...] = ()
    tangent: bool = False
    kept: frozenset[str] = frozenset()
    watched: Collection[str] = ()
    flips: bool = False
    wide: bool = False


@dataclass(eq=False)
class Walked:
    """Results of a walk.

    Attributes:
        logits: (t, levels, 15).
        tangent: (levels, 15): the logits' move at t = 1 with all gates frozen; None if it was not walked.
        only: by stage, (frozen_at, levels, 15) with only its gates frozen.
        all_but: by stage, (frozen_at, levels, 15) with all gates frozen but its own.
        flipped: by stage, (t, levels) float64: how many of its gates differ from those at t = 0.
        units: by stage, how many gates it has.
        tangents: by watched layer, its move at t = 1 with all gates frozen, (levels, ...) of the pixels that move.
        moves: by watched layer, of each level.
    """

    logits: Tensor
    tangent: Tensor | None = None
    only: dict[str, Tensor] = field(default_factory=dict)
    all_but: dict[str, Tensor] = field(default_factory=dict)
    flipped: dict[str, Tensor] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    tangents: dict[str, Tensor] = field(default_factory=dict)
    moves: dict[str, list[LevelMoves]] = field(default_factory=dict)


class ForkedWalk:
    """One walk.

    Args:
        network: the layers.
        source: the layer that is moved.
        base: its activation at t = 0, one row a level.
        direction: (levels, ...): what t = 1 adds.
        plan: the rows and measures.
        cutout: the pixels that move.
        check: called between layers.
        edits: by layer after the source, what other patches do; only with whole images.
        apart: layers that are computed apart from the next one.
        tangents: by watched layer, its tangent, of a walk of the same levels; where the plan has none.
    """

    def __init__(
        self,
        network: SteppedNetwork,
        source: str,
        base: Rows,
        direction: Tensor,
        plan: Plan,
        cutout: Cutout,
        check: Check,
        edits: Mapping[str, EditRows],
        tangents: Mapping[str, Tensor],
    ) -> None:
        self._network, self._source, self._plan, self._check = network, source, plan, check
        self._cutout, self._edits, self._levels = cutout, edits, len(base.x)
        self._forks = len(plan.frozen_at)
        self._front = int(plan.tangent)
        """Rows before the real network's."""
        more = [time for time in (0.0, *plan.frozen_at) if time not in plan.times]
        times = [*plan.times, *more]
        self._live = len(times)
        self._zero = times.index(0.0)
        self._forked = torch.tensor([times.index(time) for time in plan.frozen_at], device=base.x.device)
        self._times = torch.tensor(plan.frozen_at, dtype=base.x.dtype, device=base.x.device)
        zero, moved = (each if cutout.box is None else cutout.box.of(each) for each in (base.x, direction))
        self._x = along(zero, moved, torch.tensor([1.0] * self._front + times).to(zero))
        self._padding: int | None = None
        """Of the next convolution, whose room `_x` is; None where it is the rows alone."""
        self._skips: list[Tensor] = []
        if base.skip is not None:
            self._skips = [base.skip[None].expand(len(self._x), *base.skip.shape)]
        self._found = Walked(base.x, tangents=dict(tangents))

    def run(self) -> Walked:
        """Walk to the logits."""
        steps = steps_behind(self._source)
        for step, later in zip(steps, (*steps[1:], None), strict=True):
            self._check()
            match step.kind:
                case "relu":
                    self._relu(step, later)
                case "pool":
                    self._pool(step)
                case "conv":
                    self._conv(step)
                case "add":
                    if self._skips:
                        self._x = self._x + self._skip(step)
                case _:
                    x = self._cutout.whole(step.name, self._x) if step.kind == "flatten" else self._x
                    self._apply(step, x)
            if step.name in self._edits:
                self._edit(step.name)
            if step.name in self._plan.watched:
                self._watch(step.name)
        return self._done()

    def _done(self) -> Walked:
        found, front, forks = self._found, self._front, self._forks
        found.logits = self._x[front : front + len(self._plan.times)]
        if front:
            found.tangent = self._x[front - 1] - self._x[front + self._zero]
        stages = [step.name for step in steps_behind(self._source) if step.is_gate]
        for number, stage in enumerate(stages if forks else ()):
            start = forks * (len(stages) - 1 - number)
            found.all_but[stage] = self._x[start : start + forks]
            start = front + self._live + forks * number
            found.only[stage] = self._x[start : start + forks]
        return found

    # --- layers ---------------------------------------------------------------------------------------------------

    def _apply(self, step: Step, x: Tensor) -> None:
        rows = self._network.apply(step, Rows(x.flatten(0, 1)))
        self._x = rows.x.unflatten(0, (-1, self._levels))

    def _conv(self, step: Step) -> None:
        x, padding = self._x, self._padding
        if padding is None:
            if self._cutout.box is None:
                padding = 1
            else:
                room, inner, padding = self._cutout.before_conv(step.name, x, len(x))
                inner.copy_(x)
                x = room
        self._padding = None
        add = None
        if step.name.endswith(".conv2") and self._skips and step.name not in {*self._plan.watched, *self._edits}:
            # The addition is done along with it.
            add = self._skip(step).flatten(0, 1)
        out = self._network.conv(step, x.flatten(0, 1), add, padding=padding)
        self._x = out.unflatten(0, (-1, self._levels))

    def _skip(self, step: Step) -> Tensor:
        """Summand of the end of a block, for all rows; its memory is free to use."""
        parts, self._skips = self._skips, []
        return self._cutout.before_add(f"{step.name.rpartition('.')[0]}.relu1", parts)

    # --- gates ----------------------------------------------------------------------------------------------------

    def _relu(self, step: Step, later: Step | None) -> None:
        x, front, forks = self._x, self._front, self._forks
        zero = x[front + self._zero]
        gate, units = (zero > 0).to(zero.dtype), self._units(zero)
        if step.opens:
            self._cutout.opened()
            self._skips = [x]
        count = len(x) + 2 * forks
        if later is not None and later.kind == "conv":
            room, inner, self._padding = self._cutout.before_conv(later.name, x, count)
        else:
            room = inner = x.new_empty(count, *x.shape[1:])
        if front:
            torch.mul(x[:front], gate, out=inner[forks : forks + front])
        real = inner[forks + front : forks + front + self._live]
        if step.name in self._plan.kept:
            torch.mul(x[front : front + self._live], gate, out=real)
            torch.clamp_min(x[front + self._live :], 0, out=inner[forks + front + self._live : forks + len(x)])
        else:
            torch.clamp_min(x[front:], 0, out=inner[forks + front : forks + len(x)])
        if forks:
            torch.clamp_min(self._line(x), 0, out=inner[:forks])
            torch.mul(x[front + self._forked], gate, out=inner[forks + len(x) :])
            self._fork_skips()
        if self._plan.flips and step.name not in self._plan.kept:
            # Of what is not negative this is "> 0", several times as fast.
            on = real[: len(self._plan.times)].bool()
            self._found.flipped[step.name] = set_in(on.ne_(gate.bool()))
            self._found.units[step.name] = units
        self._x = room
        self._front += forks

    def _pool(self, step: Step) -> None:
        forks, live = self._forks, self._live
        lines = [self._line(self._x)] if forks else []
        (x, *lines), padding = self._cutout.before_pool(step.name, [self._x, *lines])
        frozen, real = x.split([self._front, len(x) - self._front])
        out, won = self._pooled(real, padding)
        gate = won[self._zero]
        if step.name in self._plan.kept:
            out[:live] = at_winners(real[:live], gate)
        parts = [out]
        if self._front:
            parts.insert(0, at_winners(frozen, gate))
        if forks:
            parts.insert(0, self._pooled(lines[0], padding)[0])
            parts.append(at_winners(real[self._forked], gate))
        if self._plan.flips and step.name not in self._plan.kept:
            # Several times as fast as comparing.
            self._found.flipped[step.name] = set_in((won[: len(self._plan.times)] ^ gate).bool())
            self._found.units[step.name] = self._units(gate)
        self._x = torch.cat(parts) if len(parts) > 1 else out
        self._front += forks

    def _pooled(self, x: Tensor, padding: int) -> tuple[Tensor, Tensor]:
        out, won = pool_with_winners(x.flatten(0, 1), padding)
        return out.unflatten(0, (-1, self._levels)), won.unflatten(0, (-1, self._levels))

    def _units(self, levels: Tensor) -> int:
        """Of whole images (levels, ...), of which there may be only the box."""
        box = self._cutout.box
        return levels[0].numel() if box is None else box.side**2 * levels.shape[-1]

    def _line(self, x: Tensor) -> Tensor:
        """(frozen_at, levels, ...) with all gates frozen so far."""
        zero = x[self._front + self._zero]
        return along(zero, x[self._front - 1] - zero, self._times)

    def _fork_skips(self) -> None:
        if not self._skips:
            return
        # All of them are in one row of parts, in the order of the rows.
        bounds, wanted = 0, {}
        rows = [self._front - 1, self._front + self._zero, *(self._front + self._forked).tolist()]
        for part in self._skips:
            for row in rows:
                if bounds <= row < bounds + len(part):
                    wanted[row] = part[row - bounds]
            bounds += len(part)
        tangent, zero, *live = (wanted[row] for row in rows)
        self._skips = [along(zero, tangent - zero, self._times), *self._skips, torch.stack(live)]

    # --- what is looked at ----------------------------------------------------------------------------------------

    def _edit(self, name: str) -> None:
        edit = self._edits[name]
        self._x = torch.stack([edit(name, level, self._x[:, level]) for level in range(self._levels)], 1)

    def _watch(self, name: str) -> None:
        front, found = self._front, self._found
        zero, real = self._x[front + self._zero], self._x[front : front + len(self._plan.times)]
        if front:
            found.tangents[name] = self._x[front - 1] - zero
        tangent, wide = found.tangents[name], self._plan.wide
        found.moves[name] = [
            LevelMoves.of(real[:, level], zero[level], tangent[level], self._plan.pairs, wide=wide)
            for level in range(self._levels)
        ]
