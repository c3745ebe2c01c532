"""procgen's states in a file: the raw bytes of one, or a pickled list of them as the research's tools save mazes.

A pickle is never unpickled: its opcodes are walked, and nothing but a list of byte strings is read of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.errors import MazeError
from app.io.regular_file import read_file
from app.maze.maze import Maze
from app.maze.procgen_state import parse_state

LARGEST: Final = 2**22
"""Bytes of the largest file worth reading; a state needs about 20,000."""

MOST: Final = 64
"""States of one file that are opened."""

_EXPECTED: Final = "a procgen state, or a pickled list of them"
_BEGINNING: Final = b"\x00\x00\x00\x00\x04\x00\x00\x00maze"
"""First bytes of every state of the game: version 0, and the length and text of the name."""

_WITHIN: Final = 64
"""Bytes of a pickle in which the first state begins."""

_BYTES: Final = {b"C": 1, b"B": 4, b"\x8e": 8}
_SKIPPED: Final = {b"\x80": 1, b"\x95": 8}
_PUT: Final = {b"q": 1, b"r": 4}
_GET: Final = {b"h": 1, b"j": 4}
"""Opcodes by the bytes of their argument: byte strings, protocol and frame, and what is remembered and repeated."""

_MARK: Final = object()


def holds_states(beginning: bytes) -> bool:
    """True if a file that begins like this holds states of the game `maze`, raw or pickled."""
    return _BEGINNING in beginning[: _WITHIN + len(_BEGINNING)]


def load(path: Path, *, largest: int = LARGEST, most: int = MOST) -> tuple[Maze, ...]:
    """The mazes of a file's states, in their order.

    Args:
        path: the file.
        largest: bytes; a file with more is not read.
        most: states; a file with more is refused.

    Raises:
        MazeError: one sentence on what was found and what was expected.
    """
    content = read_file(path, largest, _EXPECTED, MazeError)
    try:
        states = [content] if content.startswith(_BEGINNING) else pickled_states(content, most)
    except MazeError as error:
        raise MazeError(f"{path.name} {error}; expected {_EXPECTED}.") from None
    mazes = []
    for number, state in enumerate(states, 1):
        try:
            mazes.append(parse_state(state))
        except MazeError as error:
            which = f"state {number} of {len(states)}: " if len(states) > 1 else ""
            raise MazeError(f"{path.name}: {which}{error}") from None
    return tuple(mazes)


def pickled_states(pickled: bytes, most: int = MOST) -> Sequence[bytes]:
    """The byte strings of a pickled list, read by its opcodes.

    Args:
        pickled: the whole pickle, of any protocol that has byte strings.
        most: how many strings the list may have.

    Raises:
        MazeError: when it is anything else; the text continues after a file's name.
    """
    stack: list[object] = []
    memo: dict[int, object] = {}
    place = 0

    def taken(count: int) -> bytes:
        nonlocal place
        if count > len(pickled) - place:
            raise MazeError("ends in the middle of a pickle")
        place += count
        return pickled[place - count : place]

    try:
        while (opcode := taken(1)) != b".":
            if opcode in _SKIPPED:
                taken(_SKIPPED[opcode])
            elif opcode in _BYTES:
                stack.append(taken(_number(taken(_BYTES[opcode]))))
            elif opcode in _PUT:
                memo[_number(taken(_PUT[opcode]))] = stack[-1]
            elif opcode == b"\x94":
                memo[len(memo)] = stack[-1]
            elif opcode in _GET:
                stack.append(memo[_number(taken(_GET[opcode]))])
            elif opcode == b"]":
                stack.append([])
            elif opcode == b"(":
                stack.append(_MARK)
            elif opcode in (b"a", b"e", b"l"):
                _collect(opcode, stack, most)
            else:
                raise MazeError("is a pickle of something else than byte strings")
        (found,) = stack
    except (IndexError, KeyError, ValueError):
        raise MazeError("is a pickle that cannot be followed") from None
    if not isinstance(found, list) or not found:
        raise MazeError("is a pickle of no list of states")
    return found


def _collect(opcode: bytes, stack: list[object], most: int) -> None:
    """Put the topmost value, or those behind the last mark, into the list below."""
    first = len(stack) - 1 if opcode == b"a" else len(stack) - stack[::-1].index(_MARK)
    items = stack[first:]
    del stack[first if opcode == b"a" else first - 1 :]
    if opcode == b"l":
        stack.append([])
    into = stack[-1]
    if not isinstance(into, list) or not all(isinstance(item, bytes) for item in items):
        raise MazeError("is a pickle of something else than a list of byte strings")
    into += items
    if len(into) > most:
        raise MazeError(f"holds more than {most} states")


def _number(argument: bytes) -> int:
    return int.from_bytes(argument, "little")
