"""Checkpoints written by torch.save: read without trust, and without reading what is not wanted.

The pickle in the archive is looked through first, and then read by torch.load with `weights_only=True` onto the meta
device: that gives names, shapes and types, but no data. Only the tensors that are asked for are then read, each from
its own record, so that an optimizer's state next to them is never read. torch.load sees a skeleton, an archive
of our own making with the same pickle and empty records: so it cannot read the user's archive differently than we do,
and where a storage's empty record is in the skeleton tells which record of the file holds its data.
"""

from __future__ import annotations

import io
import pickletools
import re
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, BinaryIO, Final

import torch
from torch import Tensor

from app.errors import PolicyError
from app.policy.file_contents import Contents, StoredTensor, listed, shape_text, shown, size_text
from app.policy.limits import LIMITS, Limits
from app.policy.metadata import plain_items
from app.policy.pickle_size import COUNTLESS, heaviest_tuple
from app.policy.zip_directory import RecordError, Records, open_records

WRAPPERS: Final = ("model_state_dict", "state_dict")
"""Keys under which a state dict is looked for, in this order."""

_HARMLESS: Final = re.compile(
    r"collections (OrderedDict|Counter)|torch\._utils _rebuild_(tensor_v2|parameter)|torch \w+Storage"
    r"|torch (Size|device|bfloat16|float\d+|u?int\d+|bool)|torch\.serialization _get_layout|_codecs encode"
    r"|(builtins|__builtin__) (set|complex)"
)
"""Python objects that a state dict with its optimizer and plain notes may name; nothing else is given to torch."""


def read_torch(file: BinaryIO, file_name: str, limits: Limits = LIMITS) -> Contents:
    """The contents of a checkpoint written by torch.save. The file has to stay open while its tensors are read.

    Raises:
        PolicyError: one sentence on what was found and what was expected.
    """
    records = open_records(file, file_name, limits)
    if "data.pkl" not in records:
        raise PolicyError(f"{file_name} is a zip archive without data.pkl; expected one saved by torch.save.")
    if records.size("data.pkl") > limits.pickle:
        raise PolicyError(
            f"{file_name} has a data.pkl of {size_text(records.size('data.pkl'))}; expected a checkpoint, where it "
            f"takes a few thousand bytes."
        )
    try:
        if "byteorder" in records and records.read("byteorder") != b"little":
            raise PolicyError(f"{file_name} was saved on a big-endian machine; expected little-endian weights.")
        pickled = bytes(records.read("data.pkl"))
        foreign = foreign_objects(pickled)
        heaviest = _heaviest_tuple(pickled)
    except RecordError as error:
        raise _damaged(file_name, error) from error
    if foreign:
        raise PolicyError(
            f"{file_name} asks for the Python object {listed(foreign)} when it is opened, which might run code, so it "
            f"was not; expected a checkpoint of tensors alone."
        )
    if heaviest > limits.tuple_values:
        many = str(heaviest) if heaviest < COUNTLESS else "countless"
        raise PolicyError(
            f"{file_name} holds tuples within each other of {many} values; "
            f"expected a checkpoint, where they hold a few."
        )
    skeleton, places = _skeleton(pickled, records)
    try:
        found = torch.load(skeleton, map_location="meta", weights_only=True)
    except Exception as error:  # a damaged pickle may raise anything at all
        raise PolicyError(
            f"{file_name} cannot be read as tensors ({type(error).__name__}); expected a checkpoint saved by "
            f"torch.save."
        ) from error
    return _contents(found, partial(_read, records, places, file_name), file_name, limits)


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


def _heaviest_tuple(pickled: bytes) -> int:
    try:
        return heaviest_tuple(pickled)
    except (IndexError, KeyError, ValueError) as error:
        raise RecordError("its record data.pkl is not a pickle") from error


def _skeleton(pickled: bytes, records: Records) -> tuple[io.BytesIO, dict[int, str]]:
    """An archive with this pickle and the file's data records left empty; and which record is where in it."""
    skeleton = io.BytesIO()
    with zipfile.ZipFile(skeleton, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", pickled)
        archive.writestr("archive/version", b"3\n")
        places = {}
        for name in records.names():
            if name.startswith("data/"):
                archive.writestr(f"archive/{name}", b"")
                places[skeleton.tell()] = name
    skeleton.seek(0)
    return skeleton, places


def _contents(found: object, read: Callable[[Tensor], Tensor], file_name: str, limits: Limits) -> Contents:
    if not isinstance(found, dict):
        raise PolicyError(
            f"{file_name} holds a value of type {type(found).__name__}; expected a dictionary with "
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
    tensors = {}
    for key, value in state.items():
        if not isinstance(key, str) or not isinstance(value, Tensor) or value.layout != torch.strided:
            raise PolicyError(
                f"{file_name}: {shown(key)} in the state dict is of type {type(value).__name__}; expected names "
                f"with dense tensors."
            )
        tensors[key] = StoredTensor(tuple(value.shape), value.dtype, partial(read, value))
    others = {} if wrapper is None else {key: value for key, value in found.items() if key not in WRAPPERS}
    others = {key: value for key, value in others.items() if not str(key).endswith("state_dict")}
    kind = "torch.save, bare state dict" if wrapper is None else f"torch.save, {wrapper}"
    return Contents(kind, tensors, plain_items(others, limits))


def _read(records: Records, places: Mapping[int, str], file_name: str, described: Tensor) -> Tensor:
    """The data of a tensor on the meta device, whose storage remembers where its record is in the skeleton."""
    storage = described.untyped_storage()
    name = places.get(getattr(storage, "_checkpoint_offset", -1))
    if name is None:
        raise _damaged(file_name, f"its tensor of {shape_text(described.shape)} has no record")
    # Each tensor of a checkpoint fills its record.
    if storage.nbytes() != records.size(name):
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
