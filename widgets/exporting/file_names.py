"""Suggested file names."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

from app.io.regular_file import exists


def free_path(folder: Path, title: str, suffix: str) -> Path:
    """A path that nothing has yet: "Two ways.pdf", or else "Two ways 2.pdf", "Two ways 3.pdf" ...

    Args:
        title: of a maze; what no file's name should have is replaced.
        suffix: without the dot.
    """
    name = re.sub(r"[^\w .,()-]+", "_", title.replace(" × ", "x")).strip(" .") or "maze"
    paths = (folder / f"{name}{'' if number == 1 else f' {number}'}.{suffix}" for number in count(1))
    return next(path for path in paths if not exists(path))
