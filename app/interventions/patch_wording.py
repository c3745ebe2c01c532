"""Patches in words: what a figure's note, a list's row or a log says of them."""

from __future__ import annotations

from app.interventions.patches import (
    AddVector,
    Mean,
    Noise,
    Offset,
    Patch,
    PatchStack,
    ProjectOut,
    Resample,
    Scale,
    SetValue,
    Zero,
)
from app.number_format import general

_MOST_CHANNELS = 6


def stack_words(stack: PatchStack, most: int = 3) -> str:
    """The patches that act, in one line: "zero channel 10 at block2.res1.resadd". Empty when none does."""
    words = [patch_words(patch) for _, patch in stack.active]
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} more patches"]
    return ", ".join(words)


def patch_words(patch: Patch) -> str:
    """One patch in a few words: what it does, to which channels, at which layer."""
    where = f"at {patch.layer.removeprefix('embedder.')}"
    only = f" on {len(patch.squares)} squares" if patch.squares is not None else ""
    return f"{_action(patch, _channels(patch.channels))} {where}{only}"


def _action(patch: Patch, channels: str) -> str:
    match patch:
        case Zero():
            return f"zero {channels}"
        case Mean():
            return f"mean of {patch.count} observations in {channels}"
        case Resample():
            if patch.per_channel:
                return f"{channels}, each of another level (seed {patch.source_seed})"
            return f"{channels} of level {patch.source_seed}"
        case Scale():
            factors = general(patch.positive)
            if patch.negative != patch.positive:
                factors = f"{factors} (positive) and {general(patch.negative)} (negative)"
            return f"{channels} × {factors}"
        case SetValue():
            place = ""
            if patch.square is not None:
                place = f" at square ({patch.square[0]}, {patch.square[1]})"
            elif patch.row is not None:
                place = f" at pixel ({patch.row}, {patch.column})"
            return f"{channels} = {general(patch.value)}{place}"
        case Offset():
            return f"{channels} {general(patch.value, sign=True)}"
        case ProjectOut():
            inside = "" if patch.channels is None else f" in {channels}"
            return f"{_file_name(patch.vector)} vector projected out{inside}"
        case AddVector():
            vector = _file_name(patch.vector)
            inside = "" if patch.channels is None else f" in {channels}"
            return f"{general(patch.coefficient, sign=True)} × {vector} vector{inside}"
        case Noise():
            return f"noise of sigma {general(patch.sigma)} in {channels}"
        case _:
            return f"{patch.kind} {channels}"


def _file_name(vector: str) -> str:
    return vector.replace("\\", "/").rpartition("/")[2]


def _channels(channels: tuple[int, ...] | None) -> str:
    if channels is None:
        return "all channels"
    if len(channels) == 1:
        return f"channel {channels[0]}"
    if len(channels) > _MOST_CHANNELS:
        return f"{len(channels)} channels"
    return "channels " + " ".join(map(str, channels))
