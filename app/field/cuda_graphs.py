"""Runs of the network on a CUDA device, recorded once per shape and then replayed without Python."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import torch
from cachetools import LRUCache
from torch import Tensor

from app.policy.stages import Run

KEPT_GRAPHS = 8
WARM_UPS = 3
"""Runs before recording, so that libraries have chosen their algorithms and taken their memory."""


@dataclass(frozen=True, eq=False)
class _Recorded:
    graph: torch.cuda.CUDAGraph
    inputs: Tensor
    result: Run


class Graphs:
    """Recorded runs, the most recently used ones. What they give is overwritten by the next replay.

    They share one pool of memory, since they run one after another and what each takes and gives stays allocated: so
    eight shapes need little more than the largest.
    """

    def __init__(self) -> None:
        self._recorded: LRUCache[Hashable, _Recorded] = LRUCache(KEPT_GRAPHS)
        self._pool: Any = None

    def run(self, key: Hashable, inputs: Tensor, work: Callable[[Tensor], Run]) -> Run:
        """Replay `work` on these inputs, recording it first where this key and shape are new.

        Args:
            key: what `work` depends on besides the inputs.
            inputs: on the CUDA device.
            work: the run; always does the same, whatever the values of its inputs.
        """
        full_key = (key, tuple(inputs.shape))
        if full_key not in self._recorded:
            self._recorded[full_key] = self._record(inputs, work)
        recorded = self._recorded[full_key]
        recorded.inputs.copy_(inputs)
        recorded.graph.replay()
        return recorded.result

    def clear(self) -> None:
        """Release all of them."""
        self._recorded.clear()
        self._pool = None

    def _record(self, inputs: Tensor, work: Callable[[Tensor], Run]) -> _Recorded:
        static = inputs.clone()
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UPS):
                work(static)
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        if self._pool is None:
            self._pool = torch.cuda.graph_pool_handle()
        # Other threads may use the device meanwhile; that must not end the recording.
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            result = work(static)
        return _Recorded(graph, static, result)
