"""Gates: those of t = 0, and the outcome of a stage whose gates are kept.

With the gates of t = 0 kept, a ReLU is x * [x0 > 0], x0 its input at t = 0, and a max pooling takes the value now at
the pixel that won at t = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
import torch.nn.functional as functional
from torch import Tensor

from app.studies.response.steps import Rows, Step, SteppedNetwork, steps_behind

Check = Callable[[], None]
"""Called between layers; raises to end the walk."""

EditRows = Callable[[str, int, Tensor], Tensor]
"""(layer, level of the batch, its rows as `Rows.x` has them) -> the rows to continue with."""


@dataclass(eq=False)
class AtZero:
    """The real network at t = 0; the first axis of all is the levels.

    Attributes:
        inputs: by layer that has pixels, its input.
        gates: by stage, the mask of a relu (bool) or the winning pixels of a max pooling (int64).
    """

    inputs: dict[str, Tensor] = field(default_factory=dict)
    gates: dict[str, Tensor] = field(default_factory=dict)


def walk_at_zero(
    network: SteppedNetwork, source: str, base: Rows, check: Check, edits: Mapping[str, EditRows] | None = None
) -> AtZero:
    """Walk levels, one row each, from after a source layer to the last stage that has gates.

    Args:
        network: the layers.
        source: the layer that is moved.
        base: its activation at t = 0.
        check: called between layers.
        edits: by layer after the source, what other patches do.
    """
    found, rows = AtZero(), base
    for step in steps_behind(source):
        check()
        if rows.x.ndim == 4:
            # Its memory may be used for the outcome of an addition.
            found.inputs[step.name] = rows.x.clone()
        if step.is_gate:
            found.gates[step.name] = gates_of(step, rows.x)
            rows = network.apply(step, rows)
        else:
            rows = network.apply_fused(step, rows, False)
        edit = (edits or {}).get(step.name)
        if edit is not None:
            rows = Rows(
                torch.cat([edit(step.name, level, row) for level, row in enumerate(rows.x.split(1))]), rows.skip
            )
    return found


def gates_of(step: Step, x: Tensor) -> Tensor:
    """The gates of a step at its inputs: a relu's mask, or a max pooling's winning pixels, (n, height, width, channels)
    int64 of row * width + column."""
    return x > 0 if step.kind == "relu" else pool_with_winners(x, 1)[1]


def pool_with_winners(x: Tensor, padding: int) -> tuple[Tensor, Tensor]:
    """Max pooling 3 x 3 with stride 2 of (n, height, width, channels), and the winning pixels, int64 of the outcome's
    shape."""
    out, indices = functional.max_pool2d(x.permute(0, 3, 1, 2), 3, 2, padding, return_indices=True)
    return out.permute(0, 2, 3, 1).contiguous(), indices.permute(0, 2, 3, 1)


def at_winners(x: Tensor, won: Tensor) -> Tensor:
    """(rows, levels, height', width', channels): of (rows, levels, height, width, channels) the pixels (levels,
    height', width', channels)."""
    indices = won.flatten(1, 2)[None].expand(len(x), *won.flatten(1, 2).shape)
    return x.flatten(2, 3).gather(2, indices).view(len(x), *won.shape)


def along(start: Tensor, direction: Tensor, times: Tensor) -> Tensor:
    """(t, ...): start + t * direction."""
    return start[None] + times.view(-1, *[1] * start.ndim) * direction[None]
