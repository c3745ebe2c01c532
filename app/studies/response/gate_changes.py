"""The exact coefficients at which gates change, for one forward pass: found stage by stage, without a search.

Between two neighbouring changes every activation is a straight line in t. So, with the activations known at all changes
of the stages before, a stage's input is known everywhere: a ReLU's changes are the zeros of straight pieces, a max
pooling's are where the highest of nine straight lines changes. They join the list, the rows there are read off the
pieces, and the walk continues with the next layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from app.studies.response.frozen import Check, EditRows
from app.studies.response.steps import Rows, Step, SteppedNetwork, steps_behind


@dataclass(eq=False)
class _Line:
    """The rows at ascending coefficients, between which all is straight."""

    times: np.ndarray
    rows: Rows
    found: dict[str, list[np.ndarray]] = field(default_factory=dict)

    def insert(self, stage: str, times: np.ndarray, pieces: np.ndarray) -> None:
        """Add rows at changes: each at its time, inside the piece that begins at row `pieces`."""
        self.found[stage] = [np.sort(times)]
        if not len(times):
            return
        new, first = np.unique(times, return_index=True)
        pieces = pieces[first]
        inside = (new > self.times[pieces]) & (new < self.times[pieces + 1])
        new, pieces = new[inside], pieces[inside]
        share = (new - self.times[pieces]) / (self.times[pieces + 1] - self.times[pieces])
        order = np.argsort(np.concatenate([self.times, new]), kind="stable")
        self.times = np.concatenate([self.times, new])[order]
        self.rows = Rows(
            _with_rows(self.rows.x, pieces, share, order),
            None if self.rows.skip is None else _with_rows(self.rows.skip, pieces, share, order),
        )


def _with_rows(x: Tensor, pieces: np.ndarray, share: np.ndarray, order: np.ndarray) -> Tensor:
    at = torch.from_numpy(pieces).to(x.device)
    weight = torch.from_numpy(share).to(x).view(-1, *[1] * (x.ndim - 1))
    between = torch.lerp(x[at], x[at + 1], weight)
    return torch.cat([x, between])[torch.from_numpy(order).to(x.device)]


def gate_changes(
    network: SteppedNetwork,
    source: str,
    base: Rows,
    direction: Tensor,
    ends: tuple[float, float],
    check: Check,
    edit: EditRows | None = None,
    edited: Sequence[str] = (),
) -> dict[str, np.ndarray]:
    """By stage, the coefficients between two ends at which one of its gates changes: float64, ascending, one for each
    gate that does.

    Exact to the rounding of float32 activations. The memory it takes grows with the number of changes, so wide ranges
    are to be cut into pieces, whose changes simply follow one another.

    Args:
        network: the layers.
        source: the layer that is moved.
        base: its activation at t = 0: one row.
        direction: (1, ...): what t = 1 adds.
        ends: the lower and the upper end, which differ.
        check: called between layers.
        edit: what other patches do after the source in the layers named `edited`; straight lines stay straight.
    """
    times = np.array(ends, dtype=np.float64)
    spread = torch.tensor(times, dtype=base.x.dtype, device=base.x.device).view(-1, *[1] * (base.x.ndim - 1))
    skip = None if base.skip is None else base.skip.repeat_interleave(2, 0)
    line = _Line(times, Rows(base.x + spread * direction, skip))
    for step in steps_behind(source):
        check()
        if step.is_gate:
            (_cross_relu if step.kind == "relu" else _cross_pool)(step, line)
        line.rows = network.apply(step, line.rows)
        if edit is not None and step.name in edited:
            line.rows = Rows(edit(step.name, 0, line.rows.x), line.rows.skip)
    return {stage: np.concatenate(parts) for stage, parts in line.found.items()}


def _cross_relu(step: Step, line: _Line) -> None:
    flat = line.rows.x.flatten(1)
    on = flat > 0
    pieces, units = (each.cpu().numpy() for each in torch.nonzero(on[1:] != on[:-1], as_tuple=True))
    values = flat.cpu().numpy().astype(np.float64, copy=False) if len(pieces) else np.empty((2, 1))
    left, right = values[pieces, units].astype(np.float64), values[pieces + 1, units].astype(np.float64)
    share = left / np.where(left == right, 1.0, left - right)
    line.insert(step.name, line.times[pieces] + share * np.diff(line.times)[pieces], pieces)


def _cross_pool(step: Step, line: _Line) -> None:
    x = line.rows.x.permute(0, 3, 1, 2)
    _, won = torch.nn.functional.max_pool2d(x, 3, 2, 1, return_indices=True)
    pieces, channels, rows, columns = (each.cpu().numpy() for each in torch.nonzero(won[1:] != won[:-1], as_tuple=True))
    padded = torch.nn.functional.pad(x, (1, 1, 1, 1), value=-torch.inf).cpu().numpy()
    down, right = np.divmod(np.arange(9), 3)
    at = (channels[:, None], 2 * rows[:, None] + down, 2 * columns[:, None] + right)
    first = padded[(pieces[:, None], *at)].astype(np.float64)
    last = padded[(pieces[:, None] + 1, *at)].astype(np.float64)
    shares, which = _handovers(first, last)
    pieces = pieces[which]
    line.insert(step.name, line.times[pieces] + shares * np.diff(line.times)[pieces], pieces)


def _handovers(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places where the highest of nine straight lines changes, between 0 and 1; and the window it is each time.

    Args:
        first, last: (windows, 9) the lines' values at 0 and at 1; minus infinity for what is outside the picture.
    """
    outside = np.isinf(first)
    first, slopes = np.where(outside, 0.0, first), np.where(outside, 0.0, last - np.where(outside, 0.0, first))
    slopes[outside] = -np.inf
    best = np.where(outside, -np.inf, first).argmax(axis=1)
    at = np.zeros(len(first))
    shares: list[np.ndarray] = []
    which: list[np.ndarray] = []
    active = np.arange(len(first))
    for _ in range(8):
        steeper = slopes[active] - slopes[active, best[active]][:, None]
        lead = first[active, best[active]][:, None] - first[active]
        with np.errstate(all="ignore"):
            meet = np.where(steeper > 0, lead / steeper, np.inf)
        meet[meet < at[active][:, None]] = np.inf
        following = meet.argmin(axis=1)
        when = meet[np.arange(len(active)), following]
        on = when < 1
        active, following, when = active[on], following[on], when[on]
        if not len(active):
            break
        best[active], at[active] = following, when
        shares.append(when)
        which.append(active)
    if not shares:
        return np.empty(0), np.empty(0, dtype=np.int64)
    return np.concatenate(shares), np.concatenate(which)


def straight_pieces(changes: dict[str, np.ndarray], ends: tuple[float, float]) -> np.ndarray:
    """All changes of all stages between the ends, with these: between two neighbours the logits are straight."""
    inside = [times for times in changes.values() if len(times)]
    return np.unique(np.concatenate([*inside, np.array(ends)]))
