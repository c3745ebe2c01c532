"""Windows laid into the activations without a mouse: each pixel where it belongs, without tables of pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from app.field.convolutions import PLAIN, Convolutions
from app.field.receptive_fields import CONV_STAGES, Window, copy_of, spans
from app.field.windowed_forward import Edits, Place, State, WindowedForward
from benchmarks.subjects import policy

STAGE = "embedder.block1.res1.resadd"


def _walk(world: int) -> WindowedForward:
    network = policy(1).network
    return WindowedForward(network, Convolutions(network, PLAIN), spans(world, "left"), None)


def _laid(span: Window, windows: np.ndarray, images: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """(n, side, side, channels): windows written into images, one after the other."""
    out = images.copy()
    for number, cell in enumerate(cells):
        row, column = span.rows[cell], span.columns[cell]
        out[number, row : row + span.height, column : column + span.width] = windows[number]
    return out


@pytest.mark.parametrize("world", [15, 25])
@pytest.mark.parametrize("images", [1, 2])
def test_windows_are_laid_into_the_image_they_were_cut_from(world: int, images: int) -> None:
    random = np.random.default_rng(world)
    walk = _walk(world)
    span = walk.span(STAGE)
    cells = np.array([0, world - 1, world * world - 1, *random.integers(0, world**2, 20)])
    groups = random.integers(0, images, len(cells))
    windows = random.standard_normal((len(cells), span.height, span.width, 16)).astype(np.float32)
    behind = random.standard_normal((images, span.side + 2, span.side + 2, 16)).astype(np.float32)
    place = Place(torch.from_numpy(cells), torch.from_numpy(groups))
    state = State(STAGE, torch.from_numpy(windows), True)
    found = walk.whole(state, place, {STAGE: torch.from_numpy(behind)}).x.numpy()
    np.testing.assert_array_equal(found, _laid(span, windows, behind[groups, 1:-1, 1:-1], cells))


@pytest.mark.parametrize("world", [15, 25])
def test_an_edit_sees_windows_where_they_are(world: int) -> None:
    random = np.random.default_rng(world)
    walk = _walk(world)
    span = walk.span(STAGE)
    cells = np.array([0, world - 1, world * world - 1, *random.integers(0, world**2, 20)])
    windows = random.standard_normal((len(cells), span.height, span.width, 16)).astype(np.float32)
    seen: list[np.ndarray] = []

    def act(_: str, activation: torch.Tensor) -> torch.Tensor:
        seen.append(activation.permute(0, 2, 3, 1).numpy())
        return 2 * activation

    edits = Edits(frozenset({STAGE}), act)
    state = walk.edited(State(STAGE, torch.from_numpy(windows), True), Place(torch.from_numpy(cells)), edits)
    empty = np.zeros((len(cells), span.side, span.side, 16), np.float32)
    np.testing.assert_array_equal(seen[0], _laid(span, windows, empty, cells))
    np.testing.assert_array_equal(state.x.numpy(), 2 * windows)


def test_copies_keep_two_numbers_for_each_cell_whatever_the_size_of_their_windows() -> None:
    around = spans(25, "left")
    for stage in CONV_STAGES:
        window = around.of(stage)
        copy = copy_of(window, window.everything())
        kept = [value for value in vars(copy).values() if isinstance(value, torch.Tensor)]
        assert sum(value.numel() for value in kept) == 2 * 25 * 25
