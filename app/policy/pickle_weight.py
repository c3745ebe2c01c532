"""How much a pickle's tuples hold, before it is read: tuples of tuples that are one and the same can double for ever.

A tuple that is a key, or in a set, is hashed, and Python hashes all that is in it each time anew: a pickle of a
kilobyte could stop the program for hours. Lists and dictionaries cannot be hashed, so they count as one.
"""

from __future__ import annotations

import pickletools
from typing import Any, Final

COUNTLESS: Final = 10**9
"""What is counted to: more is not told apart."""

_PUT: Final = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_GET: Final = frozenset({"GET", "BINGET", "LONG_BINGET"})


def heaviest_tuple(pickled: bytes) -> int:
    """The number of values in the tuple that holds most of them, those of the tuples in it included.

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
            weight = min(1 + sum(stack[first:]), COUNTLESS)
            del stack[first:]
            if "TUPLE" in name:
                heaviest = max(heaviest, weight)
                stack.append(weight)
            else:
                stack += [1] * len(opcode.stack_after)
    return heaviest
