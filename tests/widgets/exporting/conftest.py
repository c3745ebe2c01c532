"""Windows whose exports name neither policy nor patches, but where a test asks for it."""

from __future__ import annotations

import pytest

from tests.widgets.conftest import Hand, MakeHand


@pytest.fixture
def make_hand(make_hand: MakeHand) -> MakeHand:
    """As elsewhere, with that choice remembered."""

    def make(*args: object, **options: object) -> Hand:
        hand = make_hand(*args, **options)
        hand.context.settings.set("export.names", False)
        return hand

    return make
