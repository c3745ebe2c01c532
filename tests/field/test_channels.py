"""Thumbnails' numbers: differences have the right sign, ranks and scales are correct."""

from __future__ import annotations

import numpy as np
import pytest

from app.field import channels
from app.policy.layers import pixel_of_square


def test_quantities_have_the_sign_their_title_says() -> None:
    original, patched, bare = (np.full((2, 4, 4), value, np.float32) for value in (3.0, 1.0, 2.5))
    shown = {name: channels.quantity(name, original, patched, bare)[0, 0, 0] for name in channels.QUANTITIES}
    assert shown == {"raw": 3.0, "patched": 1.0, "change": -2.0, "cheese": 0.5}
    with pytest.raises(KeyError):
        channels.quantity("sum", original, patched, bare)


def test_ranks_put_the_largest_first_and_keep_ties_by_index() -> None:
    original = np.zeros((4, 2, 2), np.float32)
    original[2], original[0], original[1] = 5, -7, 5
    energy = channels.score("energy", original, original)
    assert energy is not None
    assert energy.tolist() == [7, 5, 5, 0]
    assert channels.ranked(energy, 4).tolist() == [0, 1, 2, 3]
    patched = original.copy()
    patched[3, 0, 0] = 2
    change = channels.score("change", original, patched)
    assert channels.ranked(change, 4).tolist() == [3, 0, 1, 2]
    assert channels.ranked(np.array([np.nan, 0.1, 0.9]), 3).tolist() == [2, 1, 0]


def test_cheese_scores_count_only_for_the_layer_they_fit() -> None:
    original = np.zeros((3, 2, 2), np.float32)
    scores = np.array([0.1, 0.9, 0.5])
    assert channels.ranked(channels.score("cheese", original, original, scores), 3).tolist() == [1, 2, 0]
    assert channels.score("cheese", original, original, np.ones(5)) is None
    assert channels.score("cheese", original, original) is None
    assert channels.score("index", original, original) is None


def test_scales_are_shared_or_each_channels_own() -> None:
    values = np.zeros((3, 2, 2), np.float32)
    values[0, 1, 1], values[1, 0, 0] = -4, 1
    assert channels.limits(values, shared=True).tolist() == [4, 4, 4]
    assert channels.limits(values, shared=False).tolist() == [4, 1, 0]
    assert channels.limits(np.array([1.0, -3.0]), shared=False).tolist() == [3, 3]


@pytest.mark.parametrize(("world", "side"), [(15, 16), (25, 16), (25, 8), (15, 64)])
def test_every_square_belongs_to_its_pixel_and_every_pixel_to_a_square(world: int, side: int) -> None:
    for row in range(world):
        for col in range(world):
            pixel = pixel_of_square((row, col), world, side)
            assert (row, col) in channels.squares_of_pixel(pixel, world, side)
    for row in range(side):
        for column in range(side):
            squares = channels.squares_of_pixel((row, column), world, side)
            assert squares
            assert all(0 <= square[0] < world and 0 <= square[1] < world for square in squares)


def test_a_pixel_smaller_than_a_square_belongs_to_the_square_it_lies_in() -> None:
    assert channels.squares_of_pixel((63, 0), 15, 64) == ((0, 0),)
    assert channels.squares_of_pixel((0, 63), 15, 64) == ((14, 14),)
