"""Contents of the pickles that torch.save writes: dictionaries, plain values and descriptions of tensors.

Nothing of a file's is run: `app.policy.pickle_values` reads it by its opcodes, and the few names that a state dict
needs are functions of this module. Other plain objects (numbers of NumPy, paths, options) are placeholders; whatever
else a file names might be code, and it is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import torch

from app.errors import PolicyError, shown
from app.policy.file_contents import listed
from app.policy.pickle_values import Known, Placeholder, placeholders, read_values

WAY_OUT: Final = "torch.save({'state_dict': policy.state_dict()}, 'policy.pth')"
"""A line that saves a policy so that it opens here."""

_MOST_AXES: Final = 16
_LARGEST_SIZE: Final = 2**48

_INERT: Final = re.compile(
    r"collections\.(deque|defaultdict)|argparse\.Namespace|types\.SimpleNamespace"
    r"|pathlib(\._local)?\.(Pure)?(Posix|Windows)?Path|datetime\.(datetime|date|timedelta|timezone)|decimal\.Decimal"
    r"|fractions\.Fraction|uuid\.(UUID|SafeUUID)"
    r"|numpy\.(_?core\.)?(multiarray\.(scalar|_reconstruct)|ndarray|dtype|bool_?|u?int\d+|float\d+|longlong)"
    r"|numpy\.dtypes\.\w+DType"
    r"|torch\.(device|bfloat16|float\d+|u?int\d+|bool|complex\d+)|torch\.serialization\._get_layout"
    r"|_codecs\.encode|(builtins|__builtin__)\.(set|frozenset|complex|bytearray|int|long|float|str|list|dict|tuple|bool)"
    r"|builtins\.(range|slice)"
)
"""Plain values and options that are found next to weights: they are not made, and nothing is said of them."""

_STORAGES: Final = {
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
    "ComplexFloatStorage": torch.complex64,
    "ComplexDoubleStorage": torch.complex128,
}


@dataclass(frozen=True)
class Storage:
    """The place of a tensor's numbers in the file.

    Attributes:
        key: the record's name.
        dtype: of the numbers.
        count: how many there are.
    """

    key: str
    dtype: torch.dtype
    count: int

    @property
    def bytes(self) -> int:
        """Length of the record."""
        return self.count * self.dtype.itemsize


@dataclass(frozen=True, eq=False)
class Described:
    """A tensor of the file, unread: a view of a storage, in numbers of it."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def fits(self) -> bool:
        """True if all of it is within its storage."""
        if 0 in self.shape:
            return self.offset <= self.storage.count
        last = self.offset + sum((size - 1) * step for size, step in zip(self.shape, self.stride, strict=True))
        return last < self.storage.count


def read_torch_pickle(pickled: bytes | BinaryIO) -> tuple[object, dict[str, Storage]]:
    """The value of a pickle of torch.save, tensors as `Described` and other objects as `Placeholder`; and its storages.

    Raises:
        PickleError: when it cannot be followed to its end.
    """
    storages: dict[str, Storage] = {}

    def storage_of(found: object) -> Storage:
        storage = _storage(found)
        if storages.setdefault(storage.key, storage) != storage:
            raise ValueError("a storage of two kinds")
        return storage

    return read_values(pickled, _TABLE, storage_of), storages


def refuse_code(found: object, file_name: str) -> None:
    """Refuse a value that holds objects which are neither tensors nor plain.

    Raises:
        PolicyError: one sentence that names them, where they are, and how to save the policy without.
    """
    places: dict[str, str] = {}
    for place, each in placeholders(found):
        if not _INERT.fullmatch(each.name) and not (each.name == "" and each.parts):
            places.setdefault(each.name or "of an unknown name", place)
    if places:
        where = _where(places.values())
        raise PolicyError(
            f"{file_name} asks for the Python object {listed(places)}{where} when it is opened, which might run code, "
            f"so it was not; expected a checkpoint of tensors and plain values, as `{WAY_OUT}` writes it where the "
            f"policy was trained."
        )


def _where(places: Iterable[str]) -> str:
    named = sorted({shown(place, 40) for place in places if place})
    return f" under {listed(named)}" if named else ""


def _rebuilt(arguments: tuple[Any, ...]) -> Described:
    storage, offset, shape, stride = arguments[:4]
    whole = (offset, *shape, *stride)
    if not isinstance(storage, Storage) or not all(type(each) is int and 0 <= each < _LARGEST_SIZE for each in whole):
        raise ValueError("not a tensor of a storage")
    if len(shape) != len(stride) or len(shape) > _MOST_AXES:
        raise ValueError("not the strides of a shape")
    return Described(storage, offset, tuple(shape), tuple(stride))


def _parameter(arguments: tuple[Any, ...]) -> Described:
    if not isinstance(arguments[0], Described):
        raise ValueError("a parameter that is not a tensor")
    return arguments[0]


def _mapping(arguments: tuple[Any, ...]) -> dict[Any, Any]:
    found = arguments[0] if arguments else {}
    if isinstance(found, dict):
        return found if arguments else {}
    pairs = [(key, value) for key, value in found if isinstance(key, str)]
    if len(pairs) != len(found):
        raise ValueError("a dictionary of other names than texts")
    return dict(pairs)


def _size(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(arguments[0]) if arguments else ()


def _storage(found: object) -> Storage:
    kind, known, key, _, count = found[:5]  # type: ignore[index]
    view = found[5:]  # type: ignore[index]
    if kind != "storage" or not isinstance(known, Known) or not isinstance(key, str) or any(view):
        raise ValueError("not a storage of a tensor")
    dtype = _STORAGES[known.name.rpartition(".")[2]]
    if type(count) is not int or not 0 <= count < _LARGEST_SIZE:
        raise ValueError("not a storage's length")
    return Storage(key, dtype, count)


def _no_call(_: tuple[Any, ...]) -> Placeholder:
    return Placeholder("torch.Storage")


_TABLE: Final = {
    "collections.OrderedDict": _mapping,
    "collections.Counter": _mapping,
    "torch._utils._rebuild_tensor": _rebuilt,
    "torch._utils._rebuild_tensor_v2": _rebuilt,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,
    "torch.Size": _size,
    **{f"torch.{name}": _no_call for name in _STORAGES},
    **{f"torch.cuda.{name}": _no_call for name in _STORAGES},
}
"""The names that a state dict and its optimizer need, as functions of our own."""
