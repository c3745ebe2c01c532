"""Facts about a policy, for the `info` command and the policy panel."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from app.errors import shown
from app.io.json_file import parse_json
from app.paths import asset
from app.policy.file_contents import size_text
from app.policy.metadata import plain_items
from app.policy.policy import Policy

LARGEST_CARD: Final = 256 * 1024
"""Bytes; a card with more is not read."""

_COMPUTED: Final = frozenset({"loaded_from", "name", "width", "parameters"})
"""Keys of a file's own words that are left out: these are known from the network itself."""

_TITLES: Final = {
    "seed": "Training seed",
    "steps": "Training steps",
    "observations": "Trained on",
    "region": "Cheese in training",
    "config": "Training option",
}
"""Titles of facts whose keys say too little away from the training that wrote them."""

_UNITS: Final = {"observations": "{0} observations", "region": "top-right {0} x {0} squares"}
"""Wording of the values of some keys."""


def default_policy_path() -> Path:
    """The file of the policy that opens with the program."""
    return asset("policies", "default.safetensors")


def model_card(policy: Policy, *, largest: int = LARGEST_CARD) -> str | None:
    """The model card (Markdown, at most `largest` bytes) that is next to the policy's file as NAME.md, or None."""
    path = _companion(policy, ".md")
    return None if path is None else _text_in(path, largest)


def card_facts(policy: Policy, *, largest: int = LARGEST_CARD) -> dict[str, Any]:
    """The facts that are next to the policy's file as NAME.json; empty when there are none that can be read."""
    path = _companion(policy, ".json")
    with suppress(OSError):
        written = None if path is None else path.stat()
        if path is not None and written is not None:
            return dict(_facts_in(path, largest, written.st_mtime_ns, written.st_size))
    return {}


@lru_cache(maxsize=16)
def _facts_in(path: Path, largest: int, *_written: int) -> dict[str, Any]:
    """The facts as of one state of the file: the window asks what can be done with a policy at every edit."""
    text = _text_in(path, largest)
    try:
        found = parse_json(text) if text is not None else None
    except ValueError:
        return {}
    return plain_items(found) if isinstance(found, dict) else {}


def describe(policy: Policy) -> list[tuple[str, str]]:
    """Facts of a policy, as (title, text) in the order to show them.

    No title appears twice. Name, size, file and identity; then what its model card and its file say of it (the card's
    word counts where both speak; what they say in groups is in `training_options`); then its layers with the shapes of
    one observation's activations (channels x rows x columns, or features).
    """
    width, origin = policy.width, policy.metadata.get("loaded_from", {})
    rows = [
        ("Name", policy.name),
        ("Width", f"{width} (channels {16 * width}, {32 * width}, {32 * width})"),
        ("Parameters", f"{policy.parameters:,}"),
    ]
    if policy.path is not None:
        rows.append(("File", str(policy.path)))
    if "format" in origin:
        stored = f", stored as {origin['stored_as']}" if "stored_as" in origin else ""
        names = f", names of {origin['names']}" if "names" in origin else ""
        rows.append(("Format", f"{origin['format']}{names}, {size_text(origin['bytes'])}{stored}"))
    rows.append(("Weights hash", policy.weights_hash[:12]))
    if "sha256" in origin:
        rows.append(("File SHA-256", origin["sha256"]))
    rows += _facts({key: value for key, value in _said(policy).items() if not isinstance(value, dict)})
    rows += [(layer.name, " x ".join(str(size) for size in layer.shape)) for layer in policy.layers]
    return list(_distinct(rows))


def training_options(policy: Policy) -> list[tuple[str, str]]:
    """Facts from the policy's card and file in groups, above all of its training, as (group: title, text).

    An option is what was planned, such as the most observations; `describe` says the outcome of it.
    """
    return list(_distinct(_facts({key: value for key, value in _said(policy).items() if isinstance(value, dict)})))


def _said(policy: Policy) -> dict[str, Any]:
    """Facts from the policy's file and its card; the card's word counts."""
    # A safetensors file keeps no order of its own.
    said = {**dict(sorted(policy.metadata.items())), **card_facts(policy)}
    return {key: value for key, value in said.items() if key not in _COMPUTED}


def _distinct(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The rows; a title that was there before gets a number."""
    seen: dict[str, int] = {}
    for title, text in rows:
        seen[title] = seen.get(title, 0) + 1
        yield (title if seen[title] == 1 else f"{title} ({seen[title]})", text)


def _facts(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        title = prefix + (_TITLES[key] if not prefix and key in _TITLES else shown(key).replace("_", " "))
        if isinstance(value, dict):
            yield from _facts(value, f"{title}: ")
        elif value is not None:
            told = _UNITS.get(key, "{0}") if not prefix and isinstance(value, int) else "{0}"
            yield (title[:1].upper() + title[1:], told.format(_fact(value)))


def _fact(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, list | tuple):
        return ", ".join(json.dumps(item) if isinstance(item, dict) else _fact(item) for item in value)
    return shown(value, 400)


def _companion(policy: Policy, suffix: str) -> Path | None:
    """The file next to the policy's own with another suffix, there or not."""
    path = None if policy.path is None else policy.path.with_suffix(suffix)
    return None if path == policy.path else path


def _text_in(path: Path, largest: int) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > largest:
            return None
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
