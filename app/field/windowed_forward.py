"""From observations to logits, stage by stage: windows around the mouse first, then whole images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import torch
from torch import Tensor

from app.field.convolutions import Convolutions, pool
from app.field.receptive_fields import CONV_STAGES, INPUT, Copy, Window, Windows
from app.policy.network import Network
from app.policy.stages import Edit, run

LAST = CONV_STAGES[-1]
Check = Callable[[], None]
"""Called between stages; raises `Stopped` when the answer is not wanted any more."""


class Stopped(Exception):  # noqa: N818  (not an error)
    """A newer request has come."""


def never() -> None:
    """A check that stops nothing."""


@dataclass(frozen=True, eq=False)
class Edits:
    """Edits of a stack on one batch: see `app.policy.stages.run`. In windows every edit acts pixel by pixel."""

    layers: frozenset[str] = frozenset()
    act: Edit = field(default=lambda _, activation: activation)

    def __contains__(self, layer: str) -> bool:
        return layer in self.layers

    def on(self, layer: str, x: Tensor) -> Tensor:
        """(n, height, width, channels) whole images, edited where the stack acts on the layer, in float32."""
        if layer not in self.layers:
            return x
        return self.act(layer, x.float().permute(0, 3, 1, 2)).permute(0, 2, 3, 1).to(x.dtype).contiguous()


NO_EDITS = Edits()


@dataclass(frozen=True, eq=False)
class Place:
    """Observations of a batch.

    Attributes:
        cells: (n,) int64, row * world + column of the mouse's squares.
        groups: (n,) int64, which of the backdrop's images each is cut from; None when there is but one.
    """

    cells: Tensor
    groups: Tensor | None = None


Backdrop = dict[str, Tensor]
"""By layer, the activation without a mouse: (images, side + 2, side + 2, channels), with a border of what pads it."""


@dataclass(frozen=True, eq=False)
class State:
    """A batch after one stage.

    Attributes:
        stage: one of `CONV_STAGES`, or `INPUT`.
        x: (n, height, width, channels): the windows of that stage, or whole images.
        windows: which of the two.
    """

    stage: str
    x: Tensor
    windows: bool


class WindowedForward:
    """Walks batches of one world, direction and network.

    Args:
        network: the plain network, for the layers after the last stage with pixels.
        convolutions: its convolutions made ready.
        spans: where the windows are.
        until: the first stage that is computed on whole images; None to walk in windows to the end.
    """

    def __init__(self, network: Network, convolutions: Convolutions, spans: Windows, until: str | None) -> None:
        self._network, self._convolve, self._spans = network, convolutions, spans
        self._windowed = len(CONV_STAGES) if until is None else CONV_STAGES.index(until)

    @property
    def dtype(self) -> torch.dtype:
        """The numbers that activations are kept in."""
        return self._convolve.dtype

    def in_windows(self, stage: str) -> bool:
        """True if a stage is computed in windows."""
        return _after(stage) <= self._windowed

    def windows_behind(self, stage: str) -> bool:
        """True if the stage after this one is computed in windows."""
        return _after(stage) < self._windowed

    def span(self, stage: str) -> Window:
        """The windows of a stage."""
        return self._spans.of(stage)

    def backdrop(self, stage: str, x: Tensor, edits: Edits) -> Backdrop:
        """The activations without a mouse, of every layer that windows will need.

        Args:
            stage: where `x` is: one of `CONV_STAGES`, or `INPUT`.
            x: (images, side, side, channels), not yet edited.
            edits: what the stack does to them.
        """
        found: Backdrop = {}
        state = State(stage, edits.on(stage, x), False)
        found[stage] = _bordered(state.x, _padding(stage))
        for ahead in CONV_STAGES[_after(stage) : self._windowed]:
            state = self._dense(ahead, state, edits, found)
            found[ahead] = _bordered(state.x, _padding(ahead))
        return found

    def advance(self, state: State, to: str, place: Place, edits: Edits, backdrop: Backdrop, check: Check) -> State:
        """The batch after a later stage."""
        for stage in CONV_STAGES[_after(state.stage) : _after(to)]:
            check()
            if state.windows and not self.in_windows(stage):
                state = self.whole(state, place, backdrop)
            if state.windows:
                state = self._in_windows(stage, state, place, edits, backdrop)
            else:
                state = self._dense(stage, state, edits, None)
        return state

    def edited(self, state: State, place: Place, edits: Edits) -> State:
        """The batch with its stage's own edit applied."""
        if state.stage not in edits:
            return state
        x = self._edit_windows(state.stage, state.x, place, edits) if state.windows else edits.on(state.stage, state.x)
        return State(state.stage, x, state.windows)

    def whole(self, state: State, place: Place, backdrop: Backdrop) -> State:
        """The batch as whole images."""
        if not state.windows:
            return state
        x = self._copied(state.stage, state.x, state.stage, "everything", place, backdrop)
        return State(state.stage, x, False)

    def outputs(self, state: State, edits: Edits) -> tuple[Tensor, Tensor]:
        """Logits (n, 15) and values (n,) of a batch of whole images after the last stage with pixels."""
        x = state.x.float().permute(0, 3, 1, 2)
        result = run(self._network, x, edit=edits.act, edited=edits.layers, after=LAST)
        return result.logits, result.value

    def _dense(self, stage: str, state: State, edits: Edits, found: Backdrop | None) -> State:
        x = state.x
        if stage.endswith("maxpool"):
            out = pool(x, 1)
        elif stage.endswith("conv"):
            out = self._convolve(stage, x, 1)
        else:
            prefix = stage.removesuffix("resadd")
            inner = {f"{prefix}{part}" for part in ("relu1", "conv1", "relu2", "conv2")}
            if found is None and inner.isdisjoint(edits.layers):
                out = self._convolve.residual(f"{prefix}conv1", f"{prefix}conv2", x)
                return State(stage, edits.on(stage, out), False)
            relu1 = edits.on(f"{prefix}relu1", x.relu())
            between = f"{prefix}conv1" in edits
            y = edits.on(f"{prefix}conv1", self._convolve(f"{prefix}conv1", relu1, 1, relu=not between))
            relu2 = edits.on(f"{prefix}relu2", y.relu() if between else y)
            if found is not None:
                found[f"{prefix}relu1"], found[f"{prefix}relu2"] = _bordered(relu1, 0), _bordered(relu2, 0)
            if f"{prefix}conv2" in edits:
                out = edits.on(f"{prefix}conv2", self._convolve(f"{prefix}conv2", relu2, 1)) + x
            else:
                out = self._convolve(f"{prefix}conv2", relu2, 1, add=x)
        return State(stage, edits.on(stage, out), False)

    def _in_windows(self, stage: str, state: State, place: Place, edits: Edits, backdrop: Backdrop) -> State:
        before, x = state.stage, state.x

        def edit(layer: str, windows: Tensor) -> Tensor:
            return self._edit_windows(layer, windows, place, edits) if layer in edits else windows

        def needed(source: str, windows: Tensor, target: str, kind: str) -> Tensor:
            return self._copied(source, windows, target, kind, place, backdrop)

        if stage.endswith("maxpool"):
            out = pool(needed(before, x, stage, "pooling"), 0)
        elif stage.endswith("conv"):
            out = self._convolve(stage, needed(before, x, stage, "convolution"), 0)
        else:
            relu1, conv1, relu2, conv2 = (
                stage.replace("resadd", part) for part in ("relu1", "conv1", "relu2", "conv2")
            )
            y = needed(relu1, edit(relu1, x.relu()), conv1, "convolution")
            y = edit(conv1, self._convolve(conv1, y, 0, relu=conv1 not in edits))
            y = edit(relu2, y.relu() if conv1 in edits else y)
            y = needed(relu2, y, conv2, "convolution")
            skipped = needed(before, x, conv2, "same")
            if conv2 in edits:
                out = edit(conv2, self._convolve(conv2, y, 0)) + skipped
            else:
                out = self._convolve(conv2, y, 0, add=skipped)
        return State(stage, edit(stage, out), True)

    def _copied(self, source: str, x: Tensor, target: str, kind: str, place: Place, backdrop: Backdrop) -> Tensor:
        copy = self._spans.copy(source, target, kind)
        behind = backdrop[source]
        corners = copy.corners.index_select(0, place.cells)
        if place.groups is not None and len(behind) > 1:
            corners = corners + place.groups * (behind.shape[1] * behind.shape[2])
        out = _rectangles(behind, copy.height, copy.width).index_select(0, corners)
        _rectangles(out, *x.shape[1:3]).index_copy_(0, _inside(copy, place), x)
        return out

    def _edit_windows(self, layer: str, x: Tensor, place: Place, edits: Edits) -> Tensor:
        # An edit acts pixel by pixel, so that what is around the windows does not matter: nothing does here.
        copy = self._spans.copy(layer, layer, "everything")
        inside = _inside(copy, place)
        images = x.new_zeros(len(x), copy.height, copy.width, x.shape[3])
        _rectangles(images, *x.shape[1:3]).index_copy_(0, inside, x)
        return _rectangles(edits.on(layer, images), *x.shape[1:3]).index_select(0, inside)


