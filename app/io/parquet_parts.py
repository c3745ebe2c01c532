"""A long table written in parts to one Parquet file: numbered parts in a folder next to it, which outlive a killed run.

The folder `FILE.parts` holds `recipe.json`, which says what the table answers, and a small Parquet file for each part
that is done. A later run with the same recipe continues from them; the finished file takes their place.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from app.errors import MazescopeError
from app.io import parquet
from app.io.atomic import write_atomically
from app.io.parquet import Columns


class PartsFolder:
    """The parts of one table. Use it inside `opened`, which keeps a second run away.

    Attributes:
        target: the file that they will become.
        folder: where they are meanwhile.
    """

    def __init__(self, target: Path, recipe: Mapping[str, Any]) -> None:
        self.target, self.folder = target, target.with_name(f"{target.name}.parts")
        self._recipe = json.loads(json.dumps(recipe, default=str))

    @contextmanager
    def opened(self, *, restart: bool = False) -> Iterator[PartsFolder]:
        """Make the folder, or take it over from a run that ended early.

        Args:
            restart: drop what such a run has left.

        Raises:
            MazescopeError: when it cannot be made, another run is using it, or it belongs to another question.
        """
        try:
            self.folder.mkdir(exist_ok=True)
            lock = FileLock(self.folder.with_name(f".{self.folder.name}.lock"), timeout=0)
            with lock:
                try:
                    if restart:
                        self._clear()
                    self._claim()
                    yield self
                finally:
                    with suppress(OSError):
                        Path(lock.lock_file).unlink()
        except Timeout:
            raise MazescopeError(
                f"Another run is writing {self.target}; wait for it, or choose another file."
            ) from None
        except OSError as error:
            raise MazescopeError(f"{self.folder} cannot be used: {error.strerror or error}.") from error

    def has(self, number: int, rows: int) -> bool:
        """True if a part is there, whole, with this many rows."""
        import pyarrow

        try:
            return parquet.count_rows(self._path(number)) == rows
        except (OSError, pyarrow.ArrowInvalid):
            return False

    def put(self, number: int, content: bytes) -> None:
        """Keep a part's file, as `app.io.parquet.to_bytes` makes it."""
        write_atomically(self._path(number), content)

    def get(self, number: int, names: list[str] | None = None) -> dict[str, np.ndarray]:
        """A part's columns."""
        return parquet.read(self._path(number), names)[0]

    def finish(self, parts: Iterator[Columns], recipe: Mapping[str, Any]) -> int:
        """Write the finished file and remove the folder; how many rows the file has.

        Raises:
            MazescopeError: when the file cannot be written; the parts are then still there.
        """
        rows = parquet.join(self.target, parts, recipe)
        shutil.rmtree(self.folder, ignore_errors=True)
        return rows

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:08}.parquet"

    def _claim(self) -> None:
        note = self.folder / "recipe.json"
        # What a run was writing when it was killed.
        for left in self.folder.glob(".*.part"):
            left.unlink(missing_ok=True)
        try:
            found = json.loads(note.read_text("utf-8"))
        except FileNotFoundError:
            write_atomically(note, json.dumps(self._recipe).encode())
            return
        except (ValueError, RecursionError):
            found = None
        if found != self._recipe:
            raise MazescopeError(
                f"{self.folder} holds parts of another question ({_difference(found, self._recipe)}); choose another "
                "file, or give --restart to drop them."
            )

    def _clear(self) -> None:
        for path in [*self.folder.glob("*.parquet"), self.folder / "recipe.json"]:
            path.unlink(missing_ok=True)


def _difference(found: Any, wanted: Mapping[str, Any]) -> str:
    if not isinstance(found, dict):
        return "its recipe cannot be read"
    for key in sorted({*found, *wanted}):
        if found.get(key) != wanted.get(key):
            return f"its {key} is {_short(found.get(key))}, not {_short(wanted.get(key))}"
    return "its recipe differs"


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
