"""Settings remembered between starts: window layout, toggles, recent files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.io.atomic import write_atomically
from app.io.json_file import parse_json


class Settings:
    """Named JSON values in one file; an absent or damaged file counts as empty.

    Args:
        file: where they are kept.

    Attributes:
        on_change: called after a value was set.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._values = self._read()
        self._saved = dict(self._values)
        self.on_change: Callable[[], object] = lambda: None

    def get(self, key: str, default: Any = None) -> Any:
        """The remembered value, or the default. Callers check its type: people edit such files."""
        return self._values.get(key, default)

    def set(self, key: str, value: Any) -> None:
        """Remember a JSON value; None forgets it."""
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value
        self.on_change()

    def flag(self, key: str, default: bool) -> bool:
        """A remembered yes or no."""
        value = self._values.get(key)
        return value if isinstance(value, bool) else default

    def save(self) -> None:
        """Write the file, if anything changed. A place that cannot be written to is not worth a message."""
        if self._values == self._saved:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.file, json.dumps(self._values, indent=1, ensure_ascii=False).encode())
        except OSError:
            return
        self._saved = dict(self._values)

    def _read(self) -> dict[str, Any]:
        try:
            found = parse_json(self.file.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
