"""Refusals. Every message is one sentence that says what was found and what was expected."""

from __future__ import annotations

from typing import Final

LONGEST_SENTENCE: Final = 2000
"""Letters of a refusal: room for a few names and a path."""


def shown(text: object, longest: int = 80) -> str:
    """Any text from a file as it may be shown: printable, on one line, not too long.

    Control characters, line breaks, marks that turn the direction of writing, halves of surrogate pairs and whatever
    else has no picture of its own become "?"; what is too long ends with "…".
    """
    found = text if isinstance(text, str) else str(text)
    # Not all of a text of megabytes is looked at.
    plain = found[: longest + 1]
    if not plain.isprintable():
        plain = "".join(letter if letter.isprintable() else "?" for letter in plain)
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


class MazescopeError(Exception):
    """Something the user asked for cannot be done; `str(error)` is one sentence on one line, fit to be shown.

    Whatever of a file's text is in the sentence is made fit by `shown`.
    """

    def __str__(self) -> str:
        return shown(" ".join(super().__str__().splitlines()), LONGEST_SENTENCE)


class MazeError(MazescopeError):
    """A maze, maze file, seed or level that is not one."""


class PolicyError(MazescopeError):
    """A checkpoint that cannot be opened as a policy."""


class PatchError(MazescopeError):
    """A patch, patches file or vector that is malformed or does not fit the loaded policy."""


class ProcgenError(MazescopeError):
    """procgen is absent on this platform, or its process ended unexpectedly."""


class SessionError(MazescopeError):
    """A session file that cannot be read or written."""
