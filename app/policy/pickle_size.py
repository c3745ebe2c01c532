"""Count of the values in a pickle's tuples, taken before it is read.

Tuples may be keys, and hashing a key takes time for all that is in it; what they hold is limited, so that reading a
small file takes little time. Lists and dictionaries are never keys, so they count as one.
"""

from __future__ import annotations

import pickletools
from typing import Any, Final

COUNTLESS: Final = 10**9
"""The limit of counting unless told: more is not told apart."""

_PUT: Final = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_GET: Final = frozenset({"GET", "BINGET", "LONG_BINGET"})


def heaviest_tuple(pickled: bytes, *, countless: int = COUNTLESS) -> int:
    """The number of values in the tuple that holds most of them, those of the tuples in it included, up to `countless`.

    Raises:
        IndexError, KeyError, ValueError: when it is not a pickle that can be followed.
    """
    stack: list[int] = []
    marks: list[int] = []
    memo: dict[int, int] = {}
    heaviest = 0
    for opcode, argument, _ in pickletools.genops(pickled):
        place: Any = argument
        name, kinds = opcode.name, opcode.stack_before
        if name == "MARK":
            marks.append(len(stack))
        elif name in _PUT:
            memo[int(place)] = stack[-1]
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in _GET:
            stack.append(memo[int(place)])
        elif name == "DUP":
            stack.append(stack[-1])
        elif name == "POP" and marks and marks[-1] == len(stack):
            marks.pop()
        else:
            marked = pickletools.markobject in kinds
            first = marks.pop() - kinds.index(pickletools.markobject) if marked else len(stack) - len(kinds)
            if first < 0:
                raise IndexError("The stack is too short.")
            weight = min(1 + sum(stack[first:]), countless)
            del stack[first:]
            if "TUPLE" in name:
                heaviest = max(heaviest, weight)
                stack.append(weight)
            else:
                stack += [1] * len(opcode.stack_after)
    return heaviest
