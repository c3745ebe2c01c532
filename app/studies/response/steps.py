"""The network as single steps, pixels first and channels last, from any layer on: what gates are frozen in.

`app.policy.stages.run` is the plain way and what this is checked against. Here a batch is stepped through by whoever
holds it, so that rows can be gated differently, added on the way and looked at between steps.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from app.field.convolutions import Convolutions
from app.field.linear_layers import Linear
from app.policy.layers import canonical, layer
from app.policy.network import Network

Kind = Literal["conv", "pool", "relu", "add", "flatten", "linear"]

Edit = Callable[[str, Tensor], Tensor]

INPUT: Final = "observation"
LOGITS: Final = "fc_policy"
FLATTEN: Final = "embedder.flatten"
_FLAT_SIDE: Final = 8


@dataclass(frozen=True)
class Step:
    """One layer.

    Attributes:
        kind: what it does. A residual block begins with the first of its relus, whose input is what its "add" adds.
        name: of the layer: a module path.
    """

    kind: Kind
    name: str

    @property
    def opens(self) -> bool:
        """True if its input is what a residual block adds at its end."""
        return self.name.endswith(".relu1")

    @property
    def is_gate(self) -> bool:
        """True if it bends: a ReLU, or a max pooling."""
        return self.kind in ("relu", "pool")


def _steps() -> tuple[Step, ...]:
    found = []
    for block in (1, 2, 3):
        prefix = f"embedder.block{block}"
        found += [Step("conv", f"{prefix}.conv"), Step("pool", f"{prefix}.maxpool")]
        for res in ("res1", "res2"):
            kinds: tuple[tuple[Kind, str], ...] = (
                ("relu", "relu1"),
                ("conv", "conv1"),
                ("relu", "relu2"),
                ("conv", "conv2"),
                ("add", "resadd"),
            )
            found += [Step(kind, f"{prefix}.{res}.{part}") for kind, part in kinds]
    found += [Step("relu", "embedder.relu3"), Step("flatten", FLATTEN), Step("linear", "embedder.fc")]
    return (*found, Step("relu", "embedder.relufc"), Step("linear", LOGITS))


STEPS: Final = _steps()
_PLACES: Final = {step.name: place for place, step in enumerate(STEPS)}


def steps_behind(name: str) -> tuple[Step, ...]:
    """The steps after a layer, in order, up to the logits; all of them after `INPUT`."""
    return STEPS if name == INPUT else STEPS[_PLACES[name] + 1 :]


def steps_between(after: str, to: str) -> tuple[Step, ...]:
    """The steps after a layer up to another one, which is included."""
    return STEPS[0 if after == INPUT else _PLACES[after] + 1 : _PLACES[to] + 1]


def gates_behind(name: str) -> tuple[str, ...]:
    """Names of the ReLUs and max poolings after a layer, in order."""
    return tuple(step.name for step in steps_behind(name) if step.is_gate)


def short_name(name: str) -> str:
    """The name of a stage in tables: "block2.res2.relu1", "block2.res2" for a residual addition, "logits"."""
    if name == LOGITS:
        return "logits"
    return canonical(name).removeprefix("embedder.").removesuffix(".resadd")


def full_name(name: str, width: int) -> str:
    """The layer of a short or full name, either spelling.

    Raises:
        PatchError: when the network has no such layer.
    """
    wanted = canonical(name)
    for step in STEPS:
        if wanted in (step.name, short_name(step.name)):
            return step.name
    return layer(name, width).name


@dataclass(frozen=True, eq=False)
class Rows:
    """A batch after one layer.

    Attributes:
        x: (n, height, width, channels), or (n, features) after `FLATTEN`, whose features are here in the order of
            rows, columns, channels.
        skip: inside a residual block what its end adds, of the same shape as at the block's beginning; else None.
    """

    x: Tensor
    skip: Tensor | None = None

    def take(self, rows: slice | Tensor) -> Rows:
        """Some of the rows."""
        return Rows(self.x[rows], None if self.skip is None else self.skip[rows])


def joined(parts: Sequence[Rows]) -> Rows:
    """Rows of several batches after the same layer."""
    if len(parts) == 1:
        return parts[0]
    skips = [part.skip for part in parts if part.skip is not None]
    return Rows(torch.cat([part.x for part in parts]), torch.cat(skips) if skips else None)


class SteppedNetwork:
    """A network's layers, ready to be stepped through on one device.

    Args:
        network: the network; on the CPU, where it stays.
        device: "cpu", "cuda" or "mps".
        kernel: of the CPU's convolutions, see `app.field.convolutions`.
    """

    def __init__(self, network: Network, device: str, kernel: str) -> None:
        self.width, self.device = network.width, device
        self.rows_at_once = (64 if network.width < 3 else 32) if device == "cpu" else 4096
        """Rows of 16 x 16 pixels on their way together: on the processor they stay near a core's cache."""
        self._convolve = Convolutions(network, kernel) if device == "cpu" else None
        self._weights: dict[str, tuple[Tensor, Tensor]] = {}
        for name, module in network.named_modules():
            if isinstance(module, nn.Linear) or (isinstance(module, nn.Conv2d) and device != "cpu"):
                weight, bias = module.weight.detach(), cast(Tensor, module.bias).detach()
                if name == "embedder.fc":
                    # Its inputs are in the order of rows, columns, channels here.
                    side = _FLAT_SIDE
                    weight = weight.view(len(weight), -1, side, side).permute(0, 2, 3, 1).flatten(1).contiguous()
                self._weights[name] = weight.to(device), bias.to(device)
        self._linear = {name: Linear(*each) for name, each in self._weights.items()} if device == "cpu" else {}

    def conv(self, step: Step, x: Tensor, add: Tensor | None = None, *, relu: bool = False, padding: int = 1) -> Tensor:
        """A convolution, plus `add`, whose memory may be used for the outcome; or after a relu."""
        if self._convolve is not None:
            return self._convolve(step.name, x, padding, add=add, relu=relu)
        weight, bias = self._weights[step.name]
        out = functional.conv2d(x.permute(0, 3, 1, 2), weight, bias, padding=padding).permute(0, 2, 3, 1)
        if relu:
            return out.relu_()
        return out if add is None else out + add

    def advance(
        self,
        rows: Rows,
        after: str,
        to: str,
        edit: Edit | None = None,
        edited: Collection[str] = (),
        check: Callable[[], None] | None = None,
    ) -> Rows:
        """The rows after a later layer, all gates live.

        Args:
            rows: after `after`, or `INPUT`.
            after, to: names of layers; `to` may be `after`.
            edit: called with (layer, rows' x) after every layer named in `edited`, `to` included and `after` not.
            check: called between layers; may raise.
        """
        steps = list(steps_between(after, to)) if after != to else []
        while steps:
            if check is not None:
                check()
            step, block = steps[0], steps[:5]
            whole = step.opens and len(block) == 5 and not any(each.name in edited for each in block[:4])
            if whole and self._convolve is not None:
                rows = Rows(self._convolve.residual(block[1].name, block[3].name, rows.x))
                step = block[4]
                steps = steps[5:]
            else:
                rows = self.apply(step, rows)
                steps = steps[1:]
            if edit is not None and step.name in edited:
                rows = Rows(edit(step.name, rows.x), rows.skip)
        return rows

    def linear(self, step: Step, x: Tensor) -> Tensor:
        """A layer without pixels: (n, outputs)."""
        if step.name in self._linear:
            return self._linear[step.name](x)
        weight, bias = self._weights[step.name]
        return functional.linear(x, weight, bias)

    def apply_fused(self, step: Step, rows: Rows, apart: bool) -> Rows:
        """The rows after the next step, which is no gate. The addition that ends a residual block is done along with
        the convolution before it, whose `skip` may be used for it, unless that is to be looked at `apart`."""
        if step.kind == "conv" and step.name.endswith(".conv2") and not apart:
            return Rows(self.conv(step, rows.x, rows.skip))
        return rows if step.kind == "add" and rows.skip is None else self.apply(step, rows)

    def apply(self, step: Step, rows: Rows) -> Rows:
        """The rows after the next step, all gates live."""
        match step.kind:
            case "conv":
                return Rows(self.conv(step, rows.x), rows.skip)
            case "pool":
                return Rows(pooled(rows.x))
            case "relu":
                return Rows(rows.x.relu(), rows.x if step.opens else rows.skip)
            case "add":
                return Rows(rows.x + cast(Tensor, rows.skip))
            case "flatten":
                return Rows(rows.x.flatten(1))
            case "linear":
                return Rows(self.linear(step, rows.x))


