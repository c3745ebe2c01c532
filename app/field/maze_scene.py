"""One maze as one policy sees it, with everything about it that can be reused."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from app.field.prefix_cache import Kept
from app.field.receptive_fields import INPUT
from app.field.windowed_forward import NO_EDITS, Backdrop, State, WindowedForward
from app.maze.maze import Maze
from app.maze.render import base_and_patches


class Scene:
    """The observations of a maze, its activations without a mouse, and the kept ones before the first patch.

    Args:
        maze: the maze; its mouse's square does not matter.
        walk: how the unpatched network is walked.
    """

    def __init__(self, maze: Maze, walk: WindowedForward) -> None:
        patches = base_and_patches(maze)
        self.cells = torch.from_numpy(maze.squares[:, 0] * maze.world + maze.squares[:, 1])
        self._values = torch.from_numpy(patches.values)
        self._dtype = walk.dtype
        self.backdrop: Backdrop = walk.backdrop(INPUT, self._scaled(torch.from_numpy(patches.base)[None]), NO_EDITS)
        self._kept: Kept | None = None
        self._kept_windows = False

    def start(self, rows: np.ndarray) -> State:
        """The observations of these rows of `maze.squares`."""
        return State(INPUT, self._scaled(self._values[torch.from_numpy(rows)]), True)

    def before(self, stage: str) -> Tensor | None:
        """(1, side, side, channels) the activation without a mouse, where windows are in use."""
        bordered = self.backdrop.get(stage)
        return None if bordered is None else bordered[:, 1:-1, 1:-1]

    def make_room(self, stage: str, shape: tuple[int, ...], windows: bool) -> None:
        """From now on, keep the activations of this stage: `shape` is one observation's, in windows or whole."""
        if self._kept is None or (self._kept.stage, self._kept_windows) != (stage, windows):
            self._kept, self._kept_windows = Kept.of(stage, len(self.cells), shape, self._dtype), windows

    def keep(self, rows: np.ndarray, state: State) -> None:
        """Keep a batch's activations of the stage chosen by `make_room`. Batches of other rows may come at once."""
        if self._kept is not None:
            self._kept.put(rows, state.x)

    def kept(self, rows: np.ndarray) -> State | None:
        """The kept activations of these rows, when all of them are there."""
        x = None if self._kept is None else self._kept.find(rows)
        return None if self._kept is None or x is None else State(self._kept.stage, x, self._kept_windows)

    @property
    def bytes(self) -> int:
        """Memory held."""
        tensors = [*self.backdrop.values(), self._values]
        if self._kept is not None:
            tensors.append(self._kept.values)
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors)

    def _scaled(self, pixels: Tensor) -> Tensor:
        # As `app.policy.stages.as_input` does, to the last bit.
        return pixels.to(torch.float32).div_(255).to(self._dtype)
