"""The part of the world in sight is restored, and never shows nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.document.viewport import AROUND, SMALLEST, sight_from_json, sight_to_json


@pytest.mark.parametrize("sight", ["maze", "world", (3.5, 4.25, 6.0, 5.0), (-2.0, -3.0, 20.0, 18.0)])
def test_it_comes_back(sight: Any) -> None:
    assert sight_from_json(json.loads(json.dumps(sight_to_json(sight))), 15) == sight


@pytest.mark.parametrize(
    "found",
    [None, 3, "all", {}, [], [1, 2, 3], [1, 2, 3, "4"], [1, 2, 0, 5], [1, 2, -4, 5], [True, 0, 3, 3],
     [float("nan"), 0, 5, 5], [0, 0, float("inf"), 5], [10**400, 0, 5, 5],
     # Of a larger world: nothing of it is in this one.
     [18.0, 18.0, 5.0, 5.0], [-9.0, 2.0, 5.0, 5.0]],
)  # fmt: skip
def test_what_does_not_fit_is_the_whole_maze(found: Any) -> None:
    assert sight_from_json(found, 15) == "maze"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=4, max_size=4))
def test_any_numbers_are_brought_to_what_can_be_shown(found: list[float]) -> None:
    sight = sight_from_json(found, 15)
    if sight == "maze":
        return
    left, bottom, width, height = sight
    assert SMALLEST <= width <= 45
    assert SMALLEST <= height <= 45
    assert left >= -15 * AROUND
    assert bottom >= -15 * AROUND
    assert left + width <= 30 + 1e-9
    assert bottom + height <= 30 + 1e-9
