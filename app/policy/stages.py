"""Running the network stage by stage, from any stage on, with activations kept or changed on the way.

This is the plain way: dense, contiguous, float32. It is what every faster path is checked against, and what vectors,
studies and thumbnails use. No module hooks: an edit is an argument of one call, so nothing can outlive that call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor, nn

from app.policy.network import Network, ResidualBlock

Edit = Callable[[str, Tensor], Tensor]
"""(layer name, activation with the batch first) -> the activation to continue with; never changed in place."""


@dataclass(frozen=True)
class Run:
    """Result of one run of the network.

    Attributes:
        logits: (N, 15) raw outputs of `fc_policy`.
        value: (N,) outputs of `fc_value`.
        kept: activations after any edit, by layer name, of the layers that were asked for.
    """

    logits: Tensor
    value: Tensor
    kept: dict[str, Tensor] = field(default_factory=dict)


RESUMABLE = (
    *(f"embedder.block{b}.{part}" for b in (1, 2, 3) for part in ("conv", "maxpool", "res1.resadd", "res2.resadd")),
    *("embedder.relu3", "embedder.flatten", "embedder.fc", "embedder.relufc"),
)
"""Layers whose output alone determines all later ones (inside a residual block the skipped input matters too)."""


def run(
    network: Network,
    inputs: Tensor,
    *,
    edit: Edit | None = None,
    edited: Collection[str] = (),
    keep: Collection[str] = (),
    after: str | None = None,
) -> Run:
    """Run the network on observations, or from after a stage on, without gradients.

    Arguments and errors are those of `differentiable_run`.
    """
    with torch.no_grad():
        return differentiable_run(network, inputs, edit=edit, edited=edited, keep=keep, after=after)


def differentiable_run(
    network: Network,
    inputs: Tensor,
    *,
    edit: Edit | None = None,
    edited: Collection[str] = (),
    keep: Collection[str] = (),
    after: str | None = None,
) -> Run:
    """Run the network on observations, or from after a stage on; gradients flow where they are switched on.

    Args:
        network: the policy network.
        inputs: (N, 3, 64, 64) float32 in 0..1, row 0 on top; or, with `after`, that layer's activations.
        edit: called with the activation of every layer named in `edited`, in order of computation.
        edited: names of the layers to edit.
        keep: names of the layers whose activations (after the edit) are requested.
        after: one of `RESUMABLE`: `inputs` are its (already edited) outputs, and only later layers are computed.

    Raises:
        ValueError: when `after` is not a layer a run can resume after.
    """
    if after is not None and after not in RESUMABLE:
        raise ValueError(f"A run cannot resume after {after!r}; expected one of {', '.join(RESUMABLE)}.")
    kept: dict[str, Tensor] = {}

    def done(name: str, out: Tensor) -> Tensor:
        if edit is not None and name in edited:
            out = edit(name, out)
        if name in keep:
            kept[name] = out
        return out

    def plain(name: str, module: nn.Module, x: Tensor) -> Tensor:
        return done(name, module(x))

    def residual(prefix: str, block: ResidualBlock, x: Tensor) -> Tensor:
        y = plain(f"{prefix}.relu1", block.relu1, x)
        y = plain(f"{prefix}.conv1", block.conv1, y)
        y = plain(f"{prefix}.relu2", block.relu2, y)
        y = plain(f"{prefix}.conv2", block.conv2, y)
        return done(f"{prefix}.resadd", block.resadd(y, x))

    def stages() -> Iterator[tuple[str, Callable[[Tensor], Tensor]]]:
        embedder = network.embedder
        for number, block in enumerate((embedder.block1, embedder.block2, embedder.block3), start=1):
            prefix = f"embedder.block{number}"
            yield f"{prefix}.conv", partial(plain, f"{prefix}.conv", block.conv)
            yield f"{prefix}.maxpool", partial(plain, f"{prefix}.maxpool", block.maxpool)
            yield f"{prefix}.res1.resadd", partial(residual, f"{prefix}.res1", block.res1)
            yield f"{prefix}.res2.resadd", partial(residual, f"{prefix}.res2", block.res2)
        for name in ("relu3", "flatten", "fc", "relufc"):
            yield f"embedder.{name}", partial(plain, f"embedder.{name}", getattr(embedder, name))

    x, waiting = inputs, after
    for name, step in stages():
        if waiting is None:
            x = step(x)
        elif waiting == name:
            waiting = None
    logits = plain("fc_policy", network.fc_policy, x)
    value = plain("fc_value", network.fc_value, x)
    return Run(logits, value.squeeze(-1), kept)


def as_input(observations: Tensor) -> Tensor:
    """(N, 3, 64, 64) float32 in 0..1 from (N, 64, 64, 3) uint8 pictures, row 0 on top."""
    return observations.permute(0, 3, 1, 2).to(torch.float32).div_(255).contiguous()
