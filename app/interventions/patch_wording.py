"""Patches in words, from one table: titles and tips by kind, phrases for figures and logs, summaries for cards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from app.errors import shown
from app.interventions.channel_text import channels_text
from app.interventions.patches import Patch, PatchStack, SetValue
from app.number_format import general, short
from app.policy.layers import canonical

_MOST_CHANNELS: Final = 6
VECTOR_TITLES: Final = {"cheese": "cheese vector", "top-right": "top-right vector"}


@dataclass(frozen=True)
class Wording:
    """Wording of a kind of patch.

    Attributes:
        title: what it is called.
        tip: what it does, in a line.
        phrase: (patch, its channels in words) -> what it does, in a sentence about a figure.
        detail: (patch, title of its vector) -> its numbers, on its card.
    """

    title: str
    tip: str
    phrase: Callable[[Any, str], str]
    detail: Callable[[Any, str], str] = lambda _patch, _vector: ""


WORDING: Final[dict[str, Wording]] = {
    "zero": Wording(
        "Zero",
        "Zero ablation: the channels become 0",
        lambda _patch, channels: f"zero {channels}",
    ),
    "mean": Wording(
        "Mean",
        "Mean ablation: the channels become their mean over random observations",
        lambda patch, channels: f"mean of {patch.count} observations in {channels}",
        lambda patch, _: f"of {patch.count}",
    ),
    "resample": Wording(
        "Resample",
        "Resample ablation: the channels become those of another level",
        lambda patch, channels: (
            f"{channels}, each of another level (seed {patch.source_seed})"
            if patch.per_channel
            else f"{channels} of level {patch.source_seed}"
        ),
        lambda patch, _: f"from {'levels' if patch.per_channel else 'level'} {patch.source_seed}",
    ),
    "scale": Wording(
        "Scale",
        "Positive and negative values of the channels times a factor each",
        lambda patch, channels: f"{channels} × {_factors(patch)}",
        lambda patch, _: f"+ × {short(patch.positive)}, − × {short(patch.negative)}",
    ),
    "set": Wording(
        "Set value",
        "Retargeting: one pixel of the channels becomes a value",
        lambda patch, channels: f"{channels} = {general(patch.value)}{_place(patch, 'square ', '({}, {})')}",
        lambda patch, _: f"{short(patch.value)}{_place(patch, '', '{}, {}')}",
    ),
    "offset": Wording(
        "Offset",
        "A number is added to every pixel of the channels",
        lambda patch, channels: f"{channels} {general(patch.value, sign=True)}",
        lambda patch, _: f"{'−' if patch.value < 0 else '+'}{short(abs(patch.value))}",
    ),
    "add": Wording(
        "Add vector",
        "Activation addition: a vector is added with a coefficient",
        lambda patch, channels: (
            f"{general(patch.coefficient, sign=True)} × {_file_name(patch.vector)} vector{_inside(patch, channels)}"
        ),
        lambda patch, vector: f"{short(patch.coefficient)} × {vector}",
    ),
    "project": Wording(
        "Project out",
        "A direction is removed: what is left has no component along the vector",
        lambda patch, channels: f"{_file_name(patch.vector)} vector projected out{_inside(patch, channels)}",
        lambda _patch, vector: vector,
    ),
    "noise": Wording(
        "Noise",
        "Gaussian noise is added: the control",
        lambda patch, channels: f"noise of sigma {general(patch.sigma)} in {channels}",
        lambda patch, _: f"σ {short(patch.sigma)}, seed {patch.seed}",
    ),
}
"""By `Patch.kind`; a new kind of patch is worded here."""


def stack_words(stack: PatchStack, most: int = 3) -> str:
    """The patches that act, in one line: "zero channel 10 at block2.res1.resadd". Empty when none does."""
    words = [patch_words(patch) for _, patch in stack.active]
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} more patches"]
    return ", ".join(words)


def patch_words(patch: Patch) -> str:
    """One patch in a few words: what it does, to which channels, at which layer."""
    only = f" on {len(patch.squares)} squares" if patch.squares is not None else ""
    return f"{WORDING[patch.kind].phrase(patch, _channels(patch.channels))} at {_layer(patch)}{only}"


def patch_summary(patch: Patch, kept: Callable[[str], str | None] = lambda _: None) -> str:
    """A patch in a line, its numbers first: "−1 × cheese vector · all channels · block2.res1.resadd".

    Args:
        kept: the name of a vector of the library by its path, or None.
    """
    vector = getattr(patch, "vector", "")
    detail = WORDING[patch.kind].detail(patch, VECTOR_TITLES.get(vector) or kept(vector) or _stem(vector))
    channels = patch.channels
    where = "all channels" if channels is None else f"ch {channels_text(channels)}" if channels else "no channels"
    only = "" if patch.squares is None else f"{len(patch.squares)} square{'s' * (len(patch.squares) != 1)} only"
    return " · ".join(filter(None, (detail, where, _layer(patch), only)))


def _layer(patch: Patch) -> str:
    return canonical(patch.layer).removeprefix("embedder.")


def _factors(patch: Any) -> str:
    factors = general(patch.positive)
    if patch.negative == patch.positive:
        return factors
    return f"{factors} (positive) and {general(patch.negative)} (negative)"


def _place(patch: SetValue, square: str, pixel: str) -> str:
    if patch.square is not None:
        return f" at {square}({patch.square[0]}, {patch.square[1]})"
    return "" if patch.row is None else f" at pixel {pixel.format(patch.row, patch.column)}"


def _inside(patch: Patch, channels: str) -> str:
    return "" if patch.channels is None else f" in {channels}"


def _file_name(vector: str) -> str:
    return shown(vector.replace("\\", "/").rpartition("/")[2])


def _stem(vector: str) -> str:
    name, dot, _suffix = _file_name(vector).rpartition(".")
    return name if dot else _file_name(vector)


def _channels(channels: tuple[int, ...] | None) -> str:
    if channels is None:
        return "all channels"
    if len(channels) == 1:
        return f"channel {channels[0]}"
    if len(channels) > _MOST_CHANNELS:
        return f"{len(channels)} channels"
    return "channels " + " ".join(map(str, channels))
