"""Conditions in words select the rows that they say."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import MazescopeError
from app.studies.row_filter import matching

COLUMNS = {
    "dim": np.array([3, 11, 13, 15]),
    "p_cheese": np.array([0.5, 0.05, np.nan, 0.2]),
    "repeats": np.ma.masked_array([0, 7, 0, 0], mask=[True, False, True, True]),
}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2, 3]),
        ("P(cheese) < .1 and dim >= 11", [1]),
        ("p_cheese<0.3", [1, 3]),
        ("dim = 3 or dim = 15 and P(cheese) > .1", [0, 3]),
        ("repeats = none", [0, 2, 3]),
        ("repeats != none", [1]),
        ("P(cheese) = none", [2]),
        ("dim != 11", [0, 2, 3]),
    ],
)
def test_conditions(text: str, rows: list[int]) -> None:
    assert np.flatnonzero(matching(text, COLUMNS)).tolist() == rows


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("dim", "expected a comparison"),
        ("size > 3", 'There is no column "size"'),
        ("dim > wide", '"wide" is not a number'),
        ("dim < none", "expected = none or != none"),
        ("dim > 1" + " and dim > 1" * 60, "expected at most"),
    ],
)
def test_what_is_no_condition_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(MazescopeError, match=sentence.replace("(", r"\(")):
        matching(text, COLUMNS)


@given(st.text(max_size=60))
def test_any_other_text_is_refused_or_selects_rows(text: str) -> None:
    with suppress(MazescopeError):
        assert matching(text, COLUMNS).shape == (4,)
