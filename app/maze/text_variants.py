"""Other ways to write a maze as text, brought to lines of `#`, `.`, `C` and `M`.

Undone are a byte order mark, the fences of the first code block and the words around it, the marks of a quotation,
spaces between the cells, and the brackets and commas of lists; `@` is the mouse, `*` the cheese, `1` a wall and `0` an
open square.
"""

from __future__ import annotations

import re
from typing import Final

CELLS: Final = "#.CM"

_FENCES: Final = ("```", "~~~")
_DIGITS: Final = frozenset("01CM@* \t,[]")
_CELLS: Final = str.maketrans("@*10", "MC#.")
_OF_LISTS: Final = str.maketrans("", "", ",[]")
_SPACED: Final = re.compile(r"\S(?:\s+\S)+")


def plain_lines(text: str) -> list[str]:
    """The lines of a text, brought to cells as far as they are; blank lines around them left out."""
    lines = [line.strip() for line in text.lstrip("\ufeff").strip().splitlines()]
    lines = _unquoted(lines)
    fences = [number for number, line in enumerate(lines) if line.startswith(_FENCES)]
    if fences:
        # Words may be around the block; a quotation may be in it, or around it.
        start, end, *_ = (*fences, len(lines))
        lines = _unquoted(_trimmed(lines[start + 1 : end]))
    if lines and all(_DIGITS.issuperset(line) for line in lines):
        lines = [line.translate(_OF_LISTS).strip() for line in lines]
    if lines and all(_SPACED.fullmatch(line) for line in lines):
        lines = ["".join(line.split()) for line in lines]
    return [line.translate(_CELLS) for line in lines]


def looks_like_maze(text: str) -> bool:
    """True for at least three lines of nothing but cells, however they are written."""
    lines = plain_lines(text)
    return len(lines) >= 3 and all(line and set(CELLS).issuperset(line) for line in lines)


def _unquoted(lines: list[str]) -> list[str]:
    written = [line for line in lines if line]
    if written and all(line.startswith(">") for line in written):
        return _trimmed([line.removeprefix(">").strip() for line in lines])
    return lines


def _trimmed(lines: list[str]) -> list[str]:
    return "\n".join(lines).strip().splitlines()
