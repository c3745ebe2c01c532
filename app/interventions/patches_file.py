"""Patches files: the stack as JSON, read strictly, written so that reading gives the same stack back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path, PureWindowsPath
from typing import Any, Final

from app.errors import PatchError
from app.interventions.patches import KINDS, VECTOR_WORDS, Patch, PatchStack, VectorPatch
from app.io.atomic import write_atomically
from app.io.json_file import json_bytes, json_shown, read_json
from app.io.regular_file import is_file
from app.maze.random_words import LARGEST_SEED
from app.policy.layers import canonical

LARGEST: Final = 8 * 2**20
"""Bytes; a patches file beyond this is not read."""

EXPECTED: Final = 'a patches file, {"patches": [...]}'

LARGEST_COUNT: Final = 10_000
"""Observations a mean patch may be taken over."""

MOST_PATCHES: Final = 500
"""Patches of a stack: far more than a user puts there, few enough for each to have a card."""

FLOAT32_MAX: Final = 3.4e38
"""The network computes in float32; NaN compares as not within it."""

LONGEST_NAME: Final = 200
"""Letters of a layer's name."""


def stack_to_json(stack: PatchStack) -> dict[str, Any]:
    """The stack as JSON values: `{"patches": [{"kind": ..., "layer": ...}, ...]}`."""
    return {"patches": [_patch_to_json(patch) for patch in stack.patches]}


def stack_from_json(found: object) -> PatchStack:
    """The stack that JSON values hold.

    Raises:
        PatchError: one sentence on what was found and what was expected.
    """
    if not isinstance(found, dict) or "patches" not in found:
        raise PatchError('Expected an object {"patches": [...]}; ' + f"found {json_shown(found)}.")
    others = sorted(found.keys() - {"patches"})
    if others:
        raise PatchError(f'Key {json_shown(others[0])} was found next to "patches"; expected no other.')
    if not isinstance(found["patches"], list):
        raise PatchError(f'"patches" is {json_shown(found["patches"])}; expected a list of patches.')
    if len(found["patches"]) > MOST_PATCHES:
        raise PatchError(f"{len(found['patches'])} patches were found; expected at most {MOST_PATCHES}.")
    return PatchStack(tuple(_patch_from_json(patch, place) for place, patch in enumerate(found["patches"], start=1)))


def load_patches(path: Path, *, largest: int = LARGEST) -> PatchStack:
    """Read a patches file, or a bare list of patches.

    A vector file it names is looked for next to it first, when its path is relative.

    Args:
        path: the file.
        largest: bytes; a file with more is not read.

    Raises:
        PatchError: one sentence on what was found and what was expected.
    """
    found = read_json(path, largest, EXPECTED, PatchError)
    try:
        # A list alone is what a notebook keeps of a stack.
        stack = stack_from_json({"patches": found} if isinstance(found, list) else found)
        for place, patch in enumerate(stack.patches, start=1):
            # Only here: a session may hold a patch whose channels its user took away one by one.
            if patch.channels == ():
                raise PatchError(f'Patch {place}: "channels" is []; expected channel numbers, or no such key for all.')
    except PatchError as error:
        raise PatchError(f"{path.name} cannot be used: {error}") from error
    for position, patch in enumerate(stack.patches):
        # By its text: a path that leads elsewhere is not touched here.
        if isinstance(patch, VectorPatch) and patch.vector not in VECTOR_WORDS and _is_next_to(patch.vector):
            next_to = path.parent / patch.vector
            stack = stack.replaced(position, vector=str(next_to)) if is_file(next_to) else stack
    return stack


def _is_next_to(named: str) -> bool:
    """True if a path leads to a file in the folder that it is looked for in, or below."""
    path = PureWindowsPath(named)
    return not path.anchor and ".." not in path.parts


def save_patches(path: Path, stack: PatchStack) -> None:
    """Write a patches file, whole or not at all.

    Raises:
        PatchError: when the file cannot be written.
    """
    try:
        write_atomically(path, json_bytes(stack_to_json(stack)))
    except OSError as error:
        raise PatchError(f"The patches could not be saved to {path}: {error.strerror or error}.") from error


