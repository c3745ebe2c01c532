"""Sentences for what goes wrong while fields are computed."""

from __future__ import annotations

from app.errors import MazescopeError


def sentence_of(what: str, error: Exception) -> str:
    """One sentence for a user.

    Args:
        what: what could not be done, without a full stop: "The field could not be computed".
        error: why.
    """
    if isinstance(error, MazescopeError):
        return str(error)
    if isinstance(error, MemoryError) or "allocate memory" in str(error):
        return f"{what}: there is not enough memory."
    return f"{what} ({type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'})."


def is_out_of_device_memory(error: Exception) -> bool:
    """True if a graphics processor ran out of memory. Torch says so in words alone."""
    return "out of memory" in str(error).lower()
