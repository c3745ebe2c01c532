"""Values of a pickle, read by its opcodes: nothing that it names is imported, called or made.

Texts, numbers, lists and dictionaries become what they are. What a pickle asks Python for is looked up in a table of
our own functions (a tensor's description, an ordered dictionary); everything else is a `Placeholder`, which does
nothing.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, NoReturn

MOST_COPIED: Final = 1_000_000
"""Values that functions of the table may go through in all; a real checkpoint has a few hundred."""

_LONGEST_KEY: Final = 2**63


class PickleError(Exception):
    """Bytes that are no pickle that can be followed, or one of a kind that is not read."""


@dataclass(eq=False)
class Placeholder:
    """Object that a pickle asks Python for, which is not made.

    Attributes:
        name: what the pickle calls it: `numpy.core.multiarray.scalar`; empty where it has no name.
        parts: what it would be made of.
    """

    name: str
    parts: list[object] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """A name of the table: its function makes the value of what the pickle would call it with."""

    name: str
    make: Callable[[tuple[Any, ...]], object]


Table = Mapping[str, Callable[[tuple[Any, ...]], object]]


def read_values(pickled: bytes | BinaryIO, table: Table, persistent: Callable[[object], object]) -> object:
    """The value of one pickle.

    Args:
        pickled: its bytes, or a file at its beginning, which is then at its end.
        table: by dotted name, functions of our own from the arguments to a value; they may raise ValueError, TypeError,
            IndexError and KeyError.
        persistent: gives the value of a persistent id; may raise the same.

    Raises:
        PickleError: when it cannot be followed to its end.
    """
    machine = _Machine(table, persistent)
    try:
        for opcode, argument, _ in pickletools.genops(pickled):
            machine.step(opcode, argument)
        (found,) = machine.stack
    except PickleError:
        raise
    # Whatever the standard library makes of damaged bytes.
    except Exception as error:
        raise PickleError("it is not a pickle that can be followed") from error
    return found


def placeholders(found: object) -> Iterator[tuple[str, Placeholder]]:
    """All placeholders in a value, each with where it is: `config.path`, `0.model`; each object is looked into once."""
    seen: set[int] = set()
    waiting: list[tuple[str, object]] = [("", found)]
    while waiting:
        place, value = waiting.pop()
        if not isinstance(value, Placeholder | dict | list | tuple) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Placeholder):
            yield place, value
            waiting += [(place, part) for part in value.parts]
            continue
        items: Iterable[tuple[object, object]] = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            if isinstance(key, Placeholder):
                waiting.append((place, key))
            waiting.append((_joined(place, key), item))


def _joined(place: str, key: object) -> str:
    # A value within itself, over and over, makes no name worth reading.
    return (f"{place}.{key}" if place else str(key)) if len(place) < 200 and not isinstance(key, Placeholder) else place


_MARK: Final = object()
_SKIPPED: Final = frozenset({"PROTO", "FRAME", "STOP"})
_PUT: Final = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_GET: Final = frozenset({"GET", "BINGET", "LONG_BINGET"})
_TUPLES: Final = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_CONSTANTS: Final = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_LITERALS: Final = frozenset(
    {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING"}
    | {"SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES"}
    | {"BINBYTES8", "BYTEARRAY8"}
)


class _Machine:
    """The stack and memory of a pickle that is read."""

    def __init__(self, table: Table, persistent: Callable[[object], object]) -> None:
        self.stack: list[Any] = []
        self._memory: dict[int, Any] = {}
        self._table, self._persistent = table, persistent
        self._room = MOST_COPIED

    def step(self, opcode: pickletools.OpcodeInfo, argument: Any) -> None:
        """Do what one opcode says."""
        name, stack = opcode.name, self.stack
        if name in _LITERALS:
            stack.append(argument)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in _PUT:
            self._memory[int(argument)] = stack[-1]
        elif name == "MEMOIZE":
            self._memory[len(self._memory)] = stack[-1]
        elif name in _GET:
            stack.append(self._memory[int(argument)])
        elif name == "MARK":
            stack.append(_MARK)
        elif name in _TUPLES:
            self._gather(_TUPLES[name])
        elif name == "TUPLE":
            stack.append(tuple(self._marked()))
        elif name == "GLOBAL":
            stack.append(self._named(str(argument).replace(" ", ".", 1)))
        elif name == "INST":
            stack.append(Placeholder(str(argument).replace(" ", ".", 1), self._marked()))
        elif name == "BINPERSID":
            stack.append(self._persistent(stack.pop()))
        elif name not in _SKIPPED:
            getattr(self, f"_{name.lower()}", self._unknown)()

    def _named(self, name: str) -> object:
        return Known(name, self._table[name]) if name in self._table else Placeholder(name)

    def _marked(self) -> list[Any]:
        """The values behind the last mark, taken off with it."""
        place = len(self.stack) - 1
        while self.stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise PickleError("it closes what was never opened")
        items = self.stack[place + 1 :]
        del self.stack[place:]
        return items

    def _gather(self, count: int) -> None:
        items = tuple(self.stack[len(self.stack) - count :])
        if len(items) != count or any(item is _MARK for item in items):
            raise PickleError("its stack is too short")
        del self.stack[len(self.stack) - count :]
        self.stack.append(items)

    def _unknown(self) -> NoReturn:
        raise PickleError("it has an instruction that no checkpoint needs")

    # -- containers

    def _empty_list(self) -> None:
        self.stack.append([])

    def _empty_dict(self) -> None:
        self.stack.append({})

    def _empty_set(self) -> None:
        self.stack.append(Placeholder("builtins.set"))

    def _list(self) -> None:
        self.stack.append(self._marked())

    def _dict(self) -> None:
        items = self._marked()
        self.stack.append({})
        self._set(items)

    def _frozenset(self) -> None:
        self.stack.append(Placeholder("builtins.frozenset", self._marked()))

    def _append(self) -> None:
        self._extend([self.stack.pop()])

    def _appends(self) -> None:
        self._extend(self._marked())

    def _additems(self) -> None:
        self._extend(self._marked())

    def _setitem(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._set([key, value])

    def _setitems(self) -> None:
        self._set(self._marked())

    def _extend(self, items: list[Any]) -> None:
        into = self.stack[-1]
        if isinstance(into, Placeholder):
            into.parts += items
        elif isinstance(into, list):
            into += items
        else:
            raise PickleError("it adds to something that is not a list")

    def _set(self, items: list[Any]) -> None:
        into = self.stack[-1]
        if isinstance(into, Placeholder):
            into.parts += items
        elif isinstance(into, dict):
            for key, value in zip(items[::2], items[1::2], strict=True):
                into[_key(key)] = value
        else:
            raise PickleError("it puts an entry into something that is not a dictionary")

    # -- objects: never made

    def _stack_global(self) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        whole = f"{module}.{name}" if isinstance(name, str) and isinstance(module, str) else ""
        self.stack.append(self._named(whole))

    def _reduce(self) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        if not isinstance(arguments, tuple):
            raise PickleError("it calls something without arguments")
        if isinstance(function, Known):
            self._room -= sum(len(each) for each in arguments if isinstance(each, list | tuple))
            if self._room < 0:
                raise PickleError("it goes through far more values than it holds")
            self.stack.append(function.make(arguments))
        elif isinstance(function, Placeholder):
            self.stack.append(Placeholder(function.name, [function, arguments]))
        else:
            raise PickleError("it calls something that is not a function")

    _newobj = _reduce

    def _newobj_ex(self) -> None:
        options = self.stack.pop()
        self._reduce()
        if isinstance(self.stack[-1], Placeholder):
            self.stack[-1].parts.append(options)

    def _obj(self) -> None:
        items = self._marked()
        self.stack.append(Placeholder(getattr(items[0], "name", ""), items))

    def _build(self) -> None:
        state, into = self.stack.pop(), self.stack[-1]
        if isinstance(into, Placeholder):
            into.parts.append(state)
        elif not isinstance(into, dict):
            raise PickleError("it gives a state to what has none")

    def _ext1(self) -> None:
        self.stack.append(Placeholder(""))

    _ext2 = _ext4 = _ext1

    # -- the stack itself

    def _pop(self) -> None:
        self.stack.pop()

    def _pop_mark(self) -> None:
        self._marked()

    def _dup(self) -> None:
        self.stack.append(self.stack[-1])


def _key(key: object) -> object:
    """A key as it is where it is a short plain value, whose hash takes no time; a placeholder for any other."""
    plain = key is None or isinstance(key, str | bytes | float)
    return key if plain or (isinstance(key, int) and abs(key) < _LONGEST_KEY) else Placeholder("", [key])
