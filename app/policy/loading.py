"""Opening a checkpoint file as a policy: nothing in it is trusted, and what is wrong is said in one sentence."""

from __future__ import annotations

import hashlib
import io
import os
import struct
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Final
from weakref import WeakValueDictionary

from app.errors import PolicyError, shown
from app.io.file_kind import kind_of
from app.io.regular_file import no_regular_file
from app.policy.architecture import build_network, largest_file
from app.policy.file_contents import EXPECTED, Contents, size_text
from app.policy.limits import LIMITS, Limits
from app.policy.network import Network
from app.policy.policy import Policy, policy_of
from app.policy.safetensors_file import open_safetensors
from app.policy.weight_names import own_names

_policies: WeakValueDictionary[tuple[str, str], Policy] = WeakValueDictionary()
_lock = Lock()
_HASHED: Final = 64 * 2**20


def load_policy(path: str | Path, *, limits: Limits = LIMITS) -> Policy:
    """Open a checkpoint: torch.save's dictionary with `model_state_dict`, `state_dict` or bare tensors, or safetensors.

    The names are those of train-procgen-pytorch, pfrl or CleanRL, with or without what wrappers put in front.

    The kind of file is told from its contents, not its suffix. Widths 1 to 64; half, bfloat16 and double precision are
    converted to float32; tensors saved on CUDA come to the CPU; other contents, such as an optimizer's state, are not
    read. No code in the file can run. Of `policy.metadata`, the entry "loaded_from" is this function's (format, bytes,
    stored_as unless float32, names where they are another program's, and up to 64 MiB the file's sha256); the others
    are the file's own plain values.

    The same weights share one network in memory, and the same file with the same weights is the same Policy object. A
    network that has not been used for long leaves memory and is read from the file again (`network_store`).

    Args:
        path: the file.
        limits: how much of anything it may hold.

    Raises:
        PolicyError: one sentence on what was found and what was expected.
    """
    path = Path(path)
    name = shown(path.name or path)
    try:
        _check_is_file(path, name)
        with path.open("rb") as file:
            return _load(path, file, name, limits)
    except OSError as error:
        raise PolicyError(f"{name} cannot be read ({shown(error.strerror or error)}); expected {EXPECTED}.") from error
    except MemoryError as error:
        raise PolicyError(f"{name} does not fit into memory; expected {EXPECTED}.") from error


def _check_is_file(path: Path, name: str) -> None:
    try:
        what = no_regular_file(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PolicyError(f"There is no file {shown(path, 300)}; expected {EXPECTED}.") from error
    except ValueError as error:  # a name with a null byte
        raise PolicyError(f"{name} cannot be the name of a file; expected {EXPECTED}.") from error
    if what is not None:
        raise PolicyError(f"{name} is {what}; expected {EXPECTED}.")


def _load(path: Path, file: io.BufferedReader, name: str, limits: Limits) -> Policy:
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise PolicyError(f"{name} is empty; expected {EXPECTED}.")
    largest = largest_file(limits)
    if size > largest:
        raise PolicyError(
            f"{name} takes {size_text(size)}; expected a checkpoint, which even with an optimizer's state takes less "
            f"than {size_text(largest)}."
        )
    with _opened(path, file, name, limits) as contents:
        network = build_network(contents.tensors, name, limits)
    origin: dict[str, Any] = {"format": contents.format, "bytes": size}
    stored = {str(tensor.dtype).removeprefix("torch.") for tensor in contents.tensors.values()}
    if stored != {"float32"}:
        origin["stored_as"] = ", ".join(sorted(stored))
    program = own_names(contents.tensors)[1]
    if program:
        origin["names"] = program
    if size <= _HASHED:
        file.seek(0)
        origin["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
    given = contents.metadata.get("name")
    called = shown(given) if isinstance(given, str) and given.strip() else shown(path.stem)
    metadata = {**contents.metadata, "loaded_from": origin}
    return _known(policy_of(network, called, path, metadata, reopen=partial(_reopen, path, name)))


def _known(policy: Policy) -> Policy:
    """The policy of this file and these weights that is in use already, or else this one."""
    key = (policy.weights_hash, str(policy.path))
    with _lock:
        known = _policies.get(key)
        if known is not None and (known.name, known.metadata) == (policy.name, policy.metadata):
            return known
        _policies[key] = policy
        return policy


def loaded_policy(weights_hash: str) -> Policy | None:
    """A policy in use that was loaded from a file and has these weights, or None."""
    with _lock:
        return next((policy for (found, _), policy in _policies.items() if found == weights_hash), None)


def _reopen(path: Path, name: str, weights_hash: str) -> Network:
    """The network that was read from a file, read again."""
    try:
        policy = load_policy(path)
    except PolicyError as error:
        raise PolicyError(
            f"The policy from {name} has left memory and its file cannot be read again: {error}"
        ) from error
    if policy.weights_hash != weights_hash:
        raise PolicyError(
            f"The policy from {name} has left memory, and the file holds other weights now; expected those of before."
        )
    return policy.network


def _opened(path: Path, file: io.BufferedReader, name: str, limits: Limits) -> AbstractContextManager[Contents]:
    file.seek(0)
    start = file.read(4096)
    if _is_safetensors(start):
        return open_safetensors(path, file, name, limits)
    # The policies that ship are of the format above; what reads the others loads when one is opened.
    from app.policy import legacy_file, torch_file

    if start.startswith(b"PK\3\4"):
        return nullcontext(torch_file.read_torch(file, name, limits))
    if start.startswith(legacy_file.MAGIC):
        return nullcontext(legacy_file.read_legacy(file, name, limits))
    raise PolicyError(f"{name} is {kind_of(start)}; expected {EXPECTED}.")


def _is_safetensors(start: bytes) -> bool:
    """True if a file begins with a header's length, of at most the 100 MB the format allows, and a JSON object."""
    return len(start) > 8 and start[8:9] == b"{" and struct.unpack("<Q", start[:8])[0] <= 100_000_000
