"""Patches in words: titles and summaries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.interventions.channel_text import channels_text
from app.interventions.patches import AddVector, Mean, Noise, Offset, Patch, ProjectOut, Resample, Scale, SetValue
from app.number_format import fixed, short
from widgets.controls.layer_choice import short_name

if TYPE_CHECKING:
    from app.studies.patch_effects import PatchEffect

TITLES: Final = {
    "zero": "Zero",
    "mean": "Mean",
    "resample": "Resample",
    "scale": "Scale",
    "set": "Set value",
    "offset": "Offset",
    "add": "Add vector",
    "project": "Project out",
    "noise": "Noise",
}
"""What a card is called, by kind."""

GLYPHS: Final = {
    "zero": "numeric-0-box-outline",
    "mean": "sigma",
    "resample": "shuffle-variant",
    "scale": "resize",
    "set": "map-marker-outline",
    "offset": "plus-minus-variant",
    "add": "vector-line",
    "project": "vector-difference",
    "noise": "waveform",
}
"""Its icon."""

TIPS: Final = {
    "zero": "Zero ablation: the channels become 0",
    "mean": "Mean ablation: the channels become their mean over random observations",
    "resample": "Resample ablation: the channels become those of another level",
    "scale": "Positive and negative values of the channels times a factor each",
    "set": "Retargeting: one pixel of the channels becomes a value",
    "offset": "A number is added to every pixel of the channels",
    "add": "Activation addition: a vector is added with a coefficient",
    "project": "A direction is removed: what is left has no component along the vector",
    "noise": "Gaussian noise is added: the control",
}
"""What it does, in a line."""


def vector_title(vector: str, kept: Callable[[str], str | None]) -> str:
    """What a vector that a patch names is called: by its word, by its name in the library (`kept`), or by its file."""
    words = {"cheese": "cheese vector", "top-right": "top-right vector"}
    return words.get(vector) or kept(vector) or Path(vector).stem


def summary(patch: Patch, kept: Callable[[str], str | None] = lambda _: None) -> str:
    """A patch in a line: where it acts and with what; `kept` tells the names of the library's vectors."""
    what = {
        SetValue: _set_words,
        AddVector: lambda p: f"{short(p.coefficient)} × {vector_title(p.vector, kept)}",
        Scale: lambda p: f"+ × {short(p.positive)}, − × {short(p.negative)}",
        Noise: lambda p: f"σ {short(p.sigma)}, seed {p.seed}",
        Mean: lambda p: f"of {p.count}",
        Resample: lambda p: f"from {'levels' if p.per_channel else 'level'} {p.source_seed}",
        Offset: lambda p: f"{'−' if p.value < 0 else '+'}{short(abs(p.value))}",
        ProjectOut: lambda p: vector_title(p.vector, kept),
    }.get(type(patch))
    parts = [] if what is None else [what(patch)]
    parts += [_channel_words(patch.channels), short_name(patch.layer)]
    if patch.squares is not None:
        parts.append(f"{len(patch.squares)} square{'' if len(patch.squares) == 1 else 's'} only")
    return " · ".join(parts)


def _channel_words(channels: tuple[int, ...] | None) -> str:
    return "all channels" if channels is None else "no channels" if not channels else f"ch {channels_text(channels)}"


def _set_words(patch: SetValue) -> str:
    if patch.square is not None:
        where = f" at ({patch.square[0]}, {patch.square[1]})"
    elif patch.row is not None:
        where = f" at pixel {patch.row}, {patch.column}"
    else:
        where = ""
    return f"{short(patch.value)}{where}"


def effect_text(effect: PatchEffect) -> str:
    """A patch's own effect: "changes the field by .21 · P(cheese) −.62"."""
    if effect.mean_total_variation is None:
        return ""
    moved = f"mean change {fixed(effect.mean_total_variation)}"
    if effect.cheese is None:
        return f"{moved} · no decision square"
    if abs(effect.cheese) < 0.005:
        return f"{moved} · P(cheese) as before"
    sign = "−" if effect.cheese < 0 else "+"
    return f"{moved} · P(cheese) {sign}{fixed(abs(effect.cheese))}"
