"""The lines of the guide that read a table elsewhere: each runs where its library is installed."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from app.field.level_blocks import level_range
from app.policy.policy import Policy
from app.studies.level_table import LevelsQuestion
from tests.conftest import ROOT

LINES = re.findall(r"^    (import (\w+); .*)$", (ROOT / "docs" / "many-levels.md").read_text("utf-8"), re.MULTILINE)


def test_the_guide_has_a_line_for_each_library() -> None:
    assert [library for _, library in LINES] == ["pandas", "polars", "duckdb"]


@pytest.mark.parametrize("line", [line for line, library in LINES if find_spec(library) is not None])
def test_the_line_runs(line: str, small_policy: Policy, tmp_path: Path) -> None:
    LevelsQuestion(small_policy, level_range("easy", [range(64)]), out=tmp_path / "levels.parquet").run()
    first, _, last = line.partition("; ")
    # Ended at once: pyarrow's threads now and then abort the usual end of a process in which pandas read a file.
    program = f"{first}\nprint({last}, flush=True)\nimport os\nos._exit(0)"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "0." in done.stdout
