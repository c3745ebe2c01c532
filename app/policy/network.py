"""The IMPALA policy network of train-procgen-pytorch, with every stage a named module."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn


class Add(nn.Module):
    """The addition that closes a residual block; a module so that its output can be named and hooked."""

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        return left + right


class ResidualBlock(nn.Module):
    """relu1, conv1, relu2, conv2, resadd."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.relu1 = nn.ReLU()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.relu2 = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.resadd = Add()

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.resadd(self.conv2(self.relu2(self.conv1(self.relu1(x)))), x))


class ImpalaBlock(nn.Module):
    """conv, maxpool (3, stride 2, padding 1), res1, res2. Halves the side."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, channels, 3, padding=1)
        self.maxpool = nn.MaxPool2d(3, 2, padding=1)
        self.res1 = ResidualBlock(channels)
        self.res2 = ResidualBlock(channels)

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.res2(self.res1(self.maxpool(self.conv(x)))))


class Embedder(nn.Module):
    """Three IMPALA blocks, then relu3, flatten, fc and relufc: (N, 3, 64, 64) -> (N, 256)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.block1 = ImpalaBlock(3, 16 * width)
        self.block2 = ImpalaBlock(16 * width, 32 * width)
        self.block3 = ImpalaBlock(32 * width, 32 * width)
        self.relu3 = nn.ReLU()
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(32 * width * 8 * 8, 256)
        self.relufc = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.block3(self.block2(self.block1(x)))
        return cast(Tensor, self.relufc(self.fc(self.flatten(self.relu3(x)))))


class Network(nn.Module):
    """Policy and value heads over the embedder.

    Args:
        width: multiplier of the channels 16, 32, 32 (1 and 4 are found in the wild).
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.embedder = Embedder(width)
        self.fc_policy = nn.Linear(256, 15)
        self.fc_value = nn.Linear(256, 1)

    def forward(self, observations: Tensor) -> tuple[Tensor, Tensor]:
        """Raw logits (N, 15) and values (N,) of observations (N, 3, 64, 64), float32 in 0..1, row 0 on top."""
        hidden = self.embedder(observations)
        return self.fc_policy(hidden), self.fc_value(hidden).squeeze(-1)


@torch.no_grad()
def random_network(width: int, seed: int) -> Network:
    """A network with seeded random weights: what tests and benchmarks use where no trained one is available."""
    generator = torch.Generator().manual_seed(seed)
    network = Network(width)
    for parameter in network.parameters():
        fan_in = parameter[0].numel() if parameter.ndim > 1 else 16
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * (1.6 / fan_in) ** 0.5)
    return network.eval()
