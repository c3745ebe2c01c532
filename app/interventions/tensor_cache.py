"""A bounded store of tensors that are costly to compute and depend only on their key."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock

from cachetools import LRUCache
from torch import Tensor


class TensorCache:
    """The most recently used tensors, up to a number of bytes. May be shared by threads.

    Keys are values (mazes, hashes, layer names), so that an edited maze or another policy is another key and nothing
    stored can be out of date.
    """

    def __init__(self, limit: int = 256 * 2**20) -> None:
        self._tensors: LRUCache[Hashable, Tensor] = LRUCache(limit, getsizeof=lambda tensor: tensor.nbytes)
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], Tensor]) -> Tensor:
        """The tensor of a key, computed when it is not stored. Callers must not change it in place."""
        with self._lock:
            found = self._tensors.get(key)
        if found is not None:
            return found
        tensor = compute()
        with self._lock:
            if tensor.nbytes <= self._tensors.maxsize:
                self._tensors[key] = tensor
        return tensor

    def __len__(self) -> int:
        return len(self._tensors)


CACHE = TensorCache()
"""The cache of all parts of the program, so that a vector shown in one panel is not computed again for another."""
