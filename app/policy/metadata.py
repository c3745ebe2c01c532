"""What a checkpoint says of itself, as plain values; and as the strings a safetensors file can hold."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

_DEPTH: Final = 16
_ITEMS: Final = 256
_LETTERS: Final = 20_000
_NOTHING: Final = object()


def plain(value: object) -> Any:
    """The part of a value that is text, numbers, truth values, None, and lists and objects of them; None without any.

    Tensors and whatever is too deep, too long or too many for a note on a policy is left out.
    """
    found = _plain(value, _DEPTH)
    return None if found is _NOTHING else found


def plain_items(found: Mapping[Any, object]) -> dict[str, Any]:
    """The plain items of a mapping; the others are left out, not made None."""
    kept = _plain(dict(found), _DEPTH)
    return kept if isinstance(kept, dict) else {}


def encode(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Metadata as strings: text as it is, unless it could be taken for JSON; everything else as JSON."""
    return {
        key: value
        if isinstance(value, str) and decode_text(value) == value
        else json.dumps(value, ensure_ascii=False, sort_keys=True)
        for key, value in metadata.items()
    }


def decode(metadata: Mapping[str, str]) -> dict[str, Any]:
    """The inverse of `encode`: strings that are JSON become what they stand for, others stay."""
    return plain_items({key: decode_text(value) for key, value in metadata.items()})


def decode_text(text: str) -> Any:
    """What a JSON text stands for, or the text itself where it is not JSON."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _plain(value: object, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < 10**30 else _NOTHING
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _NOTHING
    if isinstance(value, str):
        return str(value) if len(value) <= _LETTERS else _NOTHING
    if depth and isinstance(value, list | tuple) and len(value) <= _ITEMS:
        items = [_plain(item, depth - 1) for item in value]
        return _NOTHING if any(item is _NOTHING for item in items) else items
    if depth and isinstance(value, dict) and len(value) <= _ITEMS:
        pairs = {key: _plain(item, depth - 1) for key, item in value.items() if isinstance(key, str) and len(key) < 200}
        return {key: item for key, item in pairs.items() if item is not _NOTHING}
    return _NOTHING