def _patch_to_json(patch: Patch) -> dict[str, Any]:
    entry: dict[str, Any] = {"kind": patch.kind, "layer": patch.layer}
    own = [field for field in fields(patch) if field.name not in _SHARED]
    for field in [*own, *(field for field in fields(patch) if field.name in _SHARED)]:
        value = getattr(patch, field.name)
        # A patch's own numbers are always written: a file should say what it does without its reader knowing defaults.
        if field.name != "layer" and value is not None and (field in own or value != field.default):
            entry[field.name] = value
    # Tuples become lists here, so that what is returned is what reading the file gives.
    plain: dict[str, Any] = json.loads(json.dumps(entry))
    return plain


def _patch_from_json(found: object, place: int) -> Patch:
    try:
        if not isinstance(found, dict):
            raise PatchError(f"{json_shown(found)} was found; expected an object.")
        kind = found.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            raise PatchError(f'"kind" is {json_shown(kind)}; expected one of {", ".join(KINDS)}.')
        patch_type = KINDS[kind]
        known = {field.name: field for field in fields(patch_type)}
        unknown = sorted(found.keys() - known.keys() - {"kind"})
        if unknown:
            raise PatchError(f"Key {json_shown(unknown[0])} was found; a {kind} patch has {', '.join(known)}.")
        if "layer" not in found:
            raise PatchError('"layer" is missing; expected the name of a stage of the network.')
        if issubclass(patch_type, VectorPatch) and "vector" not in found:
            raise PatchError('"vector" is missing; expected "cheese", "top-right" or a file.')
        values = {}
        for name in found.keys() - {"kind"}:
            if found[name] is None and known[name].default is None:
                continue
            values[name] = _READERS[name](name, found[name])
        return patch_type(**values)
    except PatchError as error:
        raise PatchError(f"Patch {place}: {error}") from error


def _layer(name: str, value: object) -> str:
    # Whether a policy has it is asked where the stack is compiled: a patch made for another network is not lost.
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME:
        raise PatchError(f'"{name}" is {json_shown(value)}; expected a stage such as "embedder.block2.res1.resadd".')
    return canonical(value)


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise PatchError(f'"{name}" is {json_shown(value)}; expected true or false.')
    return value


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= FLOAT32_MAX:
        raise PatchError(f'"{name}" is {json_shown(value)}; expected a number that float32 can hold.')
    return float(value)


def _whole(lowest: int, highest: int) -> Callable[[str, object], int]:
    def read(name: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise PatchError(f'"{name}" is {json_shown(value)}; expected a whole number from {lowest} to {highest}.')
        return value

    return read


def _sigma(name: str, value: object) -> float:
    number = _number(name, value)
    if number < 0:
        raise PatchError(f'"{name}" is {json_shown(value)}; expected 0 or more.')
    return number


def _channels(name: str, value: object) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise PatchError(f'"{name}" is {json_shown(value)}; expected a list of channel numbers.')
    channels = tuple(_whole(0, 2**20)(name, channel) for channel in value)
    if len(set(channels)) != len(channels):
        raise PatchError(f'"{name}" names a channel twice; expected each once.')
    return channels


def _square(name: str, value: object) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise PatchError(f'"{name}" is {json_shown(value)}; expected a maze square [row, col].')
    return _whole(0, 24)(name, value[0]), _whole(0, 24)(name, value[1])


def _squares(name: str, value: object) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, list):
        raise PatchError(f'"{name}" is {json_shown(value)}; expected a list of maze squares [row, col].')
    return tuple(_square(name, square) for square in value)


def _size(name: str, value: object) -> str:
    if value not in ("same", "any"):
        raise PatchError(f'"{name}" is {json_shown(value)}; expected "same" or "any".')
    return str(value)


def _vector(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise PatchError(f'"{name}" is {json_shown(value)}; expected "cheese", "top-right" or a file.')
    return value


_seed = _whole(0, LARGEST_SEED)

_READERS: Final[dict[str, Callable[[str, Any], Any]]] = {
    "layer": _layer,
    "channels": _channels,
    "squares": _squares,
    "enabled": _flag,
    "solo": _flag,
    "resting": _flag,
    "count": _whole(1, LARGEST_COUNT),
    "seed": _seed,
    "size": _size,
    "source_seed": _seed,
    "same_cheese": _flag,
    "per_channel": _flag,
    "positive": _number,
    "negative": _number,
    "row": _whole(0, 63),
    "column": _whole(0, 63),
    "square": _square,
    "value": _number,
    "fill": _number,
    "vector": _vector,
    "coefficient": _number,
    "sigma": _sigma,
}

_SHARED: Final = frozenset(field.name for field in fields(Patch))
