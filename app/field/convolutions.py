"""A network's convolutions made ready for the CPU: pixels first, channels last, with relu and addition built in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from app.policy.network import Network

ONEDNN: Final = "onednn"
PLAIN: Final = "plain"


def kernels() -> tuple[str, ...]:
    """The ways of convolving that this build of torch has, the usually faster first."""
    has_onednn = torch.backends.mkldnn.is_available() and hasattr(torch._C._nn, "mkldnn_reorder_conv2d_weight")
    return (ONEDNN, PLAIN) if has_onednn else (PLAIN,)


class Convolutions:
    """The 3 x 3 convolutions of one network, by layer name.

    Activations are (n, height, width, channels) float32, contiguous: a pixel's channels lie side by side, so that a
    window is copied in long pieces and every convolution reads them in the order it computes in.
    """

    def __init__(self, network: Network, kernel: str) -> None:
        self._plain = kernel == PLAIN
        self._weights: dict[tuple[str, int], Tensor] = {}
        self._biases: dict[str, Tensor] = {}
        self._modules = {name: module for name, module in network.named_modules() if isinstance(module, nn.Conv2d)}
        for name, module in self._modules.items():
            self._biases[name] = cast(Tensor, module.bias).detach()

    def __call__(self, layer: str, x: Tensor, padding: int, *, relu: bool = False, add: Tensor | None = None) -> Tensor:
        """The convolution of x with the layer's weights, then + add, then relu.

        Args:
            layer: name of a Conv2d of the network.
            x: (n, height, width, inputs).
            padding: 1 keeps the size, 0 takes one pixel off each side.
            relu: whether negative outputs become 0; not together with `add`.
            add: (n, height', width', outputs), added to the outcome; its memory may be used for it.
        """
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

    def _weight(self, layer: str, padding: int) -> Tensor:
        key = (layer, 0 if self._plain else padding)
        if key not in self._weights:
            weight = self._modules[layer].weight.detach()
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
