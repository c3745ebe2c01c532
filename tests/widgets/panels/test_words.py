"""Lists of channels as typed, and patches summarised in a line."""

from __future__ import annotations

import pytest

from app.errors import PatchError
from app.interventions.channel_text import channels_text, parse_channels
from app.interventions.patch_wording import WORDING, patch_summary
from app.interventions.patches import KINDS, AddVector, Mean, Noise, Resample, Scale, SetValue, Zero
from app.studies.patch_effects import PatchEffect
from widgets.panels.patches.card_wording import GLYPHS, effect_text


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("all", None),
        (" ALL ", None),
        ("none", ()),
        ("", ()),
        ("10", (10,)),
        ("3, 10-12", (3, 10, 11, 12)),
        ("12;3 , 3", (3, 12)),
        ("4 - 6", (4, 5, 6)),
        ("0–2", (0, 1, 2)),
    ],
)
def test_channels_are_read_as_people_type_them(text: str, channels: tuple[int, ...] | None) -> None:
    assert parse_channels(text, 32) == channels
    assert parse_channels(channels_text(channels), 32) == channels


@pytest.mark.parametrize("text", ["ten", "32", "1-40", "5-3", "1.5", "-1", "99999999999"])
def test_what_is_not_channels_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(PatchError, match=r"expected|has channels 0 to 31"):
        parse_channels(text, 32)


def test_runs_of_channels_are_written_short() -> None:
    assert channels_text((3, 10, 11, 12, 20, 21)) == "3, 10-12, 20, 21"


def test_a_card_says_what_matters_first() -> None:
    assert patch_summary(AddVector(coefficient=-1)) == "−1 × cheese vector · all channels · block2.res1.resadd"
    assert (
        patch_summary(SetValue(channels=(10,), square=(9, 7), value=5.5))
        == "5.5 at (9, 7) · ch 10 · block2.res1.resadd"
    )
    assert patch_summary(SetValue(channels=(10,), row=4, column=11)).startswith("1 at pixel 4, 11")
    assert patch_summary(SetValue(layer="embedder.fc", channels=(1,))) == "1 · ch 1 · fc"
    assert patch_summary(Zero(channels=(3,), squares=((1, 2),))) == "ch 3 · block2.res1.resadd · 1 square only"
    assert patch_summary(Scale(positive=0.5)).startswith("+ × 0.5, − × 1")
    assert patch_summary(Noise(sigma=2, seed=7)).startswith("σ 2, seed 7")
    assert patch_summary(Mean(count=20)).startswith("of 20")
    assert patch_summary(Resample(source_seed=4)).startswith("from level 4")
    assert patch_summary(AddVector(vector="/far/away/my-vector.safetensors")).startswith("1 × my-vector")


def test_an_effect_says_how_far_and_which_way() -> None:
    assert effect_text(PatchEffect(0, 0.21, -0.62, 0.5)) == "mean total variation 0.21 · P(cheese) −0.62"
    assert effect_text(PatchEffect(0, 0.21, 0.004, 0.0)) == "mean total variation 0.21 · P(cheese) as before"
    assert effect_text(PatchEffect(0, 1.0, None, None)) == "mean total variation 1.00 · no decision square"
    assert effect_text(PatchEffect(0, None, None, None, "does not fit")) == ""


def test_every_kind_of_patch_has_its_words_and_its_icon() -> None:
    assert list(WORDING) == list(GLYPHS) == list(KINDS)
