"""Saving a policy: as safetensors with its metadata, or as train-procgen-pytorch saves one."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from app.errors import PolicyError
from app.io.atomic import write_atomically
from app.policy.metadata import encode
from app.policy.network import Network
from app.policy.policy import Policy


def save_safetensors(
    policy: Policy | Network,
    path: str | Path,
    metadata: Mapping[str, Any] | None = None,
    *,
    dtype: torch.dtype = torch.float32,
) -> None:
    """Write safetensors, whole or not at all. The same weights and metadata give the same bytes.

    Args:
        policy: what to save.
        path: where to.
        metadata: JSON values by name, which `load_policy` gives back; by default what the policy's own file said.
        dtype: of the weights in the file; float16 rounds them and halves it.

    Raises:
        PolicyError: when the file cannot be written.
    """
    if metadata is None:
        own = policy.metadata if isinstance(policy, Policy) else {}
        metadata = {key: value for key, value in own.items() if key != "loaded_from"}
    _write(path, safetensors_bytes(policy, metadata, dtype))


def save_torch(policy: Policy | Network, path: str | Path, extra: Mapping[str, Any] | None = None) -> None:
    """Write a checkpoint that train-procgen-pytorch and the research's tools open, whole or not at all.

    Args:
        policy: what to save, under `model_state_dict`.
        path: where to.
        extra: what else to put into the file, next to it: an optimizer's state, a step.

    Raises:
        PolicyError: when the file cannot be written.
    """
    buffer = io.BytesIO()
    torch.save({**(extra or {}), "model_state_dict": _weights(policy)}, buffer)
    _write(path, buffer.getvalue())


def safetensors_bytes(
    policy: Policy | Network, metadata: Mapping[str, Any], dtype: torch.dtype = torch.float32
) -> bytes:
    """A safetensors file as bytes, its header in a fixed order (the library's own order changes from call to call)."""
    content = safetensors.torch.save(_weights(policy, dtype), metadata=encode(metadata))
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    text = json.dumps(_ordered(header), separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + content[8 + length :]


def _ordered(header: dict[str, Any]) -> dict[str, Any]:
    notes = header.pop("__metadata__", None)
    tensors = dict(sorted(header.items(), key=lambda item: item[1]["data_offsets"]))
    return tensors if notes is None else {"__metadata__": dict(sorted(notes.items())), **tensors}


def _weights(policy: Policy | Network, dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    network = policy.network if isinstance(policy, Policy) else policy
    return {key: tensor.detach().to("cpu", dtype).contiguous() for key, tensor in network.state_dict().items()}


def _write(path: str | Path, content: bytes) -> None:
    try:
        write_atomically(path, content)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PolicyError(
            f"The policy could not be saved to {path} ({reason}); expected a place that can be written."
        ) from error