def _rectangles(images: Tensor, height: int, width: int) -> Tensor:
    """Every rectangle of this size as a view, by its top left pixel among those of all images, row by row.

    Args:
        images: (n, rows, columns, channels), contiguous.

    Returns:
        (places, height, width, channels); those that begin too far right go round to the next row.
    """
    count, rows, columns, channels = images.shape
    places = count * rows * columns - (height - 1) * columns - width + 1
    return images.as_strided((places, height, width, channels), (channels, columns * channels, channels, 1))


def _inside(copy: Copy, place: Place) -> Tensor:
    """(n,): the pixel that each window's top left covers, among those of a batch's outer rectangles."""
    return copy.inside.index_select(0, place.cells) + _starts(len(place.cells), copy.height * copy.width)


@lru_cache(maxsize=512)
def _starts(count: int, pixels: int) -> Tensor:
    # Remembered, since at width 1 asking torch for anything costs as much as computing a layer.
    return torch.arange(count) * pixels


def _after(stage: str) -> int:
    return 0 if stage == INPUT else CONV_STAGES.index(stage) + 1


def _padding(stage: str) -> float:
    return float("-inf") if stage.endswith(".conv") else 0.0


def _bordered(x: Tensor, value: float) -> Tensor:
    return torch.nn.functional.pad(x, (0, 0, 1, 1, 1, 1), value=value).contiguous()
