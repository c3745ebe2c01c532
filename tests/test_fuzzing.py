"""A few hundred files changed at random: each opens, or is refused in one clean sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import WITHOUT_QT
from tests.fuzzing import MOST_MEGABYTES, fuzz

EACH = 300 if os.environ.get("FULL") == "1" else 25


@pytest.mark.skipif(bool(WITHOUT_QT), reason="the settings and messages of the window are read as well")
@pytest.mark.timeout(900)
def test_every_reader_opens_or_refuses_in_one_sentence(tmp_path: Path) -> None:
    found = fuzz(tmp_path, EACH, seed=1)
    assert [problem for outcome in found.values() for problem in outcome.problems] == []
    assert all(outcome.tried == EACH + 1 for outcome in found.values())
    assert max(outcome.megabytes for outcome in found.values()) < MOST_MEGABYTES
