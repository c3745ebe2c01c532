"""Checkpoints written by torch.save: read without trust, and without reading what is not wanted.

The pickle in the archive is read by its opcodes (`app.policy.torch_pickle`): that gives names, shapes and types, runs
nothing, and takes no data. Only the tensors that are asked for are then read, each from its own record, so that an
optimizer's state next to them is never read.
"""

from __future__ import annotations

from typing import BinaryIO

from app.errors import PolicyError, shown
from app.policy.file_contents import Contents, size_text
from app.policy.limits import LIMITS, Limits
from app.policy.pickle_values import PickleError
from app.policy.state_dict import damaged, state_dict_of
from app.policy.torch_pickle import Storage, read_torch_pickle, refuse_code
from app.policy.zip_directory import RecordError, open_records


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
        found, _ = read_torch_pickle(bytes(records.read("data.pkl")))
    except RecordError as error:
        raise damaged(file_name, error) from error
    except PickleError as error:
        raise damaged(file_name, f"its record data.pkl cannot be read as tensors: {error}") from error
    refuse_code(found, file_name)

    def read(storage: Storage) -> bytearray:
        name = f"data/{storage.key}"
        # Each tensor of a checkpoint fills its record.
        if name in records and storage.bytes != records.size(name):
            raise damaged(file_name, f"its record {shown(name)} has another length than its tensor")
        try:
            return records.read(name)
        except RecordError as error:
            raise damaged(file_name, error) from error

    return state_dict_of(found, read, file_name, "torch.save", limits)
