"""Fields on a GPU: all squares in one batch, whole images, repeated work recorded as a graph (CUDA)."""

from __future__ import annotations

import copy
from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from cachetools import LRUCache
from torch import Tensor

from app.field.cuda_graphs import Graphs
from app.field.devices import Device
from app.field.evaluator import Answer, Evaluator, Job, Outputs
from app.field.prefix_cache import Kept
from app.field.receptive_fields import resumable_before
from app.field.requests import FieldRequest, scene_key
from app.field.windowed_forward import LAST, Check
from app.interventions.compiled_stack import compile_stack
from app.maze.render import base_and_patches
from app.policy.layers import layer
from app.policy.network import Network
from app.policy.policy import Policy
from app.policy.stages import Run, as_input, run

LARGEST_BATCH = 384
BATCH_STEP = 32
"""Batches are filled up to a multiple of this, so that shapes repeat and recorded graphs serve again."""

KEPT_NETWORKS = 2


class GpuEvaluator(Evaluator):
    """Computes fields on a graphics processor in float32, without the shortened TF32 multiplication.

    Args:
        device: "cuda" or "mps". ("cpu" works as well, slowly: it lets these lines be tested where there is no other.)
    """

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self._networks: LRUCache[str, Network] = LRUCache(KEPT_NETWORKS)
        self._graphs = Graphs()
        self._kept: tuple[Hashable, Kept | None] = ((), None)

    @property
    def label(self) -> str:
        return self.device.name

    def job(self, request: FieldRequest) -> GpuJob:
        return GpuJob(self, request)

    def way(self, request: FieldRequest) -> str:
        del request
        return "whole images in one batch" + (", recorded as graphs" if self.device.key == "cuda" else "")

    def network(self, policy: Policy) -> Network:
        """The policy's network, copied to the device once."""
        key = policy.weights_hash
        if key not in self._networks:
            if len(self._networks) == KEPT_NETWORKS:
                # The network that leaves is recorded in them.
                self._graphs.clear()
            self._networks[key] = copy.deepcopy(policy.network).to(self.device.key)
        return self._networks[key]

    def run(self, policy: Policy, inputs: Tensor, keep: str | None, after: str | None) -> Run:
        """The unpatched network from its input or from after a stage; replayed on CUDA, so copy what is to last."""
        network = self.network(policy)

        def work(x: Tensor) -> Run:
            return run(network, x, keep=() if keep is None else (keep,), after=after)

        if self.device.key != "cuda":
            return work(inputs)
        return self._graphs.run((policy.weights_hash, keep, after), inputs, work)

    def kept(self, request: FieldRequest, stage: str) -> Kept | None:
        """The store of this maze's and policy's activations of a stage; None where they are too large."""
        key = (scene_key(request.maze), request.policy.weights_hash, stage)
        if self._kept[0] != key:
            shape = layer(stage, request.policy.width).shape
            self._kept = (key, Kept.of(stage, len(request.maze.squares), shape, device=self.device.key))
        return self._kept[1]

    def last_stage(self, request: FieldRequest) -> tuple[Tensor, Tensor]:
        maze, network = request.maze, self.network(request.policy)
        compiled = compile_stack(request.stack, request.policy, request.taken_on, device=self.device.key)
        found: tuple[list[Tensor], list[Tensor]] = ([], [])
        for squares in np.array_split(maze.squares, -(-len(maze.squares) // LARGEST_BATCH)):
            pictures = torch.from_numpy(base_and_patches(maze, squares).observations())
            inputs = as_input(pictures.to(self.device.key))
            with self.exact():
                found[0].append(run(network, inputs, keep=(LAST,)).kept[LAST])
                if compiled.layers:
                    edit = compiled.edit(squares)
                    kept = run(network, inputs, edit=edit, edited=compiled.layers, keep=(LAST,)).kept
                    found[1].append(kept[LAST])
        original = torch.cat(found[0])
        return original, torch.cat(found[1]) if found[1] else original

    def exact(self) -> AbstractContextManager[None]:
        """While it lasts, convolutions multiply in full float32."""
        if self.device.key != "cuda":
            return nullcontext()
        return torch.backends.cudnn.flags(enabled=True, allow_tf32=False)

    def close(self) -> None:
        self._graphs.clear()
        self._networks.clear()
        self._kept = ((), None)


class GpuJob(Job):
    """One request on a graphics processor."""

    def __init__(self, evaluator: GpuEvaluator, request: FieldRequest) -> None:
        self._evaluator, self._request = evaluator, request
        self.compiled = compile_stack(request.stack, request.policy, request.taken_on, device=evaluator.device.key)
        self.known = evaluator.known(request.maze, request.policy)

    def answers(self, order: np.ndarray, check: Check) -> Iterator[Answer]:
        parts = np.array_split(order, -(-len(order) // LARGEST_BATCH))
        for number, rows in enumerate(parts):
            if number:
                check()
            with torch.no_grad(), self._evaluator.exact():
                answer = self._evaluate(rows)
            # Outside: whoever takes the answer is not to compute without gradients, or hold the device's flags.
            yield answer

    def _evaluate(self, rows: np.ndarray) -> Answer:
        evaluator, policy, maze = self._evaluator, self._request.policy, self._request.maze
        filled = np.concatenate([rows, np.repeat(rows[-1:], -len(rows) % BATCH_STEP)])
        original = None if self.known is None else (self.known[0][rows], self.known[1][rows])
        first = self.compiled.first
        resumed = None if first is None else resumable_before(first)
        kept = None if resumed is None else evaluator.kept(self._request, resumed)
        before = None if kept is None else kept.find(filled)
        if original is None or (resumed is not None and before is None):
            pictures = torch.from_numpy(base_and_patches(maze, maze.squares[filled]).observations())
            plain = evaluator.run(policy, as_input(pictures.to(evaluator.device.key)), resumed, None)
            if original is None:
                original = _arrays(plain, len(rows))
            if resumed is not None:
                before = plain.kept[resumed].clone()
                if kept is not None:
                    kept.put(filled, before)
        if before is None or resumed is None:
            return Answer(rows, original, original)
        return Answer(rows, original, _arrays(self._patched(before, resumed, maze.squares[filled]), len(rows)))

    def _patched(self, before: Tensor, resumed: str, squares: np.ndarray) -> Run:
        evaluator, policy, layers = self._evaluator, self._request.policy, self.compiled.layers
        edit = self.compiled.edit(squares)
        if resumed in layers:
            before = edit(resumed, before)
        if set(layers) <= {resumed}:
            return evaluator.run(policy, before, None, resumed)
        return run(evaluator.network(policy), before, edit=edit, edited=layers, after=resumed)


def _arrays(result: Run, count: int) -> Outputs:
    return result.logits[:count].cpu().numpy(), result.value[:count].cpu().numpy()
