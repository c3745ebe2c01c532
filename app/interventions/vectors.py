"""Activation vectors as values with their provenance, and the files they are kept in."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from app.errors import MazescopeError, PatchError, shown
from app.io.atomic import write_atomically
from app.io.json_file import parse_json
from app.io.regular_file import limit_text, no_regular_file
from app.io.safetensors_header import header_fits
from app.maze import maze_file as maze_files
from app.maze.maze import Maze
from app.policy.layers import canonical

SUFFIX: Final = ".safetensors"
FORMAT: Final = "mazescope-vector"
VERSION: Final = "1"
LARGEST: Final = 64 * 2**20
"""Bytes; a vector file beyond this is not read (the largest layer of a network of width 4 has 1 MB)."""

KINDS: Final = ("cheese", "top-right", "difference", "averaged", "probe", "mean-difference", "random")


@dataclass(frozen=True, eq=False)
class ActivationVector:
    """A direction in the activations of one layer, and how it was obtained. Equal when all of it is.

    Attributes:
        name: what a library calls it.
        kind: one of `KINDS`.
        layer: module path of the layer it was taken at.
        values: float32 of that layer's shape, (channels, side, side) with row 0 on top or (features,); read-only.
        policy_hash: the weights it was taken on (`Policy.weights_hash`).
        policy_name: what that policy was called.
        maze_a, maze_b: the mazes whose activations were subtracted, A - B; None where more than two mazes made it.
        seeds: the levels it was averaged or trained over, or the seed of random numbers.
        note: how it was made, for people: one line.
        measures: numbers that belong to it, such as a probe's held-out accuracy, as (name, number) pairs.

    Raises:
        PatchError: for an unknown kind, or values or measures that are not finite numbers.
    """

    name: str
    kind: str
    layer: str
    values: np.ndarray
    policy_hash: str
    policy_name: str = ""
    maze_a: Maze | None = None
    maze_b: Maze | None = None
    seeds: tuple[int, ...] = ()
    note: str = ""
    measures: tuple[tuple[str, float], ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise PatchError(f"A vector of kind {self.kind!r} was found; expected one of {', '.join(KINDS)}.")
        values = np.array(self.values, dtype=np.float32)
        if values.ndim not in (1, 3) or values.size == 0:
            raise PatchError(f"A vector of shape {values.shape} was found; expected that of one layer's activations.")
        if not np.isfinite(values).all():
            raise PatchError("The vector holds numbers that are not finite; expected finite ones.")
        for name, number in self.measures:
            if not math.isfinite(number):
                raise PatchError(f"The vector's measure {name!r} is {number}; expected a finite number.")
        values.setflags(write=False)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "layer", canonical(self.layer))
        for name, longest in (("name", 200), ("policy_name", 200), ("note", 2000)):
            object.__setattr__(self, name, shown(getattr(self, name), longest))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over values and provenance, in hexadecimal."""
        digest = hashlib.sha256(json.dumps(self._metadata(), sort_keys=True).encode())
        digest.update(str(self.values.shape).encode() + self.values.tobytes())
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ActivationVector) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def norm(self) -> float:
        """Euclidean norm of the whole vector."""
        return float(np.linalg.norm(self.values.astype(np.float64)))

    @cached_property
    def channel_norms(self) -> np.ndarray:
        """(channels,) float64: the Euclidean norm of each channel (the magnitude of each feature)."""
        flat = self.values.reshape(len(self.values), -1).astype(np.float64)
        return np.linalg.norm(flat, axis=1)

    def _metadata(self) -> dict[str, str]:
        return {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "kind": self.kind,
            "layer": self.layer,
            "policy_hash": self.policy_hash,
            "policy_name": self.policy_name,
            "maze_a": _maze_to_text(self.maze_a),
            "maze_b": _maze_to_text(self.maze_b),
            "seeds": json.dumps(self.seeds),
            "note": self.note,
            "measures": json.dumps(self.measures),
        }


def cosine(first: ActivationVector, second: ActivationVector) -> float | None:
    """Cosine of the angle between two vectors; None where one is zero or their shapes differ."""
    if first.values.shape != second.values.shape or first.norm == 0 or second.norm == 0:
        return None
    product = float(first.values.ravel().astype(np.float64) @ second.values.ravel().astype(np.float64))
    return max(-1.0, min(1.0, product / (first.norm * second.norm)))


