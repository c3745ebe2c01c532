"""A loaded policy as a value: the network and where it came from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.policy.layers import Layer, layers

# A window is up long before torch is loaded, so the values that documents are made of do without it.
if TYPE_CHECKING:
    from app.policy.network import Network


@dataclass(frozen=True, eq=False)
class Policy:
    """A network with its provenance. Two policies are equal when their weights are.

    Attributes:
        network: in eval mode, float32, on the CPU; never modified. Engines copy it to their device.
        name: what to call it: the file's stem, or the name its metadata gives.
        path: where it was loaded from, or None.
        weights_hash: SHA-256 over the named weights, in hexadecimal: the policy's identity in caches and sessions.
        metadata: what its file or its model card says of it.
    """

    network: Network
    name: str
    path: Path | None
    weights_hash: str
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """Multiplier of the channels 16, 32, 32."""
        return self.network.width

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All stages, in the order they are computed."""
        return layers(self.width)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and other.weights_hash == self.weights_hash

    def __hash__(self) -> int:
        return hash(self.weights_hash)


def weights_hash(network: Network) -> str:
    """SHA-256 over the sorted names and float32 bytes of all weights, in hexadecimal."""
    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().to("cpu", torch.float32).contiguous().numpy().tobytes())
    return digest.hexdigest()


def policy_of(network: Network, name: str, path: Path | None = None, metadata: dict[str, Any] | None = None) -> Policy:
    """Wrap a network as a policy: eval mode, no gradients, hashed."""
    network.eval().requires_grad_(False)
    return Policy(network, name, path, weights_hash(network), metadata or {})
