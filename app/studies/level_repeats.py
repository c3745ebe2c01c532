"""Repeats in a table of any length: compared share by share, in memory that does not grow with the table."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import numpy as np

from app.io.parquet import Columns
from app.studies.level_rows import DIGEST, repeats

AT_ONCE: Final = 2_000_000
"""Rows that are compared with each other at once; each takes 91 bytes meanwhile."""

_NONE: Final = -1
"""In the files, a level that repeats no earlier one."""


def repeats_of_parts(parts: Callable[[], Iterable[Columns]], rows: int, scratch: Path) -> Iterator[np.ma.MaskedArray]:
    """For each part, for each of its levels the earliest seed in all of them that makes the same level; see `repeats`.

    Equal levels have equal digests, so that levels whose digests have different remainders need no comparison.

    Args:
        parts: gives `seed` and `DIGEST` of each part, seeds ascending over all; called for each share.
        rows: of all parts together.
        scratch: a folder on whose disk eight bytes a row are kept until the end.
    """
    shares = max(1, -(-rows // AT_ONCE))
    with ExitStack() as files:
        found = [files.enter_context(tempfile.TemporaryFile(dir=scratch)) for _ in range(shares)]
        for share, file in enumerate(found):
            kept = [[part[name][_in(part, share, shares)] for name in ("seed", *DIGEST)] for part in parts()]
            seeds, high, low = (np.concatenate(each) for each in zip(*kept, strict=True))
            del kept
            file.write(np.ma.filled(repeats(seeds, high, low), _NONE).astype(np.int64).tobytes())
            file.seek(0)
        for part in parts():
            values = np.empty(len(part["seed"]), dtype=np.int64)
            for share, file in enumerate(found):
                rows_of_share = _in(part, share, shares)
                values[rows_of_share] = np.frombuffer(file.read(8 * len(rows_of_share)), dtype=np.int64)
            missing = values == _NONE
            yield np.ma.MaskedArray(np.where(missing, 0, values), mask=missing)


def _in(part: Columns, share: int, shares: int) -> np.ndarray:
    return np.flatnonzero(part[DIGEST[0]] % shares == share)
