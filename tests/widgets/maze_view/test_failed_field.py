"""A field that cannot be computed: nothing waits for it for ever, and what is known is still shown."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from app.document import patch_edits
from app.errors import MazescopeError
from app.interventions.patches import Scale, Zero
from tests.widgets.conftest import Hand, MakeHand
from widgets.exporting.view_snapshot import FAILED
from widgets.panels.patches.own_effects import PatchEffects


def broken(make_hand: MakeHand) -> Hand:
    """A window whose stack drives the network beyond float32."""
    hand: Hand = make_hand()
    for patch in (Zero(channels=(1,)), Scale(positive=3e38, negative=3e38)):
        patch_edits.add_patch(hand.document, patch)
    hand.wait(lambda: not hand.context.bridge.busy)
    return hand


def test_what_follows_an_error_is_not_waited_for(make_hand: MakeHand) -> None:
    hand = broken(make_hand)
    assert hand.context.bridge.answer is None
    with pytest.raises(MazescopeError, match="could not be computed") as refused:
        hand.window.exports.snapshots.take()
    assert str(refused.value) == FAILED
    hand.document.undo()
    hand.wait(lambda: hand.context.bridge.answer is not None)
    assert hand.window.exports.snapshots.take().results[0].complete


def test_the_effect_of_every_other_patch_is_still_told(make_hand: MakeHand) -> None:
    hand = broken(make_hand)
    holder = QWidget()
    hand.qtbot.addWidget(holder)
    effects = PatchEffects(hand.context, holder)
    effects.watch(True)
    fine, beyond = hand.document.state.stack.patches
    hand.wait(lambda: effects.effect(fine) is not None)
    assert effects.effect(fine).mean_total_variation is not None
    assert "float32" in effects.effect(beyond).problem
    effects.watch(False)
