"""The network after a layer with gates frozen, written once more and as plainly as possible: what studies are checked
against. Activations are (n, channels, side, side), one forward pass a row."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import torch
import torch.nn.functional as functional
from torch import Tensor

from app.policy.network import Network

NAMES = [
    *(
        f"embedder.block{block}.{part}"
        for block in (1, 2, 3)
        for part in (
            "conv",
            "maxpool",
            *(f"res{res}.{inner}" for res in (1, 2) for inner in ("relu1", "conv1", "relu2", "conv2", "resadd")),
        )
    ),
    *(f"embedder.{part}" for part in ("relu3", "flatten", "fc", "relufc")),
    "fc_policy",
]
GATES = [name for name in NAMES if name.rpartition(".")[2].startswith(("relu", "maxpool"))]


@torch.no_grad()
def behind(
    network: Network,
    source: str,
    moved: Tensor,
    zero: Tensor,
    frozen: Collection[str],
    skip: Tensor | None = None,
    gates: Mapping[str, Tensor] | None = None,
) -> dict[str, Tensor]:
    """Activations of every layer behind the source, with the gates of `frozen` those of the row `zero`.

    Args:
        moved: (n, ...) the source's activations.
        zero: (1, ...) that at t = 0.
        skip: (1, ...) what the residual block around the source adds at its end, for a source inside one.
        gates: by stage, (1, ...) gates in place of those of `zero`.
    """
    found = {"": moved}
    here, base, skipped, base_skipped = moved, zero, skip, skip
    modules = dict(network.named_modules())
    for name in NAMES[NAMES.index(source) + 1 :]:
        part = name.rpartition(".")[2]
        if part == "relu1":
            skipped, base_skipped = here, base
        if part.startswith("relu"):
            gate = base > 0 if gates is None else gates[name]
            here = here * gate if name in frozen else here.relu()
            base = base.relu()
        elif part == "maxpool":
            winners, indices = functional.max_pool2d(base, 3, 2, 1, return_indices=True)
            indices = indices if gates is None else gates[name]
            if name in frozen:
                flat = indices.expand(len(here), -1, -1, -1).flatten(2)
                here = here.flatten(2).gather(2, flat).view(len(here), *winners.shape[1:])
            else:
                here = functional.max_pool2d(here, 3, 2, 1)
            base = winners
        elif part == "resadd":
            here, base = here + skipped, base + base_skipped
        else:
            here, base = modules[name](here), modules[name](base)
        found[name] = here
    return found