def save_vector(path: Path, vector: ActivationVector) -> None:
    """Write a vector as a safetensors file: one tensor, `vector`, and its provenance as metadata; whole or not at all.

    Raises:
        PatchError: when the file cannot be written.
    """
    try:
        write_atomically(path, save({"vector": np.ascontiguousarray(vector.values)}, vector._metadata()))
    except OSError as error:
        raise PatchError(f"The vector could not be saved to {path}: {error.strerror or error}.") from error


def read_vector(path: str | Path, *, largest: int = LARGEST) -> ActivationVector:
    """Read a vector's file, or the same value again while the file has not changed.

    Args:
        path: the file.
        largest: bytes; a file with more is not read.

    Raises:
        PatchError: one sentence on what was found and what was expected.
    """
    path = Path(path)
    try:
        found, what = path.stat(), no_regular_file(path)
        if what is not None:
            raise PatchError(f"{path} is {what}; expected a vector's {SUFFIX} file.")
    except FileNotFoundError:
        raise PatchError(f"There is no vector file {path}.") from None
    except (OSError, ValueError) as error:
        raise PatchError(f"The vector file {path} cannot be read: {error}.") from error
    if found.st_size > largest:
        raise PatchError(f"{path.name} holds more than {limit_text(largest)}; a vector's file is far smaller.")
    return _read(path, found.st_mtime_ns, found.st_size, found.st_ino)


@dataclass(frozen=True)
class TensorHeader:
    """Header of a safetensors file: the names of its tensors, and its metadata."""

    names: tuple[str, ...]
    metadata: Mapping[str, str]


def tensor_header(path: Path) -> TensorHeader | None:
    """The header of a safetensors file; None for any other file, or one that is damaged."""
    try:
        if not header_fits(path):
            return None
        with safe_open(path, framework="numpy") as file:
            return TensorHeader(tuple(file.keys()), file.metadata() or {})
    except (SafetensorError, OSError, ValueError, TypeError):
        return None


def is_vector(header: TensorHeader) -> bool:
    """True if a file says of itself that it is a vector: readable or not, `read_vector` tells of it."""
    return header.metadata.get("format") == FORMAT or header.names == ("vector",)


@lru_cache(maxsize=64)
def _read(path: Path, modified: int, size: int, place: int) -> ActivationVector:
    # They are here so that a file that has changed is read again: one replaced at once may keep its time and size.
    del modified, size, place
    try:
        if not header_fits(path):
            raise PatchError(f"{path.name} is not a vector's file; expected a {SUFFIX} file saved by Mazescope.")
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise PatchError(f"{path.name} is not a vector's file; expected one saved by Mazescope.")
            if metadata.get("version") != VERSION:
                raise PatchError(
                    f"{path.name} has version {metadata.get('version')!r}; this program reads version {VERSION}."
                )
            if list(file.keys()) != ["vector"]:
                raise PatchError(f"{path.name} holds {len(list(file.keys()))} tensors; expected one named `vector`.")
            values = file.get_tensor("vector")
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise PatchError(f"{path.name} is not a vector's file; expected a {SUFFIX} file saved by Mazescope.") from error
    if values.dtype != np.float32:
        raise PatchError(f"{path.name} holds {values.dtype} numbers; expected float32.")
    try:
        return _from_metadata(metadata, values)
    except MazescopeError as error:
        raise PatchError(f"{path.name} cannot be used: {error}") from error
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise PatchError(f"{path.name} lacks the provenance that a vector saved by Mazescope has.") from error


def _from_metadata(metadata: dict[str, str], values: np.ndarray) -> ActivationVector:
    return ActivationVector(
        name=metadata["name"],
        kind=metadata["kind"],
        layer=metadata["layer"],
        values=values,
        policy_hash=metadata["policy_hash"],
        policy_name=metadata["policy_name"],
        maze_a=_maze_from_text(metadata["maze_a"]),
        maze_b=_maze_from_text(metadata["maze_b"]),
        seeds=tuple(int(seed) for seed in parse_json(metadata["seeds"])),
        note=metadata["note"],
        measures=tuple((str(name), float(number)) for name, number in parse_json(metadata["measures"])),
    )


def _maze_to_text(maze: Maze | None) -> str:
    found: Any = None if maze is None else maze_files.to_json(maze)
    return json.dumps(found)


def _maze_from_text(text: str) -> Maze | None:
    found = parse_json(text)
    return None if found is None else maze_files.from_json(found)
