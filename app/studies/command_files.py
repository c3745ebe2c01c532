"""Command line of a question whose policy, mazes or patches are in no file yet: they are written, and named in it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from app.errors import MazescopeError
from app.interventions.patches import NO_PATCHES, PatchStack
from app.interventions.patches_file import stack_to_json
from app.io.atomic import write_atomically
from app.io.json_file import json_bytes
from app.maze.maze_file import to_json
from app.policy.policy import Policy
from app.policy.policy_info import default_policy_path
from app.policy.saving import safetensors_bytes
from app.studies.level_set import LevelSet
from app.studies.study import Question

PLACEHOLDER: Final = "patches.json"
"""The name that `Question.words` gives a file of patches that is still to be written."""


def command_words(question: Question, folder: Path) -> tuple[str, ...]:
    """The arguments after `python main.py study STUDY` that ask the same, on this machine, by files that exist.

    Files are named after what is in them, so that the same question writes the same files.

    Args:
        folder: where they are written; made where it is missing.

    Raises:
        MazescopeError: when one cannot be written.
    """
    words = list(question.words())
    levels = getattr(question, "levels", None)
    if isinstance(levels, LevelSet) and not levels.seeds and not levels.files:
        mazes = (_kept(folder, "maze", "json", json_bytes(to_json(level.maze))) for level in levels.levels)
        words += ["--maze", *mazes]
    stack = _stack_of(question)
    if PLACEHOLDER in words:
        words[words.index(PLACEHOLDER)] = _kept_stack(folder, stack)
    elif stack.patches and hasattr(question, "stack"):
        words += ["--patches", _kept_stack(folder, stack)]
    policy = getattr(question, "policy", None)
    if isinstance(policy, Policy) and policy.path != default_policy_path():
        path = (
            _kept(folder, "policy", "safetensors", safetensors_bytes(policy, {}))
            if policy.path is None
            else policy.path
        )
        if str(path) not in words:
            words.insert(0, str(path))
    return tuple(words)


def _stack_of(question: Question) -> PatchStack:
    found = getattr(question, "stack", None) or getattr(getattr(question, "moved", None), "stack", None)
    return found if isinstance(found, PatchStack) else NO_PATCHES


def _kept_stack(folder: Path, stack: PatchStack) -> str:
    return _kept(folder, "patches", "json", json_bytes(stack_to_json(stack)))


def _kept(folder: Path, what: str, suffix: str, content: bytes) -> str:
    path = folder / f"{what}-{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_atomically(path, content)
    except OSError as error:
        raise MazescopeError(f"{path} could not be written: {error.strerror or error}.") from error
    return str(path)
