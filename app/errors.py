"""Refusals. Every message is one sentence that says what was found and what was expected."""

from __future__ import annotations


class MazescopeError(Exception):
    """Something the user asked for cannot be done; `str(error)` is a sentence fit to be shown."""


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
