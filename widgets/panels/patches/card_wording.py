"""Icons of the kinds of patches, and a patch's own effect in a line; the other words are `app.interventions`' own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.number_format import fixed

if TYPE_CHECKING:
    from app.studies.patch_effects import PatchEffect

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


def effect_text(effect: PatchEffect) -> str:
    """A patch's own effect: "mean total variation 0.21 · P(cheese) −0.62"."""
    if effect.mean_total_variation is None:
        return ""
    moved = f"mean total variation {fixed(effect.mean_total_variation)}"
    if effect.cheese is None:
        return f"{moved} · no decision square"
    if abs(effect.cheese) < 0.005:
        return f"{moved} · P(cheese) as before"
    sign = "−" if effect.cheese < 0 else "+"
    return f"{moved} · P(cheese) {sign}{fixed(abs(effect.cheese))}"


def shorter_effects(said: str) -> tuple[str, str]:
    """The same in fewer words, where there is little room: "TV 0.21 · P(cheese) −0.62"."""
    shorter = said.replace("mean total variation", "variation")
    return shorter, shorter.replace("Alone: variation", "TV").replace("no decision square", "no decision")
