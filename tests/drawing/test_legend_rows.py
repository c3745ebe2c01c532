"""The rows of a legend: as few as can be, and none with one meaning left over."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.drawing.figure_parts import LegendItem, wrapped


def longest(sizes: list[float], rows: list[list[float]], between: float) -> float:
    assert [size for row in rows for size in row] == sizes
    return max(sum(row) + between * (len(row) - 1) for row in rows)


def rows_of(sizes: list[float], width: float, between: float) -> list[list[float]]:
    items = [LegendItem((), str(at)) for at in range(len(sizes))]
    return [
        [sizes[int(item.meaning)] for item in row]
        for row in wrapped(items, lambda item: sizes[int(item.meaning)], width, between)
    ]


def splits(sizes: list[float], rows: int) -> list[list[list[float]]]:
    """All ways to share the sizes out to so many rows in their order."""
    ends = [(0, *cuts, len(sizes)) for cuts in combinations(range(1, len(sizes)), rows - 1)]
    return [[sizes[a:b] for a, b in pairwise(cut)] for cut in ends]


@given(
    st.lists(st.floats(20, 180), min_size=1, max_size=7),
    st.floats(180, 900),
    st.sampled_from((0.0, 8.0)),
)
def test_rows_are_as_few_and_as_even_as_can_be(sizes: list[float], width: float, between: float) -> None:
    rows = rows_of(sizes, width, between)
    assert longest(sizes, rows, between) <= width
    for fewer in range(1, len(rows)):
        assert all(longest(sizes, each, between) > width for each in splits(sizes, fewer))
    best = min(longest(sizes, each, between) for each in splits(sizes, len(rows)))
    assert longest(sizes, rows, between) <= best + 0.01 * width


def test_the_last_meaning_is_not_alone() -> None:
    # Five meanings of which four would fit the first row.
    assert [len(row) for row in rows_of([100, 100, 100, 100, 100], 400, 0)] == [3, 2]


def test_there_may_be_no_meanings() -> None:
    assert wrapped([], lambda _: pytest.fail("there is none"), 100, 8) == []
