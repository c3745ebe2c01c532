"""Checkpoints in the safetensors format: a JSON header, then the weights; nothing in it can run."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from app.errors import PolicyError
from app.policy.file_contents import Contents, StoredTensor, size_text
from app.policy.limits import LIMITS, Limits
from app.policy.metadata import decode

_DTYPES: Final = {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32, "F64": torch.float64}


@contextmanager
def open_safetensors(path: Path, file: BinaryIO, file_name: str, limits: Limits = LIMITS) -> Iterator[Contents]:
    """The contents of a safetensors file; its tensors can be read until the context ends.

    Args:
        path: the file.
        file: the same, open for reading.
        file_name: what sentences call it.
        limits: how much of anything it may hold.

    Raises:
        PolicyError: one sentence on what was found and what was expected.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    header = int(struct.unpack("<Q", file.read(8))[0])
    if header + 8 > size:
        raise PolicyError(
            f"{file_name} is a safetensors file cut short: its header alone takes {size_text(header)}, and "
            f"{size_text(size)} are there; expected the whole file."
        )
    if header > limits.header:
        raise PolicyError(
            f"{file_name} is a safetensors file with a header of {size_text(header)}; expected a policy, whose header "
            f"takes a few thousand bytes."
        )
    try:
        opened: Any = safe_open(str(path), framework="pt")
    except Exception as error:
        raise _refusal(file_name, size, error) from error
    with opened as handle:
        tensors = {}
        for key in handle.keys():  # noqa: SIM118  (not a dictionary)
            part = handle.get_slice(key)
            dtype = part.get_dtype()
            tensors[key] = StoredTensor(
                tuple(part.get_shape()), _DTYPES.get(dtype, dtype), partial(_read, handle, key, file_name)
            )
        yield Contents("safetensors", tensors, decode(handle.metadata() or {}, limits))


def _read(handle: Any, key: str, file_name: str) -> Tensor:
    try:
        tensor: Tensor = handle.get_tensor(key)
    except (SafetensorError, RuntimeError, ValueError) as error:
        raise PolicyError(f"{file_name} is damaged at {key}; expected a whole safetensors file.") from error
    return tensor


def _refusal(file_name: str, size: int, error: Exception) -> PolicyError:
    if "IncompleteBuffer" in str(error) or "not fully covered" in str(error):
        return PolicyError(
            f"{file_name} is a safetensors file of another length than its header says ({size_text(size)} are there), "
            f"so it is cut short or damaged; expected the whole file."
        )
    return PolicyError(f"{file_name} begins like a safetensors file, but its header is damaged; expected a whole one.")
