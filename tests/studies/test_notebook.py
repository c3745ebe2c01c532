"""The lines of docs/notebook.md do what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from app.studies.response.result import ResponseResult

PAGE = Path(__file__).resolve().parents[2] / "docs" / "notebook.md"


def test_five_lines_from_a_policy_to_the_figure_of_a_study() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert sum(" = " in line for line in code.splitlines()) == 5
    known: dict[str, Any] = {}
    exec(code, known)
    assert known["field"].complete
    np.testing.assert_allclose(known["field"].probs.sum(axis=1), 1)
    assert isinstance(known["result"], ResponseResult)
    assert len(known["result"].question.coefficients) == 9
    assert known["result"].findings
    assert isinstance(known["figure"], Image.Image)
    assert np.asarray(known["figure"].convert("L")).std() > 5
