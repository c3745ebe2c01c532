"""The weights a run begins with."""

from __future__ import annotations

import torch
from torch import nn

from app.policy.network import Network, ResidualBlock


@torch.no_grad()
def initial_network(width: int, seed: int) -> Network:
    """Seeded weights: He's for what a ReLU follows, residual branches nearly closed, an almost uniform policy.

    With the last convolution of each residual branch near zero every block starts close to the identity, so that the
    six of them neither grow the activations nor delay learning; a small policy head starts from maximal entropy. Biases
    are zero. Sources: He et al. 2015 (arXiv 1502.01852), Zhang et al. 2019 (arXiv 1901.09321).
    """
    generator = torch.Generator().manual_seed(seed)
    network = Network(width)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            fan_in = module.weight[0].numel()
            gain = 1.0 if module is network.fc_value else 2.0
            module.weight.copy_(torch.randn(module.weight.shape, generator=generator) * (gain / fan_in) ** 0.5)
            assert module.bias is not None
            module.bias.zero_()
    for module in network.modules():
        if isinstance(module, ResidualBlock):
            module.conv2.weight.mul_(0.1)
    network.fc_policy.weight.mul_(0.01)
    return network
