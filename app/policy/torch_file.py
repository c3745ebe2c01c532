"""Checkpoints written by torch.save: read without trust, and without reading what is not wanted.

The pickle in the archive is looked through first, and then read by torch.load with `weights_only=True` onto the meta
device: that gives names, shapes and types, but no data. Only the tensors that are asked for are then read, each from
its own record, so that an optimizer's state beside them never comes into memory.
"""

from __future__ import annotations

import bisect
import pickletools
import re
from collections.abc import Mapping
from functools import partial
from typing import Any, BinaryIO, Final

import torch
from torch import Tensor

from app.errors import PolicyError
from app.policy.contents import Contents, StoredTensor, listed, shown, size_text
from app.policy.metadata import plain_items
from app.policy.zip_directory import RecordError, Records, open_records

WRAPPERS: Final = ("model_state_dict", "state_dict")
"""Keys under which a state dict is looked for, in this order."""

_LARGEST_PICKLE: Final = 4 * 2**20
_HARMLESS: Final = re.compile(
    r"collections (OrderedDict|Counter)|torch\._utils _rebuild_(tensor_v2|parameter)|torch \w+Storage"
    r"|torch (Size|device|bfloat16|float\d+|u?int\d+|bool)|torch\.serialization _get_layout|_codecs encode"
    r"|(builtins|__builtin__) (set|complex)"
)
"""Python objects a state dict with its optimizer and plain notes may name: fewer than torch allows with weights_only,
which also lets a pickle ask for as much memory as it likes."""


def read_torch(file: BinaryIO, file_name: str) -> Contents:
    """What a checkpoint written by torch.save holds. The file has to stay open while its tensors are read.

    Raises:
        PolicyError: one sentence on what was found and what was expected.
    """
    records = open_records(file, file_name)
    if "constants.pkl" in records:
        raise PolicyError(f"{file_name} is a TorchScript program; expected a state dict saved by torch.save.")
    if "data.pkl" not in records:
        raise PolicyError(f"{file_name} is a zip archive without data.pkl; expected one saved by torch.save.")
    if records.size("data.pkl") > _LARGEST_PICKLE:
        raise PolicyError(
            f"{file_name} has a data.pkl of {size_text(records.size('data.pkl'))}; expected a checkpoint, where it "
            f"takes a few thousand bytes."
        )
    try:
        if "byteorder" in records and records.read("byteorder") != b"little":
            raise PolicyError(f"{file_name} was saved on a big-endian machine; expected little-endian weights.")
        foreign = foreign_objects(bytes(records.read("data.pkl")))
    except RecordError as error:
        raise _damaged(file_name, error) from error
    if foreign:
        raise PolicyError(
            f"{file_name} asks for the Python object {listed(foreign)} when it is opened, which might run code, so it "
            f"was not; expected a checkpoint of tensors alone."
        )
    file.seek(0)
    try:
        found = torch.load(file, map_location="meta", weights_only=True)
    except Exception as error:  # a damaged pickle may raise anything at all
        raise PolicyError(
            f"{file_name} cannot be read as tensors ({type(error).__name__}); expected a checkpoint saved by "
            f"torch.save."
        ) from error
    return _contents(found, records, file_name)


def foreign_objects(pickled: bytes) -> set[str]:
    """The Python objects a pickle names besides those of a state dict; nothing of it is run.

    Raises:
        RecordError: when it cannot be followed to its end.
    """
    named: set[str] = set()
    try:
        for opcode, argument, _ in pickletools.genops(pickled):
            if opcode.name in ("GLOBAL", "INST"):
                if not _HARMLESS.fullmatch(str(argument)):
                    named.add(str(argument).replace(" ", ".", 1))
            elif opcode.name in ("STACK_GLOBAL", "EXT1", "EXT2", "EXT4"):
                named.add("of an unknown name")  # torch.save, which writes protocol 2, never uses these
    except Exception as error:  # whatever the standard library makes of damaged bytes
        raise RecordError("its record data.pkl is not a pickle") from error
    return named


def _contents(found: object, records: Records, file_name: str) -> Contents:
    if not isinstance(found, dict):
        raise PolicyError(
            f"{file_name} holds a {type(found).__name__}; expected a dictionary with "
            f"{' or '.join(WRAPPERS)}, or of tensors."
        )
    wrapper = next((key for key in WRAPPERS if isinstance(found.get(key), dict)), None)
    state: Mapping[Any, object] = found if wrapper is None else found[wrapper]
    if not any(isinstance(value, Tensor) for value in state.values()):
        inside = f"under {wrapper} " if wrapper else ""
        raise PolicyError(
            f"{file_name} holds a dictionary without tensors {inside}(its keys: {listed(state) or 'none'}); expected "
            f"one with {' or '.join(WRAPPERS)}, or of tensors."
        )
    places = records.places()
    tensors = {}
    for key, value in state.items():
        if not isinstance(key, str) or not isinstance(value, Tensor) or value.layout != torch.strided:
            raise PolicyError(
                f"{file_name}: {shown(key)} in the state dict is a {type(value).__name__}; expected names "
                f"with dense tensors."
            )
        tensors[key] = StoredTensor(tuple(value.shape), value.dtype, partial(_read, value, records, places, file_name))
    others = {} if wrapper is None else {key: value for key, value in found.items() if key not in WRAPPERS}
    notes = plain_items({key: value for key, value in others.items() if not str(key).endswith("state_dict")})
    kind = "torch.save, bare state dict" if wrapper is None else f"torch.save, {wrapper}"
    return Contents(kind, tensors, notes)


def _read(described: Tensor, records: Records, places: list[tuple[int, str]], file_name: str) -> Tensor:
    """The data of a tensor on the meta device, whose storage remembers at which offset of the file its bytes lie."""
    storage = described.untyped_storage()
    offset = getattr(storage, "_checkpoint_offset", None)
    if offset is None:
        raise _damaged(file_name, f"a tensor of {shown(tuple(described.shape))} has no data")
    _, name = places[bisect.bisect_right(places, offset, key=lambda place: place[0]) - 1]
    # A tensor reaching beyond its record makes torch enlarge the storage.
    if not name.startswith("data/") or storage.nbytes() != records.size(name):
        raise _damaged(file_name, f"its record {shown(name)} has another length than its tensor")
    try:
        content = records.read(name)
    except RecordError as error:
        raise _damaged(file_name, error) from error
    if not content:
        return torch.empty(described.shape, dtype=described.dtype)
    flat = torch.frombuffer(content, dtype=described.dtype)
    return flat.as_strided(described.shape, described.stride(), described.storage_offset())


def _damaged(file_name: str, what: object) -> PolicyError:
    return PolicyError(f"{file_name} is damaged ({what}); expected a whole file saved by torch.save.")
