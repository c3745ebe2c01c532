"""The field that a start shows first, kept from one start to the next: arrows are there before torch is loaded.

A start without files opens on the same maze, patches and policy every time. Its field is kept in the cache folder
when the engine has computed it, and shown at the next start until the engine has computed it again.
"""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

from app import __version__
from app.field.requests import FieldResult
from app.field.vector_field import VectorField
from app.interventions.patches import PatchStack
from app.interventions.patches_file import stack_to_json
from app.io.atomic import write_atomically
from app.maze import maze_file
from app.maze.maze import Maze
from app.paths import cache_folder

NAME: Final = "first-field.npz"
LARGEST: Final = 2**20
"""Bytes; two fields of the largest world take less than a quarter of it."""

_LOGITS: Final = 15


def recall(maze: Maze, stack: PatchStack, policy_file: Path) -> tuple[VectorField, VectorField] | None:
    """The original and the patched field that were kept for these; None where none were, or no whole ones.

    Args:
        maze: the maze; that its mouse is elsewhere makes it another one.
        stack: the patches.
        policy_file: the policy's file, told by its bytes.
    """
    try:
        with (cache_folder() / NAME).open("rb") as file:
            content = file.read(LARGEST + 1)
        question = _question(maze, stack, policy_file)
    except OSError:
        return None
    if len(content) > LARGEST:
        return None
    try:
        original, patched = _read(content, question, maze)
    # Whatever the library makes of a damaged file: of its headers it raises a tokenizer's errors as well as its own.
    except Exception:
        return None
    if not (_is_whole(original) and _is_whole(patched)):
        return None
    return original, original if _same(original, patched) else patched


def keep(result: FieldResult, policy_file: Path) -> None:
    """Keep a whole exact answer for the next start, unless the very same is kept.

    A folder that cannot be written to only means that the next start has to wait for its field.
    """
    request = result.request
    if not (result.complete and result.exact) or result.problems:
        return
    with suppress(OSError):
        before = recall(request.maze, request.stack, policy_file)
        if before is not None and _same(before[0], result.original) and _same(before[1], result.patched):
            return
        file = io.BytesIO()
        np.savez(
            file,
            question=np.frombuffer(_question(request.maze, request.stack, policy_file), dtype=np.uint8),
            original_logits=result.original.logits,
            original_value=result.original.value,
            patched_logits=result.patched.logits,
            patched_value=result.patched.value,
        )
        cache_folder().mkdir(parents=True, exist_ok=True)
        write_atomically(cache_folder() / NAME, file.getvalue())


def _read(content: bytes, question: bytes, maze: Maze) -> tuple[VectorField, VectorField]:
    """The two fields in the bytes of a file that was kept for this question.

    Raises:
        Exception: for other bytes.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as kept:
        if kept["question"].tobytes() != question:
            raise ValueError("It was kept for another question.")
        original, patched = (
            VectorField(maze, maze.squares, kept[f"{role}_logits"], kept[f"{role}_value"])
            for role in ("original", "patched")
        )
    return original, patched


def _question(maze: Maze, stack: PatchStack, policy_file: Path) -> bytes:
    """SHA-256 of all that the field depends on, and of the program's version.

    Raises:
        OSError: when the policy's file cannot be read.
    """
    with policy_file.open("rb") as file:
        policy = hashlib.file_digest(file, "sha256").hexdigest()
    asked = [__version__, policy, maze_file.to_json(maze), stack_to_json(stack)]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).digest()


def _is_whole(field: VectorField) -> bool:
    """True if a number of the right kind is there for each square."""
    count = len(field.squares)
    shapes = (field.logits.shape, field.value.shape) == ((count, _LOGITS), (count,))
    kinds = field.logits.dtype == field.value.dtype == np.float32
    return shapes and kinds and bool(np.isfinite(field.logits).all() and np.isfinite(field.value).all())


def _same(first: VectorField, second: VectorField) -> bool:
    return np.array_equal(first.logits, second.logits) and np.array_equal(first.value, second.value)
