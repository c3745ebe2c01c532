"""Colours: what the palettes promise to normal and to colour-blind eyes, by coloraide's formulas."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import pytest
from coloraide import Color

from app.drawing.colour import contrast, mix
from app.drawing.palette import DARK, LIGHT, MEANINGS, PALETTES, SURFACES, TEXTS, Palette, palette

SIMULATIONS: Final = [
    ("normal", ""),
    *((eyes, model) for eyes in ("protan", "deutan", "tritan") for model in ("machado", "vienot", "brettel")),
]
"""Dichromats' eyes, each by three models that disagree somewhat."""


def seen(colour: str, eyes: str, model: str) -> Color:
    return Color(colour) if eyes == "normal" else Color(colour).filter(eyes, 1, method=model)


def difference(first: str, second: str, eyes: str, model: str) -> float:
    """CIEDE2000 difference of two sRGB colours as such eyes see them; about 1 is just noticeable side by side."""
    return seen(first, eyes, model).delta_e(seen(second, eyes, model), method="2000")


def test_simulated_eyes_confuse_what_they_should() -> None:
    # Red and green of the classic plate collapse to a deuteranope, yet not to a tritanope.
    plate = ("#c0392b", "#7d7a1e")
    assert difference(*plate, "deutan", "machado") < 0.4 * difference(*plate, "normal", "")
    assert difference(*plate, "tritan", "brettel") > 20


def test_contrast_and_mix() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert mix("#ff0000", "#ffffff", 0.5) == "#ff8080"
    assert mix("#123456", "#ffffff", 1) == "#123456"


@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize(("eyes", "model"), SIMULATIONS)
def test_no_two_meanings_look_alike(colours: Palette, eyes: str, model: str) -> None:
    found = {
        (first, second): difference(getattr(colours, first), getattr(colours, second), eyes, model)
        for first, second in combinations(MEANINGS, 2)
    }
    closest = min(found, key=lambda pair: found[pair])
    assert found[closest] >= 15, f"{closest} differ by {found[closest]:.1f}"


@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
def test_text_is_readable_on_every_surface(colours: Palette) -> None:
    for text in TEXTS:
        for surface in SURFACES:
            assert contrast(getattr(colours, text), getattr(colours, surface)) >= 4.5, (text, surface)
    assert contrast(colours.accent_text, colours.accent) >= 4.5
    for mark in ("original", "patched", "difference", "mouse", "decision", "top_right", "focus"):
        assert contrast(getattr(colours, mark), colours.open) >= 3, mark  # graphics: WCAG 1.4.11


def test_palettes_by_name() -> None:
    assert palette("light") is LIGHT
    assert palette("dark") is DARK
    with pytest.raises(KeyError):
        palette("sepia")
