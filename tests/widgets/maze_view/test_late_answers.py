"""Arrows while answers are on their way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.document import maze_edits, patch_edits
from app.field.engine import Engine
from app.interventions.patches import Scale, Zero
from app.maze.levels import random_level
from tests.field.strategies import random_policy
from tests.widgets.conftest import Hand, MakeHand
from tests.widgets.maze_view.test_canvas import shifted
from widgets.maze_view.picture import STALE_AFTER


def opacity(hand: Hand, role: str) -> float:
    return hand.window.maze_view.panes[role].canvas._field_item.opacity()


@contextmanager
def held(hand: Hand) -> Iterator[None]:
    """The engine computes nothing meanwhile."""
    engine = hand.context.bridge.engine
    assert isinstance(engine, Engine)
    with engine._computing:
        yield


def test_a_late_answer_to_a_patch_pales_what_it_changes_and_never_the_original(hand: Hand) -> None:
    hand.key(Qt.Key.Key_4)
    with held(hand):
        patch_edits.add_patch(hand.document, Zero())
        assert opacity(hand, "patched") == 1
        hand.wait(lambda: opacity(hand, "patched") < 0.4)
        assert opacity(hand, "difference") < 0.4
        assert opacity(hand, "original") == 1
    hand.wait(lambda: opacity(hand, "patched") == opacity(hand, "difference") == 1)
    with held(hand):
        maze_edits.edit_maze(hand.document, "Paint", lambda maze: maze.with_walls((shifted(1, 2),), True))
        hand.wait(lambda: opacity(hand, "original") < 0.4)
    hand.wait(lambda: opacity(hand, "original") == 1)


def test_a_drag_that_is_answered_in_parts_pales_nothing_and_refreshes_every_square(make_hand: MakeHand) -> None:
    maze = random_level(15, 15, 1)
    hand = make_hand(maze, policy=random_policy(4))
    picture, bridge = hand.window.maze_view.picture, hand.context.bridge
    hand.key(Qt.Key.Key_4)
    patch_edits.add_patch(hand.document, Scale(positive=3.0))
    hand.answered()
    assert picture.patched is not None
    before, pale = picture.patched.logits.copy(), []
    parts, came = [], []

    def note() -> None:
        """The picture has had a part, or has paled for want of one."""
        if any(map(picture.is_stale, ("original", "patched", "difference"))):
            pale.append(time.monotonic() - came[-1])
        else:
            came.append(time.monotonic())

    def drag(*_: object) -> None:
        """Every part is answered with another question before the next part can come."""
        parts.append(bridge.latest)
        if len(parts) < 200 and not fresh():
            patch_edits.change_patch(hand.document, 0, "Set", merge=True, positive=0.5 - 0.001 * len(parts))

    def fresh() -> bool:
        assert picture.patched is not None
        assert picture.patched.complete, "no square loses the arrow it had"
        return bool((picture.patched.logits != before).any(axis=1).all())

    picture.stale_changed.connect(note)
    bridge.result.connect(drag)
    bridge.overtaken.connect(drag)
    came.append(time.monotonic())
    patch_edits.change_patch(hand.document, 0, "Set", merge=True, positive=0.5)
    hand.wait(lambda: len(parts) >= 200 or fresh())
    assert fresh()
    # On a busy machine a part may be late in earnest; Qt's timers are a twentieth early at most.
    assert all(since > 0.9 * STALE_AFTER / 1000 for since in pale), "paled though parts kept coming"
    bridge.result.disconnect(drag)
    bridge.overtaken.disconnect(drag)
    hand.answered()
    QApplication.processEvents()
    assert bridge.latest is not None
    np.testing.assert_array_equal(picture.patched.logits, bridge.latest.patched.logits)
