"""State dict of the network, found in what a checkpoint holds: under a key, in a list, or bare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import torch
from torch import Tensor

from app.errors import PolicyError, shown
from app.policy.file_contents import Contents, StoredTensor, listed, shape_text
from app.policy.limits import Limits
from app.policy.metadata import plain_items
from app.policy.pickle_values import Placeholder
from app.policy.torch_pickle import Described, Storage
from app.policy.weight_names import FIRST, own_names

WRAPPERS: Final = ("model_state_dict", "state_dict")
"""Keys of a state dict in the checkpoints of train-procgen-pytorch and others."""

_DEEPEST: Final = 3
_MOST_ENTRIES: Final = 256

ReadStorage = Callable[[Storage], bytearray]
"""Reads the numbers of a storage; raises PolicyError when the file is damaged there."""


def state_dict_of(found: object, read: ReadStorage, file_name: str, kind: str, limits: Limits) -> Contents:
    """The tensors of the only network in a checkpoint's value, and the plain values next to them.

    Args:
        found: what was saved; see `read_torch_pickle`.
        read: reads a storage of the file.
        kind: the format, in words.

    Raises:
        PolicyError: one sentence on what was found and what was expected.
    """
    place, state = _state(found, file_name)
    tensors = {}
    for key, value in state.items():
        if not isinstance(key, str) or not isinstance(value, Described):
            raise PolicyError(
                f"{file_name}: {shown(key)} in the state dict is of type {_type_name(value)}; expected names with "
                f"dense tensors."
            )

        def read_tensor(described: Described = value) -> Tensor:
            return _read(described, read, file_name)

        tensors[key] = StoredTensor(value.shape, value.storage.dtype, read_tensor)
    others: Mapping[Any, Any] = found if isinstance(found, dict) and place else {}
    notes = {key: value for key, value in others.items() if key != place[0] and not _is_state(key, value)}
    where = " in ".join(_named(key) for key in reversed(place)) if place else "bare state dict"
    return Contents(f"{kind}, {where}", tensors, plain_items(notes, limits))


def _is_state(key: object, value: object) -> bool:
    """True for a state dict, or the state of an optimizer: nothing to tell of the policy."""
    return _is_optimizer(value) or str(key).endswith("state_dict")


def _state(found: object, file_name: str) -> tuple[tuple[object, ...], Mapping[Any, object]]:
    """The state dict, and the keys that lead to it."""
    if not isinstance(found, dict | list | tuple):
        raise PolicyError(
            f"{file_name} holds a value of type {_type_name(found)}; expected a dictionary with "
            f"{' or '.join(WRAPPERS)}, or of tensors."
        )
    wrapper = next((key for key in WRAPPERS if isinstance(found, dict) and isinstance(found.get(key), dict)), None)
    # A second network is refused wherever it is: which one is meant, nobody but the user knows.
    chosen = dict(_dictionaries(found, (), _is_network))
    if not chosen and wrapper is None:
        chosen = dict(_dictionaries(found, (), _has_tensors))
    elif not chosen:
        chosen = dict(_dictionaries(found[wrapper], (wrapper,), _has_tensors))  # type: ignore[call-overload]
    if len(chosen) > 1:
        raise PolicyError(
            f"{file_name} holds {len(chosen)} state dicts (under {listed(map(_where, chosen))}); expected one, as "
            f"torch.save of a policy's own state_dict() writes it."
        )
    if chosen:
        return next(iter(chosen.items()))
    if isinstance(found, dict):
        inside = f"under {wrapper} " if wrapper else ""
        keys = found if wrapper is None else found[wrapper]
        raise PolicyError(
            f"{file_name} holds a dictionary without tensors {inside}(its keys: {listed(keys) or 'none'}); expected "
            f"one with {' or '.join(WRAPPERS)}, or of tensors."
        )
    raise PolicyError(
        f"{file_name} holds a {type(found).__name__} without a state dict; expected a dictionary with "
        f"{' or '.join(WRAPPERS)}, or of tensors."
    )


def _dictionaries(
    found: object, place: tuple[object, ...], wanted: Callable[[Mapping[Any, object]], bool]
) -> Iterator[tuple[tuple[object, ...], Mapping[Any, Any]]]:
    """The dictionaries of a kind in a value, outermost first; what is in one of them belongs to it."""
    if isinstance(found, dict) and wanted(found):
        yield place, found
    elif len(place) < _DEEPEST and isinstance(found, dict | list | tuple) and len(found) <= _MOST_ENTRIES:
        for key, value in found.items() if isinstance(found, dict) else enumerate(found, 1):
            if isinstance(key, str | int) and not _is_optimizer(value):
                yield from _dictionaries(value, (*place, key), wanted)


def _is_optimizer(value: object) -> bool:
    return isinstance(value, dict) and {"state", "param_groups"} <= value.keys()


def _has_tensors(state: Mapping[Any, object]) -> bool:
    return any(isinstance(value, Described) for value in state.values())


def _is_network(state: Mapping[Any, object]) -> bool:
    names, _ = own_names(key for key in state if isinstance(key, str))
    return FIRST in names.values() and _has_tensors(state)


def _named(key: object) -> str:
    return f"entry {key}" if isinstance(key, int) else shown(key)


def _where(place: tuple[object, ...]) -> str:
    return ".".join(_named(key) for key in place)


def _type_name(value: object) -> str:
    if isinstance(value, Described):
        return "Tensor"
    return shown(value.name.rpartition(".")[2]) if isinstance(value, Placeholder) else type(value).__name__


def _read(described: Described, read: ReadStorage, file_name: str) -> Tensor:
    if not described.fits:
        raise damaged(file_name, f"its tensor of {shape_text(described.shape)} is larger than its record")
    content = read(described.storage)
    if not content:
        return torch.empty(described.shape, dtype=described.storage.dtype)
    flat = torch.frombuffer(content, dtype=described.storage.dtype)
    return flat.as_strided(described.shape, described.stride, described.offset)


def damaged(file_name: str, what: object) -> PolicyError:
    """The refusal of a file that is not whole."""
    return PolicyError(f"{file_name} is damaged ({what}); expected a whole file saved by torch.save.")
