"""A bounded store of tensors that are costly to compute and depend only on their key."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from torch import Tensor


class TensorCache:
    """The most recently used tensors, up to a number of bytes. May be shared by threads.

    Keys are values (mazes, hashes, layer names), so that an edited maze or another policy is another key and nothing
    stored can be out of date.
    """

    def __init__(self, limit: int = 256 * 2**20) -> None:
        self._limit = limit
        self._bytes = 0
        self._tensors: OrderedDict[Hashable, Tensor] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], Tensor]) -> Tensor:
        """The tensor of a key, computed when it is not stored. Callers must not change it in place."""
        with self._lock:
            if key in self._tensors:
                self._tensors.move_to_end(key)
                return self._tensors[key]
        tensor = compute()
        with self._lock:
            if key not in self._tensors:
                self._tensors[key] = tensor
                self._bytes += _size(tensor)
            while self._bytes > self._limit and len(self._tensors) > 1:
                self._bytes -= _size(self._tensors.popitem(last=False)[1])
        return tensor

    def __len__(self) -> int:
        return len(self._tensors)


def _size(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()


CACHE = TensorCache()
"""What all parts of the program share, so that a vector shown in one panel is not computed again for another."""
