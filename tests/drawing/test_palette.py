"""Colours: the formulas against published values, and the palettes against what they promise."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from app.drawing.colour import (
    _BRETTEL_NORMAL,
    _BRETTEL_OTHER,
    SIMULATIONS,
    contrast,
    delta_e,
    difference,
    lab,
    linear,
    mix,
)
from app.drawing.palette import DARK, LIGHT, MEANINGS, PALETTES, SURFACES, TEXTS, Palette, palette

# Sharma, Wu and Dalal 2005, table 1: L1 a1 b1, L2 a2 b2, CIEDE2000.
PUBLISHED = """
50 2.6772 -79.7751 50 0 -82.7485 2.0425
50 3.1571 -77.2803 50 0 -82.7485 2.8615
50 2.8361 -74.0200 50 0 -82.7485 3.4412
50 -1.3802 -84.2814 50 0 -82.7485 1.0000
50 -1.1848 -84.8006 50 0 -82.7485 1.0000
50 -0.9009 -85.5211 50 0 -82.7485 1.0000
50 0 0 50 -1 2 2.3669
50 -1 2 50 0 0 2.3669
50 2.4900 -0.0010 50 -2.4900 0.0009 7.1792
50 2.4900 -0.0010 50 -2.4900 0.0010 7.1792
50 2.4900 -0.0010 50 -2.4900 0.0011 7.2195
50 2.4900 -0.0010 50 -2.4900 0.0012 7.2195
50 -0.0010 2.4900 50 0.0009 -2.4900 4.8045
50 -0.0010 2.4900 50 0.0010 -2.4900 4.8045
50 -0.0010 2.4900 50 0.0011 -2.4900 4.7461
50 2.5 0 50 0 -2.5 4.3065
50 2.5 0 73 25 -18 27.1492
50 2.5 0 61 -5 29 22.8977
50 2.5 0 56 -27 -3 31.9030
50 2.5 0 58 24 15 19.4535
50 2.5 0 50 3.1736 0.5854 1.0000
50 2.5 0 50 3.2972 0 1.0000
50 2.5 0 50 1.8634 0.5757 1.0000
50 2.5 0 50 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""


@pytest.mark.parametrize("row", PUBLISHED.strip().splitlines())
def test_ciede2000_agrees_with_the_published_pairs(row: str) -> None:
    *values, expected = (float(word) for word in row.split())
    first, second = tuple(values[:3]), tuple(values[3:])
    assert delta_e(first, second) == pytest.approx(expected, abs=1e-4)  # type: ignore[arg-type]
    assert delta_e(second, first) == pytest.approx(expected, abs=1e-4)  # type: ignore[arg-type]


def test_lab_of_known_colours() -> None:
    # CIE L*a*b* of the sRGB primaries under D65, as colour-science references give them.
    assert lab("#ffffff") == pytest.approx((100, 0, 0), abs=0.02)
    assert lab("#ff0000") == pytest.approx((53.24, 80.09, 67.20), abs=0.05)
    assert lab("#0000ff") == pytest.approx((32.30, 79.19, -107.86), abs=0.05)


def test_simulated_eyes_keep_greys_and_confuse_what_they_should() -> None:
    for name, matrix in SIMULATIONS.items():
        assert np.allclose(matrix.sum(axis=1), 1, atol=2e-3), name
        assert np.allclose(matrix @ linear("#808080"), linear("#808080"), atol=1e-3), name
    # Red and green of the classic plate collapse to a deuteranope, yet not to a tritanope.
    assert difference("#c0392b", "#7d7a1e", "deuteranopia") < 0.4 * difference("#c0392b", "#7d7a1e")
    assert difference("#c0392b", "#7d7a1e", "tritanopia") > 20


def test_brettels_two_half_planes_meet() -> None:
    along = np.linalg.svd(_BRETTEL_NORMAL[None])[2][1:]  # two directions in the plane between them
    for direction in along:
        assert np.allclose(SIMULATIONS["tritanopia (Brettel)"] @ direction, _BRETTEL_OTHER @ direction, atol=2e-3)
    # Each side of the plane has its own matrix: blue and yellow are on opposite ones.
    assert (_BRETTEL_NORMAL @ linear("#0000ff") < 0) != (_BRETTEL_NORMAL @ linear("#ffff00") < 0)
    assert difference("#0000ff", "#008080", "tritanopia (Brettel)") < difference("#0000ff", "#008080")


def test_contrast_and_mix() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert mix("#ff0000", "#ffffff", 0.5) == "#ff8080"
    assert mix("#123456", "#ffffff", 1) == "#123456"


@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize("vision", SIMULATIONS)
def test_no_two_meanings_look_alike(colours: Palette, vision: str) -> None:
    found = {
        (first, second): difference(getattr(colours, first), getattr(colours, second), vision)
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
