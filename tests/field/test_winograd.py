"""Winograd's algorithm next to torch's own convolution, whatever its work memory held before."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from app.field.winograd import Winograd, residual

CHANNELS = 16


def layer(inputs: int, outputs: int, seed: int) -> tuple[nn.Conv2d, Winograd]:
    """A convolution with seeded weights, and the same by Winograd's algorithm."""
    torch.manual_seed(seed)
    module = nn.Conv2d(inputs, outputs, 3).requires_grad_(False)
    return module, Winograd(module.weight, module.bias)


def plain(module: nn.Conv2d, x: torch.Tensor, padding: int) -> torch.Tensor:
    """torch's convolution of (n, height, width, channels)."""
    out = functional.conv2d(x.permute(0, 3, 1, 2), module.weight, module.bias, padding=padding)
    return out.permute(0, 2, 3, 1)


@given(
    images=st.integers(1, 40),
    height=st.integers(3, 17),
    width=st.integers(3, 17),
    padding=st.integers(0, 1),
    relu=st.booleans(),
    added=st.booleans(),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_any_images_are_convolved_as_torch_does(
    images: int, height: int, width: int, padding: int, relu: bool, added: bool, seed: int
) -> None:
    module, winograd = layer(CHANNELS, 2 * CHANNELS, seed)
    x = 10 * torch.randn(images, height, width, CHANNELS)
    expected = plain(module, x, padding)
    add = torch.randn_like(expected) if added else None
    if add is not None:
        expected = expected + add
    if relu:
        expected = expected.relu()
    before = x.clone()
    found = winograd(x, padding, relu=relu, add=add)
    assert found.is_contiguous()
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-4)
    assert torch.equal(x, before)


@given(images=st.integers(1, 60), side=st.sampled_from((4, 8, 16)), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_a_residual_block_is_computed_as_torch_does(images: int, side: int, seed: int) -> None:
    (module1, first), (module2, second) = layer(CHANNELS, CHANNELS, seed), layer(CHANNELS, CHANNELS, seed + 1)
    x = 10 * torch.randn(images, side, side, CHANNELS)
    expected = x + plain(module2, plain(module1, x.relu(), 1).relu(), 1)
    before = x.clone()
    torch.testing.assert_close(residual(first, second, x), expected, rtol=1e-5, atol=1e-4)
    assert torch.equal(x, before)
