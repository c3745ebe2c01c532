"""A network's convolutions made ready for the CPU: pixels first, channels last, with relu and addition built in.

There are three exact kernels: torch's own convolution; oneDNN's with weights already in its layout and relu or addition
in the same pass; and Winograd's algorithm where a layer has channels enough, with one of the others elsewhere. A fourth
computes in bfloat16, with an eighth of float32's digits: see `app.field.fast_fields`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final, cast

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from app.field.winograd import TILE, Winograd, residual

WINOGRAD: Final = "winograd"
ONEDNN: Final = "onednn"
PLAIN: Final = "plain"
BFLOAT16: Final = "bfloat16"
"""Not one of `kernels()`: it rounds every activation to 8 bits of precision."""

FEWEST_CHANNELS: Final = {1: 32, 0: 96}
"""With fewer channels, transforming the tiles costs more than Winograd's algorithm saves on any processor tried: on
whole images, and in windows, whose last tiles are not full."""


@cache
def kernels() -> tuple[str, ...]:
    """The exact ways of convolving that work here, the usually faster first."""
    return (ONEDNN, WINOGRAD, PLAIN) if _has_onednn() else (PLAIN, WINOGRAD)


@cache
def _has_onednn() -> bool:
    try:
        return _onednn_works()
    except (AttributeError, RuntimeError):
        return False


def _onednn_works() -> bool:
    # These entries are not part of torch's documented interface: used only where they give what the documented ones do.
    module = nn.Conv2d(8, 8, 3)
    x = torch.linspace(-1, 1, 2 * 6 * 6 * 8).view(2, 6, 6, 8)
    network = nn.ModuleDict({"conv": module})
    with torch.no_grad():
        expected = module(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        found = Convolutions(network, ONEDNN)
        exact = torch.allclose(found("conv", x, 0, relu=True), expected.relu(), atol=1e-5)
        return exact and torch.allclose(found("conv", x, 0, add=expected), 2 * expected, atol=1e-5)


class Convolutions:
    """The 3 x 3 convolutions of one network, by layer name.

    Activations are (n, height, width, channels) of `dtype`, contiguous: a pixel's channels are side by side, so that a
    window is copied in long pieces and every convolution reads them in the order it computes in.

    Attributes:
        dtype: float32, or bfloat16 for that kernel.
    """

    def __init__(self, network: nn.Module, kernel: str) -> None:
        self.dtype = torch.bfloat16 if kernel == BFLOAT16 else torch.float32
        self._plain = kernel == PLAIN or (kernel in (WINOGRAD, BFLOAT16) and not _has_onednn())
        self._winograd: dict[str, Winograd] | None = {} if kernel == WINOGRAD else None
        self._weights: dict[tuple[str, int], Tensor] = {}
        self._biases: dict[str, Tensor] = {}
        self._modules = {name: module for name, module in network.named_modules() if isinstance(module, nn.Conv2d)}
        for name, module in self._modules.items():
            self._biases[name] = cast(Tensor, module.bias).detach().to(self.dtype)

    def __call__(self, layer: str, x: Tensor, padding: int, *, relu: bool = False, add: Tensor | None = None) -> Tensor:
        """The convolution of x with the layer's weights, then + add, then relu.

        Args:
            layer: name of a Conv2d of the network.
            x: (n, height, width, inputs).
            padding: 1 keeps the size, 0 takes one pixel off each side.
            relu: whether negative outputs become 0; not together with `add`.
            add: (n, height', width', outputs), added to the outcome; its memory may be used for it.
        """
        winograd = self._winograd_of(layer, x, padding)
        if winograd is not None:
            return winograd(x, padding, relu=relu, add=add)
        image = x.permute(0, 3, 1, 2)
        weight, bias = self._weight(layer, padding), self._biases[layer]
        if self._plain:
            out = functional.conv2d(image, weight, bias, padding=padding).permute(0, 2, 3, 1)
            out = out.relu_() if relu else out
            return (out if add is None else out.add_(add)).contiguous()
        around = ([padding, padding], [1, 1], [1, 1], 1)
        if add is None:
            out = _pointwise()(image, weight, bias, *around, "relu" if relu else "none", [], "")
        else:
            out = _binary()(image, add.permute(0, 3, 1, 2), weight, bias, *around, "add", None, None, [], None)
        return cast(Tensor, out).permute(0, 2, 3, 1).contiguous()

    def residual(self, first: str, second: str, x: Tensor) -> Tensor:
        """x + second(relu(first(relu(x)))), the two layers being convolutions that keep the size of x."""
        of_first, of_second = (self._winograd_of(layer, x, 1) for layer in (first, second))
        if of_first is not None and of_second is not None:
            return residual(of_first, of_second, x)
        return self(second, self(first, x.relu(), 1, relu=True), 1, add=x)

    def _winograd_of(self, layer: str, x: Tensor, padding: int) -> Winograd | None:
        """Winograd's algorithm for the layer, where it is in use for such activations."""
        if self._winograd is None or x.shape[3] < FEWEST_CHANNELS[padding] or (padding and x.shape[1] % TILE):
            return None
        if layer not in self._winograd:
            self._winograd[layer] = Winograd(self._modules[layer].weight.detach(), self._biases[layer])
        return self._winograd[layer]

    def _weight(self, layer: str, padding: int) -> Tensor:
        key = (layer, 0 if self._plain else padding)
        if key not in self._weights:
            weight = self._modules[layer].weight.detach().to(self.dtype)
            if self._plain:
                self._weights[key] = weight.contiguous(memory_format=torch.channels_last)
            else:
                around = ((padding, padding), (1, 1), (1, 1), 1)
                size = [16, weight.shape[1], 16, 16]
                reorder: Callable[..., Tensor] = torch._C._nn.mkldnn_reorder_conv2d_weight
                self._weights[key] = reorder(weight.contiguous().to_mkldnn(), *around, size)
        return self._weights[key]


def _pointwise() -> Any:
    return torch.ops.mkldnn._convolution_pointwise.default


def _binary() -> Any:
    return torch.ops.mkldnn._convolution_pointwise.binary


def pool(x: Tensor, padding: int) -> Tensor:
    """Max pooling 3 x 3 with stride 2 of (n, height, width, channels); padding 1 pads with minus infinity."""
    return functional.max_pool2d(x.permute(0, 3, 1, 2), 3, 2, padding).permute(0, 2, 3, 1).contiguous()
