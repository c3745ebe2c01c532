"""A vector's file that another program writes counts at once, with nothing done in the window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.document import patch_edits
from app.field.requests import FieldResult
from app.interventions.patches import AddVector
from app.interventions.vectors import ActivationVector, save_vector
from app.policy.layers import DEFAULT_LAYER, layer
from tests.widgets.conftest import Hand


def zeros() -> ActivationVector:
    return ActivationVector("v", "random", DEFAULT_LAYER, np.zeros(layer(DEFAULT_LAYER, 1).shape, np.float32), "")


def noise() -> ActivationVector:
    return replace(zeros(), values=np.random.default_rng(0).normal(0, 5, zeros().values.shape))


def shown(hand: Hand) -> FieldResult:
    """The whole field of what is open."""
    hand.answered()
    latest = hand.context.bridge.latest
    assert latest is not None
    return latest


def moved(hand: Hand) -> bool:
    """True if the patched field shown now differs from the original."""
    latest = hand.context.bridge.answer
    return (
        latest is not None
        and latest.patched is not None
        and not np.allclose(latest.patched.logits, latest.original.logits)
    )


@pytest.mark.parametrize("replaced", [True, False])
def test_a_file_written_anew_changes_the_field(hand: Hand, tmp_path: Path, replaced: bool) -> None:
    file = tmp_path / "v.safetensors"
    save_vector(file, zeros())
    patch_edits.add_patch(hand.document, AddVector(vector=str(file), coefficient=1.0))
    shown(hand)
    assert not moved(hand)
    for vector, expected in ((noise(), True), (zeros(), False)):
        if replaced:
            save_vector(file, vector)
        else:
            other = tmp_path / "other.safetensors"
            save_vector(other, vector)
            file.write_bytes(other.read_bytes())
        hand.wait(lambda expected=expected: hand.context.bridge.answer is not None and moved(hand) is expected)
        rollouts = hand.window.playback.player
        hand.wait(lambda rollouts=rollouts: rollouts.fresh)
        assert rollouts.rollouts is not None
        assert (rollouts.rollouts.patched != rollouts.rollouts.original) is expected
    assert len(hand.document.history.done) == 1


def test_a_file_that_goes_and_comes_back_is_told_and_acts_again(hand: Hand, tmp_path: Path) -> None:
    file, away = tmp_path / "v.safetensors", tmp_path / "away" / "v.safetensors"
    away.parent.mkdir()
    save_vector(file, noise())
    patch_edits.add_patch(hand.document, AddVector(vector=str(file), coefficient=1.0))
    shown(hand)
    card = hand.window.docks.docks["patches"].widget().cards.cards[0]  # type: ignore[attr-defined]
    assert moved(hand)
    file.rename(away)
    hand.wait(lambda: "There is no vector file" in card.problem.text().replace("\u200b", ""))
    away.rename(file)
    hand.wait(lambda: not card.problem.text() and moved(hand))
