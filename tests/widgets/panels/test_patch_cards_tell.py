"""A patch card's effect of the patch alone, and the reason why a patch does not act."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.document import maze_edits, patch_edits
from app.interventions.patches import AddVector, Noise, Patch, PatchStack, Zero
from app.interventions.vectors import ActivationVector, save_vector
from app.policy.layers import DEFAULT_LAYER, layer
from app.policy.network import random_network
from app.policy.policy import policy_of
from app.studies.patch_effects import patch_effects
from tests.widgets.panels.conftest import Desk, MakeDesk
from widgets.panels.patches import PatchesPanel


def put(make_desk: MakeDesk, *patches: Patch, height: int = 900) -> tuple[Desk, PatchesPanel]:
    desk = make_desk(stack=PatchStack(patches))
    return desk, desk.put(PatchesPanel, height=height)


def test_each_card_tells_its_own_effect(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Zero(), Noise(sigma=3.0, enabled=False))
    cards = panel.cards.cards
    desk.wait(lambda: all("mean total variation" in card.effect.text() for card in cards))
    state = desk.document.state
    assert state.policy is not None
    for card, effect in zip(cards, patch_effects(state.policy, state.maze, state.stack), strict=True):
        assert effect.mean_total_variation is not None
        assert f"{effect.mean_total_variation:.2f}".lstrip("0") in card.effect.text()
    assert cards[0].strip.isVisible()
    before = cards[0].effect.text()
    patch_edits.change_patch(desk.document, 0, "Choose channels", channels=())
    desk.wait(lambda: "mean total variation 0.00" in cards[0].effect.text())
    assert before != cards[0].effect.text()


def test_a_patch_that_does_not_fit_is_greyed_with_the_reason_until_the_policy_does(make_desk: MakeDesk) -> None:
    wide = policy_of(random_network(2, 0), "wide")
    desk, panel = put(make_desk, Zero(channels=(50,)), Noise())
    card = panel.cards.cards[0]
    assert "Channel 50" in card.problem.text()
    assert card.problem.isVisible()
    assert card.title.property("muted")
    assert "Channel 50" in card.accessibleDescription()
    assert not panel.cards.cards[1].problem.isVisible()
    maze_edits.open_policy(desk.document, wide)
    desk.answered()
    assert not card.problem.isVisible()
    assert not card.title.property("muted")
    desk.document.undo()
    desk.answered()
    assert card.problem.isVisible()


def test_a_patch_of_a_layer_no_policy_has_is_read_and_greyed_until_it_is_given_another(
    make_desk: MakeDesk, tmp_path: Path
) -> None:
    desk, panel = put(make_desk)
    file, again = tmp_path / "other.json", tmp_path / "again.json"
    patches = [{"kind": "zero", "layer": "embedder.block4.conv", "channels": [3]}, {"kind": "noise", "layer": "fc"}]
    file.write_text(json.dumps({"patches": patches}))
    panel.open_file(file)
    desk.idle()
    desk.answered()
    assert desk.reports == []
    for card, name in zip(panel.cards.cards, ("embedder.block4.conv", "fc"), strict=True):
        assert f"no layer '{name}'" in card.problem.text().replace("\u200b", "")
        assert card.problem.isVisible()
        assert card.title.property("muted")
    panel.save_file(again)
    assert [patch["layer"] for patch in json.loads(again.read_text())["patches"]] == ["embedder.block4.conv", "fc"]
    card = panel.cards.cards[0]
    card.set_open(True)
    desk.choose(card.layer_choice, DEFAULT_LAYER)
    desk.answered()
    assert not card.problem.isVisible()
    assert not card.title.property("muted")
    desk.wait(lambda: "mean total variation" in card.effect.text())


def test_a_reason_stays_while_other_patches_are_dragged(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Zero(channels=(50,)), AddVector())
    reason = panel.cards.cards[0].problem.text()
    assert reason
    patch_edits.change_patch(desk.document, 1, "Set coefficient", coefficient=-2.0)
    assert panel.cards.cards[0].problem.text() == reason
    patch_edits.move_patch(desk.document, 0, 1)
    assert [bool(card.problem.text()) for card in panel.cards.cards] == [False, True]
    patch_edits.change_patch(desk.document, 1, "Choose channels", channels=(5,))
    assert not panel.cards.cards[1].problem.text()


def test_the_effect_of_a_vector_file_that_is_written_anew_is_measured_anew(make_desk: MakeDesk, tmp_path: Path) -> None:
    file = tmp_path / "v.safetensors"
    values = np.zeros(layer(DEFAULT_LAYER, 1).shape, np.float32)
    vector = ActivationVector("v", "random", DEFAULT_LAYER, values, "")
    save_vector(file, vector)
    desk, panel = put(make_desk, AddVector(vector=str(file), coefficient=1.0))
    desk.wait(lambda: "mean total variation 0.00" in panel.cards.cards[0].effect.text())
    noise = np.random.default_rng(0).normal(0, 5, values.shape)
    save_vector(file, replace(vector, values=noise))
    patch_edits.enable_patch(desk.document, 0, False)
    patch_edits.enable_patch(desk.document, 0, True)
    assert "mean total variation" not in panel.cards.cards[0].effect.text()
    desk.wait(lambda: "mean total variation" in panel.cards.cards[0].effect.text())
    assert "mean total variation 0.00" not in panel.cards.cards[0].effect.text()
