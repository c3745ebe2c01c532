"""Checkpoints in torch's format before version 1.6: five pickles, then the storages one after the other.

train-procgen-pytorch was written for torch 1.3, which writes only that. It is read as the newer format is: by opcodes,
and only those storages that the network needs.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Mapping
from typing import BinaryIO, Final, cast

from app.errors import PolicyError, shown
from app.policy.file_contents import Contents, size_text
from app.policy.limits import LIMITS, Limits
from app.policy.pickle_values import PickleError
from app.policy.state_dict import damaged, state_dict_of
from app.policy.torch_pickle import Storage, read_torch_pickle, refuse_code

MAGIC: Final = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""First bytes of such a file: a pickle of the number 0x1950a86a20f9469cfc6c."""

_VERSION: Final = 1001
_LENGTH: Final = 8


def read_legacy(file: BinaryIO, file_name: str, limits: Limits = LIMITS) -> Contents:
    """The contents of a checkpoint in the old format. The file has to stay open while its tensors are read.

    Raises:
        PolicyError: one sentence on what was found and what was expected.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    start = io.BytesIO(file.read(limits.pickle))
    try:
        (_, _), (version, _), (system, _), (found, storages), (keys, _) = (read_torch_pickle(start) for _ in range(5))
    except PickleError as error:
        if size > limits.pickle:
            raise PolicyError(
                f"{file_name} does not tell within its first {size_text(limits.pickle)} what it holds; expected a "
                f"checkpoint, where that takes a few thousand bytes."
            ) from error
        raise damaged(file_name, f"it is cut short, or {error}") from error
    if version != _VERSION or not isinstance(system, dict) or system.get("little_endian") is not True:
        raise PolicyError(
            f"{file_name} was saved on a big-endian machine, or in an unknown version of torch's old format; expected "
            f"little-endian weights."
        )
    refuse_code(found, file_name)
    file.seek(start.tell())
    places = _places(file, keys, storages, file_name)

    def read(storage: Storage) -> bytearray:
        content = bytearray(storage.bytes)
        file.seek(places[storage.key])
        if cast(io.BufferedIOBase, file).readinto(content) != len(content):
            raise damaged(file_name, "it is cut short")
        return content

    return state_dict_of(found, read, file_name, "torch.save before 1.6", limits)


def _places(file: BinaryIO, keys: object, storages: Mapping[str, Storage], file_name: str) -> dict[str, int]:
    """The place of each storage's numbers: the file is at the first one, and has to end with the last."""
    place = file.tell()
    size = file.seek(0, os.SEEK_END)
    if not isinstance(keys, list) or any(not isinstance(key, str) for key in keys) or {*keys} != storages.keys():
        raise damaged(file_name, "its list of storages is not that of its tensors")
    places = {}
    for key in keys:
        file.seek(place)
        length = file.read(_LENGTH)
        if len(length) < _LENGTH or struct.unpack("<q", length)[0] != storages[key].count:
            raise damaged(file_name, f"its storage {shown(key)} is cut short or has another length than its tensor")
        places[key] = place + _LENGTH
        place += _LENGTH + storages[key].bytes
    if place != size:
        raise damaged(file_name, f"it takes {size_text(size)}, and its tensors end at {size_text(place)}")
    return places
