"""Windows whose exports name neither policy nor patches, but where a test asks for it."""

from __future__ import annotations

import pytest

from tests.widgets.conftest import Hand, MakeHand, Shared


@pytest.fixture
def make_hand(make_hand: MakeHand) -> MakeHand:
    """As elsewhere, with that choice remembered."""

    def make(*args: object, **options: object) -> Hand:
        hand = make_hand(*args, **options)
        hand.context.settings.set("export.names", False)
        return hand

    return make


@pytest.fixture(scope="module")
def shared(make_shared: MakeHand) -> Shared:
    """As elsewhere, with that choice remembered."""
    hand = make_shared()
    hand.context.settings.set("export.names", False)
    return Shared(hand)
