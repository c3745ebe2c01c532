"""Metadata of a checkpoint, as plain values; and as the strings a safetensors file can hold."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from app.io.json_file import parse_json
from app.policy.limits import LIMITS, Limits

_DEPTH: Final = 16
_LETTERS: Final = 20_000

_LETTERS_AS_ONE: Final = 100
"""So many letters count as a value."""

_NOTHING: Final = object()


def plain_items(found: Mapping[Any, object], limits: Limits = LIMITS) -> dict[str, Any]:
    """The items of a mapping that are text, numbers, truth values, None, and lists and objects of them.

    Tensors and whatever is too deep, too long or too many for a note on a policy is left out.
    """
    if len(found) > limits.note_items:
        return {}
    # Each has room of its own: one that is too much does not take the others with it.
    kept = {key: _Kept(limits).of({key: value}, _DEPTH) for key, value in found.items() if isinstance(key, str)}
    return {key: value for each in kept.values() if isinstance(each, dict) for key, value in each.items()}


def encode(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Metadata as strings: text as it is, unless it could be taken for JSON; everything else as JSON."""
    return {
        key: value
        if isinstance(value, str) and decode_text(value) == value
        else json.dumps(value, ensure_ascii=False, sort_keys=True)
        for key, value in metadata.items()
    }


def decode(metadata: Mapping[str, str], limits: Limits = LIMITS) -> dict[str, Any]:
    """The inverse of `encode`: strings that are JSON become their values, others stay."""
    return plain_items({key: decode_text(value) for key, value in metadata.items()}, limits)


def decode_text(text: str) -> Any:
    """The value of a JSON text, or the text itself where it is not JSON."""
    try:
        return parse_json(text, finite=True)
    except ValueError:
        return text


class _Kept:
    """The part of a value that is kept, while there is room: everything seen is counted, so that this ends soon."""

    def __init__(self, limits: Limits) -> None:
        self._room, self._items = limits.note_values, limits.note_items

    def of(self, value: object, depth: int) -> Any:
        self._room -= 1 + (len(value) if isinstance(value, str) else 0) // _LETTERS_AS_ONE
        if self._room < 0:
            return _NOTHING
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return int(value) if abs(value) < 10**30 else _NOTHING
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else _NOTHING
        if isinstance(value, str):
            return _text(value) if len(value) <= _LETTERS else _NOTHING
        if depth and isinstance(value, list | tuple) and len(value) <= self._items:
            items = []
            for item in value:
                items.append(self.of(item, depth - 1))
                if items[-1] is _NOTHING:
                    return _NOTHING
            return items
        if depth and isinstance(value, dict) and len(value) <= self._items:
            named = {_text(key): item for key, item in value.items() if isinstance(key, str) and len(key) < 200}
            pairs = {key: self.of(item, depth - 1) for key, item in named.items()}
            return {key: item for key, item in pairs.items() if item is not _NOTHING}
        return _NOTHING


def _text(value: str) -> str:
    """A text that any file of text can hold: half a pair of surrogates cannot be."""
    return str(value).encode("utf-8", "replace").decode()
