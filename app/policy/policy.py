"""A loaded policy as a value: the network and its source."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.policy.layers import Layer, layers
from app.policy.network_store import StoredNetwork

# A window is up long before torch is loaded, so the values that documents are made of do without it.
if TYPE_CHECKING:
    from app.policy.network import Network


@dataclass(frozen=True, eq=False)
class Policy:
    """A network with its provenance. Two policies are equal when their weights are.

    Attributes:
        stored: its network, shared by all policies of the same weights.
        name: what to call it: the file's stem, or the name its metadata gives.
        path: where it was loaded from, or None.
        weights_hash: SHA-256 over the named weights, in hexadecimal: the policy's identity in caches and sessions.
        metadata: what its file or its model card says of it.
    """

    stored: StoredNetwork
    name: str
    path: Path | None
    weights_hash: str
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def network(self) -> Network:
        """In eval mode, float32, on the CPU; never modified. Engines copy it to their device.

        Raises:
            PolicyError: when it has left memory, and its file is gone or holds other weights.
        """
        return self.stored.get()

    @property
    def width(self) -> int:
        """Multiplier of the channels 16, 32, 32."""
        return self.stored.width

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return self.stored.parameters

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


def policy_of(
    network: Network,
    name: str,
    path: Path | None = None,
    metadata: dict[str, Any] | None = None,
    *,
    reopen: Callable[[str], Network] | None = None,
) -> Policy:
    """Wrap a network as a policy: eval mode, no gradients, hashed.

    Args:
        network: the network, or one whose weights are in memory already.
        name, path, metadata: the policy's.
        reopen: reads the network of this hash again, or raises PolicyError; without it the network never leaves memory.
    """
    network.eval().requires_grad_(False)
    found = weights_hash(network)
    stored = StoredNetwork(network, found, None if reopen is None else partial(reopen, found))
    return Policy(stored, name, path, found, metadata or {})
