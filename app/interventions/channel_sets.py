"""Named sets of a layer's channels, such as "UP" or "cheese", to be used wherever a patch names channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from app.errors import PatchError
from app.interventions.patches import Patch
from app.io.atomic import write_atomically
from app.io.json_file import json_bytes, json_shown, read_json
from app.policy.layers import canonical

LARGEST: Final = 2**20
"""Bytes; a file of sets beyond this is not read."""

MOST_SETS: Final = 500
LONGEST_NAME: Final = 80
LARGEST_CHANNEL: Final = 2**20
EXPECTED: Final = 'a file of channel sets, {"channel_sets": [...]}'

MOST_OF_THE_PUSH: Final = 0.8
"""A move's own set is the fewest channels that make up this share of all that pushes for the move."""

P = TypeVar("P", bound=Patch)


@dataclass(frozen=True)
class ChannelSet:
    """Some channels of one layer under a name.

    Attributes:
        name: what people call it.
        layer: module path of the layer.
        channels: their numbers, each once, the weightiest first.

    Raises:
        PatchError: for an empty or too long name, no channel, or one that is named twice.
    """

    name: str
    layer: str
    channels: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > LONGEST_NAME:
            raise PatchError(
                f"A set called {json_shown(self.name)} was found; expected a name of 1 to {LONGEST_NAME} letters."
            )
        if not self.channels or len(set(self.channels)) < len(self.channels):
            raise PatchError(f"The set {self.name} has no channel, or one of them twice; expected each once.")

    def on(self, patch: P) -> P:
        """The patch on this set's layer and channels."""
        return replace(patch, layer=self.layer, channels=self.channels)


def weightiest(name: str, layer: str, weights: Sequence[float], share: float = MOST_OF_THE_PUSH) -> ChannelSet | None:
    """The fewest channels that make up at least this share of the sum of all positive weights; None without any.

    Args:
        name: of the set.
        layer: of the channels.
        weights: one number a channel, such as its mean push for a move.
        share: 0..1.
    """
    values = np.nan_to_num(np.asarray(weights, dtype=np.float64)).clip(min=0)
    if not values.any():
        return None
    order = np.argsort(-values, kind="stable")
    count = int(np.searchsorted(np.cumsum(values[order]), share * values.sum() * (1 - 1e-12))) + 1
    return ChannelSet(name, layer, tuple(int(channel) for channel in order[:count]))


def sets_to_json(sets: Sequence[ChannelSet]) -> dict[str, Any]:
    """The sets as JSON values."""
    return {
        "channel_sets": [{"name": each.name, "layer": each.layer, "channels": list(each.channels)} for each in sets]
    }


def sets_from_json(found: object) -> tuple[ChannelSet, ...]:
    """The sets that JSON values hold.

    Raises:
        PatchError: one sentence on what was found and what was expected.
    """
    if not isinstance(found, dict) or set(found) != {"channel_sets"} or not isinstance(found["channel_sets"], list):
        raise PatchError(f'Expected an object {{"channel_sets": [...]}}; found {json_shown(found)}.')
    if len(found["channel_sets"]) > MOST_SETS:
        raise PatchError(f"{len(found['channel_sets'])} sets were found; expected at most {MOST_SETS}.")
    sets = tuple(_set_from_json(each, place) for place, each in enumerate(found["channel_sets"], start=1))
    names = [each.name for each in sets]
    for name in names:
        if names.count(name) > 1:
            raise PatchError(f"Two sets are called {json_shown(name)}; expected names that differ.")
    return sets


def load_sets(path: Path) -> tuple[ChannelSet, ...]:
    """Read a file of sets.

    Raises:
        PatchError: one sentence on what was found and what was expected.
    """
    try:
        return sets_from_json(read_json(path, LARGEST, EXPECTED, PatchError))
    except PatchError as error:
        raise PatchError(f"{path.name} cannot be used: {error}") from error


def save_sets(path: Path, sets: Sequence[ChannelSet]) -> None:
    """Write a file of sets, whole or not at all.

    Raises:
        PatchError: when the file cannot be written.
    """
    try:
        write_atomically(path, json_bytes(sets_to_json(sets)))
    except OSError as error:
        raise PatchError(f"The channel sets could not be saved to {path}: {error.strerror or error}.") from error


def _set_from_json(found: object, place: int) -> ChannelSet:
    if not isinstance(found, dict) or set(found) != {"name", "layer", "channels"}:
        raise PatchError(f'Set {place} is {json_shown(found)}; expected "name", "layer" and "channels".')
    name, layer, channels = found["name"], found["layer"], found["channels"]
    if not isinstance(name, str) or not isinstance(layer, str) or not layer.strip():
        raise PatchError(
            f"Set {place} has the name {json_shown(name)} and the layer {json_shown(layer)}; expected two texts."
        )
    if not isinstance(channels, list) or not all(
        type(each) is int and 0 <= each <= LARGEST_CHANNEL for each in channels
    ):
        raise PatchError(f"Set {place} has the channels {json_shown(channels)}; expected a list of channel numbers.")
    return ChannelSet(name, canonical(layer), tuple(channels))
