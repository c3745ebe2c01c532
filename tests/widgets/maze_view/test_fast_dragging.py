"""Fast while dragging, by real gestures: bfloat16 arrows and a word on it while walls are painted, then exact ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.field.convolutions import BFLOAT16
from app.field.engine import Engine
from app.field.execution_plan import FastPlan, Plan
from app.field.fast_fields import FastFields
from app.field.fast_offer import LEAST_GAIN
from app.field.requests import FieldResult
from tests.widgets.conftest import Hand, MakeHand, Shared
from widgets.maze_view.decision_numbers import ROUGH

EXACT = Plan("embedder.block2.res2.resadd", 4, "plain", 1)
FAST = FastPlan(replace(EXACT, kernel=BFLOAT16), LEAST_GAIN)
ACTION = "policy.fast_dragging"


@pytest.fixture(scope="module")
def shared(make_shared: MakeHand) -> Shared:
    """A window whose engine works in small parts, and is told how fast bfloat16 is."""
    hand = make_shared(engine=False)
    hand.context.bridge.attach(Engine("cpu", EXACT, fast=FAST))
    hand.answered()
    return Shared(hand)


@pytest.fixture
def rough(shared_hand: Hand) -> Iterator[list[FieldResult]]:
    """The answers in bfloat16 that the window is given."""
    bridge, found = shared_hand.context.bridge, []

    def keep(result: FieldResult) -> None:
        if not result.exact:
            found.append(result)

    bridge.overtaken.connect(keep)
    yield found
    bridge.overtaken.disconnect(keep)
    shared_hand.wait(lambda: not shared_hand.context.busy)
    if shared_hand.context.actions[ACTION].isChecked():
        shared_hand.context.actions.trigger(ACTION)


def paint_until(hand: Hand, rough: list[FieldResult]) -> None:
    """Press, and paint walls to and fro, until an answer in bfloat16 is there; the button stays down."""
    squares = [square for square in map(tuple, hand.maze.squares.tolist()) if square != hand.maze.mouse][:6]
    hand.press(squares[0])
    for number in range(400):
        hand.move(squares[number % len(squares)])
        if number % 2:
            # As fast as fields come, not faster.
            hand.qtbot.wait(1)
        if rough and hand.window.maze_view.picture.rough:
            return
        if number % len(squares) == len(squares) - 1:
            hand.release(squares[-1])
            hand.document.undo()
            hand.press(squares[0])
    raise AssertionError("no answer in bfloat16 arrived")


def test_a_drag_shows_bfloat16_says_so_and_ends_exact(shared_hand: Hand, rough: list[FieldResult]) -> None:
    hand, view = shared_hand, shared_hand.window.maze_view
    actions, bridge = hand.context.actions, hand.context.bridge
    assert actions[ACTION].isEnabled()
    assert not actions[ACTION].isChecked()
    actions.trigger(ACTION)
    assert hand.context.settings.get("fast_while_dragging") is True
    paint_until(hand, rough)
    picture = view.picture
    assert view.numbers.sentence == ROUGH
    assert view.numbers.values is None
    assert picture.shapes("original")
    found = rough[-1]
    # The squares that it is of have no numbers, whatever was known of them before.
    squares = [tuple(square) for square in found.original.squares[found.original.done].tolist()]
    shown = [picture.original.index(square) for square in squares if picture.maze.is_open(square)]
    assert shown
    assert np.isnan(picture.original.value[[row for row in shown if row is not None]]).all()
    # What is exported, read, and remembered is never of bfloat16.
    assert bridge.latest is None or bridge.latest.exact
    assert bridge.answer is None or bridge.answer.exact
    hand.release(hand.maze.mouse)
    hand.answered()
    assert bridge.answer is not None
    assert bridge.answer.exact
    assert not picture.rough
    assert view.numbers.sentence != ROUGH
    assert picture.original is bridge.answer.original


def test_it_is_off_until_it_is_chosen(shared_hand: Hand, rough: list[FieldResult]) -> None:
    hand = shared_hand
    squares = [square for square in map(tuple, hand.maze.squares.tolist()) if square != hand.maze.mouse][:6]
    hand.drag(*squares)
    hand.answered()
    assert not rough
    assert not hand.window.maze_view.picture.rough


def test_the_action_says_what_was_measured(shared_hand: Hand) -> None:
    shared_hand.wait(lambda: not shared_hand.context.busy)
    tip = shared_hand.context.actions[ACTION].toolTip()
    assert "1.5 times" in tip
    assert "squares" in tip


@pytest.mark.parametrize(
    ("gain", "words"), [(1.2, "1.2 times"), (None, "once it is measured")], ids=["not worth it", "not measured"]
)
def test_where_it_is_not_offered_the_action_says_why(
    make_hand: MakeHand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gain: float | None, words: str
) -> None:
    # Neither by this engine nor, remembered on the disk, by that of an earlier test.
    monkeypatch.setattr(FastFields, "measure", lambda *_: None)
    monkeypatch.setenv("MAZESCOPE_HOME", str(tmp_path))
    hand = make_hand(engine=False)
    action = hand.context.actions[ACTION]
    assert not action.isEnabled()
    fast = None if gain is None else replace(FAST, gain=gain)
    hand.context.bridge.attach(Engine("cpu", EXACT, fast=fast))
    hand.answered()
    assert not action.isEnabled()
    assert words in action.toolTip()
    hand.wait(lambda: not hand.context.busy)
