"""Layers without pixels made ready for the CPU: the numbers of torch's own product."""

from __future__ import annotations

import pytest
import torch

from app.field import linear_layers
from app.field.linear_layers import Linear


@pytest.mark.parametrize("rows", [0, 1, 3, 61, 94, 200])
@pytest.mark.parametrize(("inputs", "outputs"), [(2048, 256), (256, 15), (7, 3)])
def test_it_gives_what_torch_gives(rows: int, inputs: int, outputs: int) -> None:
    generator = torch.Generator().manual_seed(0)
    shapes = ((outputs, inputs), (outputs,), (rows, inputs))
    weight, bias, x = (torch.randn(*shape, generator=generator) for shape in shapes)
    found = Linear(weight, bias)(x)
    assert found.shape == (rows, outputs)
    exact = torch.nn.functional.linear(*(each.double() for each in (x, weight, bias))).float()
    torch.testing.assert_close(found, exact, rtol=1e-4, atol=1e-5 * inputs**0.5)


def test_without_onednn_it_is_torchs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_layers, "_has_onednn", lambda: False)
    weight, bias, x = torch.ones(2, 3), torch.tensor([0.0, 1.0]), torch.ones(4, 3)
    assert torch.equal(Linear(weight, bias)(x), torch.tensor([[3.0, 4.0]] * 4))
