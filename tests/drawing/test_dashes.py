"""Dashed lines of plots: half of the line is drawn, whatever the lengths of its pieces round to."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from app.drawing.plots import _dashes


def test_half_of_a_line_is_dashes() -> None:
    steps = np.random.default_rng(0).random((400, 2)) * 0.3
    corners = [(float(x), float(y)) for x, y in np.cumsum(steps, axis=0)]
    drawn = sum(math.dist((x, y), (to_x, to_y)) for x, y, to_x, to_y in _dashes(corners))
    assert drawn == pytest.approx(sum(math.dist(one, other) for one, other in pairwise(corners)) / 2, rel=0.01)


def test_a_piece_whose_dashes_round_to_nothing_ends() -> None:
    # Adding dash to dash led to a step of zero length here.
    assert len(list(_dashes([(1.9, 4.698405890166645), (16.599999999999998, 4.183098737948727)]))) == 22
    assert list(_dashes([(1.0, 1.0), (1.0, 1.0)])) == []
