"""Forward passes with one activation pixel of a layer set, for many pairs of a mouse's square and a pixel.

The layers before this one are computed once for each square, and those after it once for each pair. On the
processor, after a stage with pixels, only the window that the changed pixel can reach is computed: around it the
unpatched activations of the same square are copied in. Elsewhere a pair is a row of a plain batch.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import numpy as np
import torch
from torch import Tensor

from app.field.convolutions import Convolutions
from app.field.execution_plan import Plan, is_wide
from app.field.maze_scene import Scene
from app.field.receptive_fields import CONV_STAGES, first_whole_stage, pixel_spans, spans
from app.field.torch_threads import one_thread_here
from app.field.windowed_forward import LAST, NO_EDITS, Backdrop, Place, State, WindowedForward, never
from app.maze.maze import Maze
from app.maze.render import observations
from app.policy.layers import Layer, layers
from app.policy.network_copies import network_on
from app.policy.policy import Policy
from app.policy.stages import RESUMABLE, as_input, run

PAIRS: Final = {True: 24, False: 96}
"""Pairs of one chunk, by whether the network is wide."""

MOST_BYTES: Final = 384 * 2**20
"""Memory for the unpatched activations of squares; more squares than fit are taken in turns."""


class PixelPasses(ABC):
    """The passes of one policy, maze and layer.

    Attributes:
        capacity: squares whose activations may be ready at the same time.
        at_once: pairs worth asking for together: one chunk for every thread.
    """

    capacity: int
    at_once: int

    @abstractmethod
    def prepare(self, rows: np.ndarray) -> np.ndarray:
        """Make squares ready: (n, 15) float32 raw logits of the unpatched network there.

        Args:
            rows: (n,) rows of `maze.squares`, none of them ready yet; no more than `capacity` since `forget`.
        """

    @abstractmethod
    def outputs(self, rows: np.ndarray, pixels: np.ndarray, channels: Sequence[int], value: float) -> np.ndarray:
        """(n, 15) float32 raw logits with the channels' pixel set.

        Args:
            rows: (n,) rows of `maze.squares` that are ready.
            pixels: (n,) the pixel of each, row-major from the top left of the layer's image; for a layer without
                pixels they do not matter.
            channels: the channels (features) that are set.
            value: what to.
        """

    @abstractmethod
    def forget(self) -> None:
        """Release the squares that are ready."""

    def close(self) -> None:  # noqa: B027  (most hold no threads)
        """Release threads."""


def pixel_passes(policy: Policy, maze: Maze, stage: Layer, device: str, plan: Plan) -> PixelPasses:
    """The way that is fastest for this layer and device.

    Args:
        policy: the policy.
        maze: the maze; its mouse's square does not matter.
        stage: the layer that is set.
        device: "cpu", "cuda" or "mps".
        plan: how fields are computed on the processor; not asked for elsewhere.
    """
    if device == "cpu" and stage.name in CONV_STAGES:
        return WindowedPasses(policy, maze, stage, plan)
    return PlainPasses(policy, maze, stage, device)


class WindowedPasses(PixelPasses):
    """On the processor, after a stage with pixels: windows around the changed pixel."""

    def __init__(self, policy: Policy, maze: Maze, stage: Layer, plan: Plan) -> None:
        convolutions = Convolutions(policy.network, plan.kernel)
        self._stage, self._plan = stage, plan
        self._before = WindowedForward(policy.network, convolutions, spans(maze.world, maze.facing), plan.until)
        around = pixel_spans(stage.name)
        self._until = first_whole_stage(around, stage.name)
        self._behind = WindowedForward(policy.network, convolutions, around, self._until)
        self._pairs = PAIRS[is_wide(policy.width)]
        self._pool = ThreadPoolExecutor(plan.threads, "pixels", initializer=one_thread_here)
        with torch.no_grad():
            self._scene = Scene(maze, self._before)
        self._slots = np.full(len(maze.squares), -1)
        self._used = 0
        self._backdrop: Backdrop = {}
        self.capacity = min(len(maze.squares), max(1, MOST_BYTES // self._bytes_of_a_square(policy.width)))
        self.at_once = self._pairs * plan.threads

    def prepare(self, rows: np.ndarray) -> np.ndarray:
        self._slots[rows] = self._used + np.arange(len(rows))
        self._used += len(rows)
        pieces = max(1, -(-len(rows) // self._plan.chunk))
        if len(rows) >= self._plan.threads:
            pieces = -(-pieces // self._plan.threads) * self._plan.threads
        return self._in_chunks(np.array_split(rows, pieces), self._prepare)

    def outputs(self, rows: np.ndarray, pixels: np.ndarray, channels: Sequence[int], value: float) -> np.ndarray:
        pieces = -(-len(rows) // self._pairs)
        chunks = np.array_split(np.arange(len(rows)), max(1, pieces))
        chosen = torch.tensor(list(channels), dtype=torch.int64)
        return self._in_chunks(chunks, lambda chunk: self._outputs(rows[chunk], pixels[chunk], chosen, value))

    def forget(self) -> None:
        self._slots[:] = -1
        self._used = 0

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _in_chunks(self, chunks: Sequence[np.ndarray], work: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        return np.concatenate(list(self._pool.map(partial(_without_gradients, work), chunks)))

    def _prepare(self, rows: np.ndarray) -> np.ndarray:
        place = Place(self._scene.cells[torch.from_numpy(rows)])
        name = self._stage.name
        state = self._before.advance(self._scene.start(rows), name, place, NO_EDITS, self._scene.backdrop, never)
        state = self._before.whole(state, place, self._scene.backdrop)
        found = self._behind.backdrop(name, state.x, NO_EDITS)
        slots = torch.from_numpy(self._slots[rows])
        for layer, x in found.items():
            self._room(layer, x)[slots] = x
        ahead = _stage_before(self._until)
        state = State(ahead, found[ahead][:, 1:-1, 1:-1].contiguous(), False)
        state = self._behind.advance(state, LAST, place, NO_EDITS, found, never)
        return self._behind.outputs(state, NO_EDITS)[0].numpy()

    def _room(self, layer: str, x: Tensor) -> Tensor:
        # Two threads may make the same room; setdefault lets one of them win.
        if layer not in self._backdrop:
            self._backdrop.setdefault(layer, x.new_empty(self.capacity, *x.shape[1:]))
        return self._backdrop[layer]

    def _outputs(self, rows: np.ndarray, pixels: np.ndarray, channels: Tensor, value: float) -> np.ndarray:
        side = self._stage.side
        assert side is not None
        slots, cells = torch.from_numpy(self._slots[rows]), torch.from_numpy(pixels)
        x = self._backdrop[self._stage.name][slots, cells // side + 1, cells % side + 1]
        x[:, channels] = value
        place = Place(cells, slots)
        state = State(self._stage.name, x[:, None, None, :], True)
        state = self._behind.advance(state, LAST, place, NO_EDITS, self._backdrop, never)
        return self._behind.outputs(self._behind.whole(state, place, self._backdrop), NO_EDITS)[0].numpy()

    def _bytes_of_a_square(self, width: int) -> int:
        """Of the layers that windows need, at most: the inner ones of a residual block as well."""
        end = len(layers(width)) if self._until is None else self._index(self._until, width)
        inside = [
            each
            for each in layers(width)
            if each.side is not None and self._stage.index <= each.index < end and not each.name.endswith("conv1")
        ]
        return sum(4 * each.channels * (each.side + 2) ** 2 for each in inside if each.side is not None)

    @staticmethod
    def _index(name: str, width: int) -> int:
        return next(each.index for each in layers(width) if each.name == name)


class PlainPasses(PixelPasses):
    """On any device, for any layer: plain batches from the last stage that a run can resume after."""

    def __init__(self, policy: Policy, maze: Maze, stage: Layer, device: str) -> None:
        self._network = network_on(policy, device)
        self._maze, self._stage, self._device = maze, stage, device
        earlier = [each for each in layers(policy.width) if each.index <= stage.index and each.name in RESUMABLE]
        self._start = earlier[-1].name if earlier else None
        shape = earlier[-1].shape if earlier else (3, 64, 64)
        self._ready = torch.empty(0)
        self._slots = np.full(len(maze.squares), -1)
        self.capacity = min(len(maze.squares), max(1, MOST_BYTES // (4 * math.prod(shape))))
        self.at_once = 64 if device == "cpu" else 512

    def prepare(self, rows: np.ndarray) -> np.ndarray:
        logits = []
        for part in _parts(rows, self.at_once):
            inputs = as_input(torch.from_numpy(observations(self._maze, self._maze.squares[part]))).to(self._device)
            found = run(self._network, inputs, keep=() if self._start is None else (self._start,))
            logits.append(found.logits.cpu().numpy())
            before = inputs if self._start is None else found.kept[self._start]
            self._slots[part] = len(self._ready) + np.arange(len(part))
            self._ready = torch.cat([self._ready, before]) if len(self._ready) else before.clone()
        return np.concatenate(logits)

    def outputs(self, rows: np.ndarray, pixels: np.ndarray, channels: Sequence[int], value: float) -> np.ndarray:
        logits = []
        for part in _parts(np.arange(len(rows)), self.at_once):
            before = self._ready[torch.from_numpy(self._slots[rows[part]]).to(self._device)]
            edit = partial(self._set, torch.from_numpy(pixels[part]).to(self._device), list(channels), value)
            if self._start == self._stage.name:
                found = run(self._network, edit(self._stage.name, before), after=self._start)
            else:
                found = run(self._network, before, edit=edit, edited=(self._stage.name,), after=self._start)
            logits.append(found.logits.cpu().numpy())
        return np.concatenate(logits)

    def forget(self) -> None:
        self._ready = torch.empty(0)
        self._slots[:] = -1

    def _set(self, pixels: Tensor, channels: list[int], value: float, _: str, x: Tensor) -> Tensor:
        out, side = x.clone(), self._stage.side
        if side is None:
            out[:, channels] = value
        else:
            at = torch.arange(len(x), device=x.device)
            out[
                at[:, None],
                torch.tensor(channels, device=x.device),
                (pixels // side)[:, None],
                (pixels % side)[:, None],
            ] = value
        return out


def _parts(rows: np.ndarray, size: int) -> Iterator[np.ndarray]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _stage_before(until: str | None) -> str:
    return CONV_STAGES[-1] if until is None else CONV_STAGES[CONV_STAGES.index(until) - 1]


def _without_gradients(work: Callable[[np.ndarray], np.ndarray], chunk: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return work(chunk)
