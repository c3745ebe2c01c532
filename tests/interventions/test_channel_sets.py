"""Named sets of channels: the weightiest ones, on patches, and in files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import PatchError
from app.interventions.channel_sets import (
    ChannelSet,
    load_sets,
    save_sets,
    sets_from_json,
    sets_to_json,
    weightiest,
)
from app.interventions.patches import Zero

LAYER = "embedder.relu3"
SETS = st.builds(
    ChannelSet,
    name=st.text(min_size=1, max_size=20).filter(str.strip),
    layer=st.just(LAYER),
    channels=st.lists(st.integers(0, 500), min_size=1, max_size=5, unique=True).map(tuple),
)


@given(sets=st.lists(SETS, max_size=4, unique_by=lambda each: each.name))
def test_what_is_written_is_read(sets: list[ChannelSet]) -> None:
    assert list(sets_from_json(sets_to_json(sets))) == sets


def test_a_file_gives_its_sets_back(tmp_path: Path) -> None:
    sets = (ChannelSet("UP", LAYER, (12, 1)), ChannelSet("cheese", "embedder.block2.res1.resadd", (10,)))
    save_sets(tmp_path / "sets.json", sets)
    assert load_sets(tmp_path / "sets.json") == sets


def test_a_set_goes_onto_a_patch() -> None:
    patch = ChannelSet("UP", LAYER, (12, 1)).on(Zero(channels=(3,), solo=True))
    assert patch == Zero(layer=LAYER, channels=(12, 1), solo=True)


# A share of a subnormal number may round to 0, which no sum is below.
@given(st.lists(st.floats(-5, 5, allow_subnormal=False), min_size=1, max_size=30), st.floats(0.05, 1))
def test_the_weightiest_are_the_fewest_that_make_up_the_share(weights: list[float], share: float) -> None:
    found = weightiest("UP", LAYER, weights, share)
    positive = [max(0.0, weight) for weight in weights]
    if not any(positive):
        assert found is None
        return
    assert found is not None
    chosen = sorted((positive[channel] for channel in found.channels), reverse=True)
    assert sum(chosen) >= share * sum(positive) * (1 - 1e-9)
    assert sum(chosen[:-1]) < share * sum(positive) * (1 + 1e-9)
    assert chosen[-1] >= max([positive[at] for at in range(len(weights)) if at not in found.channels], default=0)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "channel_sets"),
        ({"channel_sets": [], "more": 1}, "channel_sets"),
        ({"channel_sets": [{"name": "UP"}]}, "Set 1"),
        ({"channel_sets": [{"name": 3, "layer": LAYER, "channels": [1]}]}, "Set 1"),
        ({"channel_sets": [{"name": "UP", "layer": LAYER, "channels": [1, True]}]}, "channel numbers"),
        ({"channel_sets": [{"name": "UP", "layer": LAYER, "channels": []}]}, "no channel"),
        ({"channel_sets": [{"name": "UP", "layer": LAYER, "channels": [1, 1]}]}, "twice"),
        ({"channel_sets": [{"name": " ", "layer": LAYER, "channels": [1]}]}, "name of 1"),
        ({"channel_sets": [{"name": "UP", "layer": LAYER, "channels": [1]}] * 2}, "differ"),
    ],
)
def test_what_are_no_sets_is_one_sentence(found: object, words: str) -> None:
    with pytest.raises(PatchError, match=words) as refused:
        sets_from_json(found)
    assert "\n" not in str(refused.value)