def pooled(x: Tensor) -> Tensor:
    """Max pooling 3 x 3 with stride 2 and padding 1 of (n, height, width, channels)."""
    return functional.max_pool2d(x.permute(0, 3, 1, 2), 3, 2, 1).permute(0, 2, 3, 1).contiguous()


def winners(x: Tensor) -> Tensor:
    """(n, windows, channels) int64: of each window of `pooled`, the pixel (row * width + column) that wins."""
    _, indices = functional.max_pool2d(x.permute(0, 3, 1, 2), 3, 2, 1, return_indices=True)
    return indices.permute(0, 2, 3, 1).flatten(1, 2).contiguous()


def to_rows(name: str, activation: Tensor) -> Tensor:
    """Activations as the network has them, (n, *layer shape), in the order that they have here."""
    if name == FLATTEN:
        side = _FLAT_SIDE
        return activation.unflatten(1, (-1, side, side)).permute(0, 2, 3, 1).flatten(1).contiguous()
    return activation.permute(0, 2, 3, 1).contiguous() if activation.ndim == 4 else activation


def from_rows(name: str, x: Tensor) -> Tensor:
    """The array that `to_rows` was given: (n, *layer shape)."""
    if name == FLATTEN:
        side = _FLAT_SIDE
        return x.unflatten(1, (side, side, -1)).permute(0, 3, 1, 2).flatten(1)
    return x.permute(0, 3, 1, 2) if x.ndim == 4 else x
