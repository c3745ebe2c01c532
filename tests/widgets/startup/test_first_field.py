"""The first field of a start: what the last start computed is seen before anything else, until it is computed again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.field.engine import Engine, FieldRequest
from app.field.vector_field import VectorField
from app.policy.policy import Policy
from tests.widgets.conftest import Hand, MakeHand
from widgets.main_window import MainWindow
from widgets.services.settings import Settings
from widgets.startup.launch import open_window


def start(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> tuple[MainWindow, list[tuple[bool, VectorField]]]:
    """A window opened as a start without files does, once it has answered; the fields shown, and if foreseen."""
    settings = Settings(tmp_path / "settings.json")
    settings.set("tour_shown", True)
    window = open_window(qapp, settings, [], "cpu")
    qtbot.addWidget(window)
    picture, shown = window.maze_view.picture, []
    picture.fields_changed.connect(lambda: picture.original and shown.append((picture.foreseen, picture.original)))
    qtbot.waitUntil(lambda: window.context.bridge.answer is not None, timeout=30_000)
    qtbot.waitUntil(lambda: not window.context.busy, timeout=30_000)
    assert not picture.foreseen
    window.context.document.mark_saved()
    window.close()
    return window, shown


def test_the_next_start_shows_the_field_of_the_last_one_first(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAZESCOPE_HOME", str(tmp_path / "home"))
    _, first = start(qtbot, qapp, tmp_path)
    assert not any(foreseen for foreseen, _ in first), "the very first start has to wait for its field"
    window, second = start(qtbot, qapp, tmp_path)
    foreseen, field = second[0]
    assert foreseen
    assert field.complete
    answer = window.context.bridge.latest
    assert answer is not None
    np.testing.assert_array_equal(field.logits, first[-1][1].logits)
    np.testing.assert_allclose(answer.original.logits, field.logits, atol=1e-4)
    assert second[-1][0] is False, "and is computed again"


def foresee(hand: Hand, policy: Policy) -> None:
    """Show the field of what is open, as a start does before there is an engine or a policy."""
    engine, state = Engine("cpu"), hand.document.state
    result = engine.compute(FieldRequest(state.maze, policy, state.stack))
    engine.close()
    hand.window.maze_view.foresee(result.original, result.patched)


def test_a_foreseen_field_is_seen_without_a_word_over_it_and_has_its_numbers(
    make_hand: MakeHand, small_policy: Policy
) -> None:
    hand = make_hand(engine=False, policy=None)
    view = hand.window.maze_view
    assert view.panes["original"].note.sentence
    foresee(hand, small_policy)
    assert view.picture.shapes("original")
    assert not view.panes["original"].note.sentence
    hand.context.bridge.cleared.emit()
    assert view.picture.shapes("original"), "that the policy is still to come clears nothing"


def test_an_edit_before_there_is_an_engine_ends_a_foreseen_field(make_hand: MakeHand, small_policy: Policy) -> None:
    hand = make_hand(engine=False, policy=None)
    view = hand.window.maze_view
    foresee(hand, small_policy)
    hand.click((3, 3))
    assert not view.picture.foreseen
    assert view.picture.original is None
    assert not view.picture.shapes("original")
    assert view.panes["original"].note.sentence


def test_a_start_without_a_field_ends_a_foreseen_one(make_hand: MakeHand, small_policy: Policy) -> None:
    hand = make_hand(engine=False, policy=None)
    foresee(hand, small_policy)
    hand.window.maze_view.picture.forget_foreseen()
    assert hand.window.maze_view.picture.original is None
