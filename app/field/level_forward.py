"""Forward passes of observations of many levels: whole images, stage by stage, from any stage to any later one.

One thread takes a batch through the network alone. What is between two calls is kept by the caller, so that stages that
several questions share (a level's start, the layer a vector is added at) are computed once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import torch
from torch import Tensor

from app.field.convolutions import WINOGRAD, Convolutions, kernels
from app.field.execution_plan import is_wide
from app.field.receptive_fields import CONV_STAGES, INPUT, spans
from app.field.thread_fields import ThreadFields
from app.field.windowed_forward import LAST, NO_EDITS, Check, Place, State, WindowedForward, never
from app.maze.maze import Maze
from app.maze.render import base_and_patches, observations_of
from app.policy.policy import Policy
from app.policy.stages import RESUMABLE, run

CHUNKS: Final = {True: 8, False: 24}
"""Observations that go through at once, by whether the network is wide: they stay near a core's own cache."""

GRAIN: Final = 4
"""Batches are filled up to a multiple of this, so that their shapes repeat and kernels made for one serve again."""

STAGES: Final = (INPUT, *RESUMABLE)
"""Stages at which activations may start, in the order of computation."""

_NOWHERE: Final = Place(torch.empty(0, dtype=torch.int64))


def convolutions_of(policy: Policy) -> Convolutions:
    """The policy's convolutions as many levels use them: the same kernel on every run, never what was measured."""
    return Convolutions(policy.network, WINOGRAD if is_wide(policy.width) else kernels()[0])


class LevelForward:
    """Passes of one policy. Activations are float32 tensors, first axis the observation.

    Of stages with pixels up to block 3 they are (n, side, side, channels), row 0 on top, as the convolutions take them;
    `in_layer_shape` turns them into the layer's own (n, channels, side, side). Of relu3 and later stages they have the
    layer's own shape.

    Attributes:
        policy: the policy.
        device: where the network is.
        check: see below.
        chunk: observations that go through at once.

    Args:
        policy: the policy.
        convolutions: see `convolutions_of`; may be shared by threads.
        check: called between batches; raises `Stopped` when the answer is not wanted any more.
    """

    def __init__(self, policy: Policy, convolutions: Convolutions | None = None, check: Check = never) -> None:
        self.policy = policy
        self.device = "cpu"
        self.check = check
        self.chunk = CHUNKS[is_wide(policy.width)]
        self._own = threading.local()
        # Whole images only, so that the world whose windows these would be plays no part.
        self._walk = WindowedForward(
            policy.network, convolutions or convolutions_of(policy), spans(15, "fresh"), CONV_STAGES[0]
        )

    @property
    def fields(self) -> ThreadFields:
        """Computes whole fields, on the calling thread."""
        found: ThreadFields | None = getattr(self._own, "fields", None)
        if found is None:
            found = self._own.fields = ThreadFields(self.policy.width, self.check)
        return found

    def at(self, mazes: Sequence[Maze], stages: Collection[str]) -> dict[str, Tensor]:
        """The activations at some of `STAGES`, by stage, computing no further than the last of them.

        Args:
            mazes: the observations, each with the mouse where its maze has it.
            stages: which.
        """
        return self._at(len(mazes), lambda part: observations_of(mazes[part]), stages)

    def at_squares(self, maze: Maze, stages: Collection[str]) -> dict[str, Tensor]:
        """`at` of one maze with the mouse on each of `maze.squares`, in their order."""
        patches = base_and_patches(maze)
        pictures = patches.observations()
        return self._at(len(pictures), lambda part: pictures[part], stages)

    def _at(self, count: int, pictures: Callable[[slice], np.ndarray], stages: Collection[str]) -> dict[str, Tensor]:
        found: dict[str, list[Tensor]] = {stage: [] for stage in stages}
        for part in self.parts(count):
            x = torch.from_numpy(pictures(part)).to(torch.float32).div_(255)
            for stage, activations in self.between(x, INPUT, stages).items():
                found[stage].append(activations)
        return {stage: torch.cat(parts) for stage, parts in found.items()}

    def between(self, x: Tensor, behind: str, stages: Collection[str]) -> dict[str, Tensor]:
        """One batch's activations at some stages, from those at `after` on; each in memory of its own."""
        count = len(x)
        wanted = sorted(stages, key=STAGES.index)
        late = [stage for stage in wanted if stage not in CONV_STAGES and stage != INPUT]
        found = {}
        with torch.no_grad():
            x = _filled(x)
            if behind == INPUT or behind in CONV_STAGES:
                state = State(behind, x, False)
                for stage in [stage for stage in wanted if stage not in late] + [LAST] * bool(late):
                    state = self._walk.advance(state, stage, _NOWHERE, NO_EDITS, {}, self.check)
                    found[stage] = state.x[:count]
                x, behind = state.x, state.stage
                if late:
                    x = x.permute(0, 3, 1, 2)
            if late:
                self.check()
                kept = run(self.policy.network, x, after=behind, keep=late).kept
                found |= {stage: x[:count] if stage == behind else kept[stage][:count] for stage in late}
        return {stage: found[stage] for stage in wanted}

    def logits(self, x: Tensor, behind: str) -> np.ndarray:
        """(n, 15) float32 raw logits of activations at a stage, however many; computed in batches."""
        found = np.empty((len(x), 15), dtype=np.float32)
        for part in self.parts(len(x)):
            found[part] = self._logits(x[part], behind)
        return found

    def observed(self, mazes: Sequence[Maze]) -> np.ndarray:
        """(n, 15) float32 raw logits of each maze, the mouse where the maze has it."""
        found = np.empty((len(mazes), 15), dtype=np.float32)
        for part in self.parts(len(mazes)):
            x = torch.from_numpy(observations_of(mazes[part])).to(torch.float32).div_(255)
            found[part] = self._logits(x, INPUT)
        return found

    def parts(self, count: int) -> list[slice]:
        """Slices of `count` rows, of nearly equal size and none above the batch's."""
        rounds = -(-count // self.chunk)
        ends = [count * number // rounds for number in range(rounds + 1)] if rounds else []
        return [slice(start, stop) for start, stop in pairwise(ends)]

    def _logits(self, x: Tensor, behind: str) -> np.ndarray:
        self.check()
        count = len(x)
        with torch.no_grad():
            x = _filled(x)
            if behind == INPUT or behind in CONV_STAGES:
                state = self._walk.advance(State(behind, x, False), LAST, _NOWHERE, NO_EDITS, {}, self.check)
                return self._walk.outputs(state, NO_EDITS)[0][:count].numpy()
            return run(self.policy.network, x, after=behind).logits[:count].numpy()


def has_pixels(stage: str) -> bool:
    """True if activations at a stage are (n, side, side, channels)."""
    return stage in CONV_STAGES


def in_layer_shape(x: Tensor, stage: str) -> Tensor:
    """Activations in the layer's own shape, (n, channels, side, side) or (n, features); a view."""
    return x.permute(0, 3, 1, 2) if has_pixels(stage) else x


def from_layer_shape(x: Tensor, stage: str) -> Tensor:
    """The opposite of `in_layer_shape`, contiguous."""
    return x.permute(0, 2, 3, 1).contiguous() if has_pixels(stage) else x


def _filled(x: Tensor) -> Tensor:
    missing = -len(x) % GRAIN
    return torch.cat([x, x[-1:].expand(missing, *x.shape[1:])]) if missing else x.contiguous()
