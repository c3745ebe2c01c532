"""Networks shared by their weights: those used last stay in memory, older ones are read from their file again."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

from cachetools import LRUCache

if TYPE_CHECKING:
    from app.policy.network import Network

KEPT_BYTES: Final = 48 * 2**20
"""Bytes of weights that stay in memory although nothing uses them now: 19 networks of width 1, 3 of width 4."""

_lock = Lock()
_alive: WeakValueDictionary[str, Network] = WeakValueDictionary()


def recently_used(most_bytes: int) -> LRUCache[str, Network]:
    """Holds networks by the hash of their weights: those used last that fit, and a larger one alone."""
    return LRUCache(most_bytes, getsizeof=lambda network: min(_bytes(network), most_bytes))


_recent = recently_used(KEPT_BYTES)


class StoredNetwork:
    """One network of the store, by the hash of its weights.

    Attributes:
        weights_hash: SHA-256 of the weights.
        width: multiplier of the network's channels.
        parameters: number of weights.

    Args:
        network: the network; when the store has one of the same weights, that one is used in its place.
        weights_hash: SHA-256 of its weights.
        reopen: reads the same network again, or raises PolicyError; None keeps it in memory for good.
    """

    def __init__(self, network: Network, weights_hash: str, reopen: Callable[[], Network] | None = None) -> None:
        self.weights_hash = weights_hash
        self.width = network.width
        self.parameters = sum(parameter.numel() for parameter in network.parameters())
        self._reopen = reopen
        network = _share(weights_hash, network)
        self._pinned = network if reopen is None else None

    def get(self) -> Network:
        """The network, read again when it has left memory.

        Raises:
            PolicyError: when it has left memory and its file is gone, or holds other weights.
        """
        if self._pinned is not None:
            return self._pinned
        with _lock:
            network = _alive.get(self.weights_hash)
            if network is not None:
                _recent[self.weights_hash] = network
                return network
        assert self._reopen is not None
        return _share(self.weights_hash, self._reopen())

    def __getstate__(self) -> dict[str, Any]:
        # Another process may not see the file: the weights travel.
        return {**self.__dict__, "_pinned": self.get(), "_reopen": None}


def _share(weights_hash: str, network: Network) -> Network:
    """The store's network of these weights; this one from now on, when there is none."""
    with _lock:
        found = _alive.setdefault(weights_hash, network)
        _recent[weights_hash] = found
        return found


def _bytes(network: Network) -> int:
    return 4 * sum(parameter.numel() for parameter in network.parameters())
