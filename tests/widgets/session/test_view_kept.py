"""Comparisons and the visible part of the world are restored with the session and after a crash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from app.document import maze_edits
from app.document.autosave import Autosave
from app.document.session_file import load_session
from app.field.engine import Engine
from app.field.rollout_values import Rule
from app.maze.levels import random_level
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.policy.saving import save_safetensors
from tests.widgets.conftest import Hand, MakeHand, small_maze
from tests.widgets.maze_view.test_canvas import shifted
from tests.widgets.maze_view.test_compare import companion
from tests.widgets.session.test_autosave import left_by_a_crash, saver
from widgets.panels.channels import ChannelsPanel

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def hand(shared_hand: Hand) -> Hand:
    """The module's window, put back as it was before each test."""
    return shared_hand


def sight(hand: Hand, number: int = 0) -> QRectF:
    """The part that one of the canvases was told to show; it is seen whole, whatever a bar above takes of the room."""
    box = hand.window.maze_view.canvases[number].box
    assert box.viewRect().adjusted(-0.01, -0.01, 0.01, 0.01).contains(box.targetRect())
    return box.targetRect()


def assert_same(one: QRectF, other: QRectF) -> None:
    found = [(rect.x(), rect.y(), rect.width(), rect.height()) for rect in (one, other)]
    assert found[0] == pytest.approx(found[1], abs=0.02)


def wheel_and_pan(hand: Hand) -> None:
    """Zoom in with the wheel on a square, and drag the maze aside with the middle button."""
    canvas = hand.window.maze_view.canvas
    at = QPointF(hand.at(shifted(5, 5)))
    nobody, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    for _ in range(3):
        wheel = QWheelEvent(
            at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 120), nobody, no_key, Qt.ScrollPhase.NoScrollPhase, False
        )
        QApplication.sendEvent(canvas.viewport(), wheel)
    hand.drag(shifted(4, 4), shifted(3, 3), button=Qt.MouseButton.MiddleButton)


def saved_policy(folder: Path, seed: int, name: str) -> Policy:
    path = folder / f"{name}.safetensors"
    policy = policy_of(random_network(1, seed), name, path)
    save_safetensors(policy, path)
    return policy


def opened_again(hand: Hand, path: Path) -> None:
    """Begin again, then open a session."""
    hand.key(Qt.Key.Key_N, CONTROL)
    QApplication.processEvents()
    assert hand.window.maze_view.companion is None
    assert hand.window.files.session_path is None
    hand.window.files.open_path(path)
    hand.wait(lambda: hand.window.files.session_path == path and not hand.context.busy)


def test_the_part_in_sight_comes_back(hand: Hand, tmp_path: Path) -> None:
    wheel_and_pan(hand)
    chosen, done = sight(hand), len(hand.document.history.done)
    path = tmp_path / "a.mazescope"
    assert hand.window.files.save_session(path)
    opened_again(hand, path)
    assert not hand.window.maze_view.canvas.fitted
    assert_same(sight(hand), chosen)
    assert len(hand.document.history.done) == done == 0, "looking elsewhere is not undone"
    hand.window.maze_view.setFocus()
    hand.key(Qt.Key.Key_4)
    assert all(not canvas.fitted for canvas in hand.window.maze_view.canvases)
    hand.key(Qt.Key.Key_1)
    QApplication.processEvents()
    assert_same(sight(hand), chosen)


def test_the_whole_world_in_sight_comes_back_and_new_begins_with_the_maze(hand: Hand, tmp_path: Path) -> None:
    hand.key(Qt.Key.Key_9, CONTROL)
    path = tmp_path / "a.mazescope"
    assert hand.window.files.save_session(path)
    assert json.loads(path.read_text())["view"]["sight"] == "world"
    hand.key(Qt.Key.Key_N, CONTROL)
    assert hand.window.maze_view.canvas.fitted
    assert not hand.window.maze_view.canvas.whole_world
    hand.window.files.open_path(path)
    hand.wait(lambda: hand.window.maze_view.canvas.whole_world)


def test_how_the_mouse_chooses_its_moves_comes_back(hand: Hand, tmp_path: Path) -> None:
    bar, player = hand.window.playback.bar, hand.window.playback.player
    hand.wait(lambda: player.fresh)
    bar.rule.setFocus()
    QTest.keyClick(bar.rule, Qt.Key.Key_Down)
    bar.seed.setFocus()
    bar.seed.selectAll()
    QTest.keyClicks(bar.seed, "7")
    QTest.keyClick(bar.seed, Qt.Key.Key_Return)
    hand.wait(lambda: player.fresh)
    walked = player.rollouts
    assert walked is not None
    path = tmp_path / "a.mazescope"
    assert hand.window.files.save_session(path)
    bar.rule.setFocus()
    QTest.keyClick(bar.rule, Qt.Key.Key_Up)
    assert not player.rule.sampled
    opened_again(hand, path)
    hand.wait(lambda: player.fresh)
    assert player.rule == Rule(sampled=True, seed=7)
    assert player.rollouts is not None
    assert player.rollouts.original.moves == walked.original.moves


@pytest.mark.parametrize("kept", [{"sampled": 1, "seed": 3}, {"sampled": True, "seed": -1}, [True, 3], None])
def test_a_rule_that_is_none_leaves_the_rule_as_it_is(shared_hand: Hand, kept: object) -> None:
    before = shared_hand.window.playback.player.rule
    shared_hand.context.view.restore({"rollout": kept})
    assert shared_hand.window.playback.player.rule == before


@pytest.mark.parametrize("kept", [[18.0, 18.0, 4.0, 4.0], [1, 2, "3", 4], None, "absent"])
def test_a_sight_that_shows_nothing_of_the_maze_is_the_whole_maze(
    shared_hand: Hand, tmp_path: Path, kept: object
) -> None:
    path = tmp_path / "a.mazescope"
    assert shared_hand.window.files.save_session(path)
    content = json.loads(path.read_text())
    content["view"]["sight"] = kept
    if kept == "absent":
        # As sessions were before they kept it.
        del content["view"]["sight"], content["view"]["compare"]
    path.write_text(json.dumps(content))
    wheel_and_pan(shared_hand)
    assert not shared_hand.window.maze_view.canvas.fitted
    shared_hand.window.files.open_path(path)
    shared_hand.wait(lambda: shared_hand.window.maze_view.canvas.fitted)


def test_two_mazes_compared_come_back_beside_each_other(hand: Hand, tmp_path: Path) -> None:
    hand.key(Qt.Key.Key_K, CONTROL)
    hand.drag(shifted(1, 2), shifted(1, 3))
    companion(hand)
    wheel_and_pan(hand)
    view, chosen = hand.window.maze_view, sight(hand)
    titles = [panes["original"].title.text() for panes in (view.panes, view.other_panes)]
    path = tmp_path / "a.mazescope"
    assert hand.window.files.save_session(path)
    opened_again(hand, path)
    other = companion(hand)
    assert [panes["original"].title.text() for panes in (view.panes, view.other_panes)] == titles
    assert other.document.state.maze == small_maze() != hand.maze
    for number in range(2):
        assert_same(sight(hand, number), chosen)
    # And it continues as any other: they change places.
    hand.window.maze_view.canvas.setFocus()
    hand.key(Qt.Key.Key_X)
    assert hand.maze == small_maze()


def test_two_policies_compared_come_back_where_the_folder_was_moved(hand: Hand, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    first, second = (saved_policy(here, seed, name) for seed, name in ((5, "a"), (6, "b")))
    maze_edits.open_policy(hand.document, first)
    hand.window.compare.with_policy_file(here / "b.safetensors")
    hand.wait(lambda: hand.window.maze_view.companion is not None)
    companion(hand)
    assert hand.window.files.save_session(here / "s.mazescope")
    here.rename(there)
    opened_again(hand, there / "s.mazescope")
    other = companion(hand)
    assert hand.document.state.policy == first
    assert other.document.state.policy == second
    assert other.document.state.maze == hand.maze
    assert not hand.window.message_bar.label.text().count("not found")


def test_without_the_second_policy_the_rest_opens_and_it_is_said(hand: Hand, tmp_path: Path) -> None:
    saved_policy(tmp_path, 6, "b")
    hand.window.compare.with_policy_file(tmp_path / "b.safetensors")
    hand.wait(lambda: hand.window.maze_view.companion is not None)
    hand.key(Qt.Key.Key_3)
    path = tmp_path / "s.mazescope"
    content = hand.window.files.save_session(path) and json.loads(path.read_text())
    # The policy in front of these tests has no file of its own.
    content["policy"] = None
    path.write_text(json.dumps(content))
    (tmp_path / "b.safetensors").unlink()
    opened_again(hand, path)
    assert hand.window.maze_view.companion is None
    assert hand.context.view.mode == "difference"
    assert hand.window.message_bar.isVisible()
    said = hand.window.message_bar.label.text()
    assert said.startswith("The compared policy 'b' was not found; looked in ")
    assert said.endswith("; the rest of the session is open.")
    assert "\n" not in said


@pytest.mark.parametrize(
    "kept", [{"maze": 77}, {"maze": 1}, {"maze": True}, {"maze": None}, 3, [], {"policy": None}, {}]
)
def test_a_comparison_that_makes_no_sense_is_left_out(shared_hand: Hand, tmp_path: Path, kept: object) -> None:
    path = tmp_path / "a.mazescope"
    assert shared_hand.window.files.save_session(path)
    content = json.loads(path.read_text())
    content["view"]["compare"] = kept
    path.write_text(json.dumps(content))
    shared_hand.key(Qt.Key.Key_K, CONTROL)
    shared_hand.document.mark_saved()
    shared_hand.window.files.open_path(path)
    shared_hand.wait(
        lambda: shared_hand.window.files.session_path == path and len(shared_hand.document.state.mazes) == 1
    )
    assert shared_hand.window.maze_view.companion is None


def test_it_waits_for_the_engine_and_is_kept_meanwhile(own_hand: Hand, make_hand: MakeHand, tmp_path: Path) -> None:
    hand = own_hand
    hand.key(Qt.Key.Key_K, CONTROL)
    path, again = tmp_path / "a.mazescope", tmp_path / "again.mazescope"
    assert hand.window.files.save_session(path)
    early = make_hand(engine=False)
    early.window.files.open_path(path)
    early.wait(lambda: early.window.files.session_path == path)
    assert early.window.maze_view.companion is None
    assert early.window.files.save_session(again)
    assert json.loads(again.read_text())["view"]["compare"] == {"maze": 1}
    early.context.bridge.attach(Engine("cpu"))
    assert early.window.maze_view.companion is not None
    companion(early)


def test_a_crash_loses_neither_comparison_nor_sight(own_hand: Hand, tmp_path: Path) -> None:
    hand = own_hand
    hand.key(Qt.Key.Key_K, CONTROL)
    companion(hand)
    wheel_and_pan(hand)
    chosen = sight(hand)
    left_by_a_crash(tmp_path, hand, None)
    hand.document.mark_saved()
    hand.key(Qt.Key.Key_N, CONTROL)
    assert hand.window.maze_view.companion is None
    safety = hand.window.keep_safe(tmp_path)
    assert safety.offer()
    assert safety.recovery is not None
    dialog = safety.recovery.dialog
    assert dialog is not None
    QTest.mouseClick(dialog.recover, Qt.MouseButton.LeftButton)
    hand.wait(lambda: hand.window.maze_view.companion is not None)
    companion(hand)
    assert_same(sight(hand), chosen)


def test_looking_elsewhere_is_written_to_the_autosave_of_unsaved_work(own_hand: Hand, tmp_path: Path) -> None:
    hand = own_hand
    autosave = Autosave(tmp_path)
    saver(hand, autosave)

    def view() -> dict[str, Any]:
        """The view in the copy; nothing before there is one."""
        return json.loads(autosave.file.read_text())["session"]["view"] if autosave.file.exists() else {}

    hand.key(Qt.Key.Key_K, CONTROL)
    hand.wait(lambda: view().get("compare") == {"maze": 1})
    before = view()["sight"]
    wheel_and_pan(hand)
    hand.wait(lambda: view()["sight"] != before)
    assert len(view()["sight"]) == 4
    hand.context.actions.trigger("compare.stop")
    hand.wait(lambda: view()["compare"] is None)


def test_a_larger_worlds_sight_is_brought_into_a_smaller_one(hand: Hand, tmp_path: Path) -> None:
    maze_edits.open_level(hand.document, random_level(25, 25, 1), "large")
    path = tmp_path / "a.mazescope"
    assert hand.window.files.save_session(path)
    content = json.loads(path.read_text())
    content["view"]["sight"] = [-900.0, -900.0, 2000.0, 2000.0]
    path.write_text(json.dumps(content))
    opened_again(hand, path)
    assert load_session(path).state.maze == hand.maze
    assert sight(hand).contains(QRectF(0, 0, 25, 25))
    assert QRectF(-25, -25, 75, 75).contains(sight(hand))


def test_how_channels_are_shown_comes_back(own_hand: Hand, tmp_path: Path) -> None:
    hand = own_hand
    panel = hand.window.docks.docks["channels"].widget()
    assert isinstance(panel, ChannelsPanel)
    controls = panel.controls

    def choose(box: QComboBox, value: str) -> None:
        box.setFocus()
        while box.currentData() != value:
            step = Qt.Key.Key_Down if box.findData(value) > box.currentIndex() else Qt.Key.Key_Up
            QTest.keyClick(box, step)

    choose(controls.order_choice, "cheese")
    choose(controls.quantity_choice, "change")
    controls.scale_button.click()
    shared = controls.shared
    path = tmp_path / "a.mazescope"
    assert hand.window.files.save_session(path)
    choose(controls.order_choice, "index")
    choose(controls.quantity_choice, "raw")
    controls.scale_button.click()
    opened_again(hand, path)
    assert (controls.order, controls.order_choice.currentData()) == ("cheese", "cheese")
    assert (controls.quantity, controls.quantity_choice.currentData()) == ("change", "change")
    assert controls.shared == shared
    hand.wait(lambda: panel.grid.shown is not None and bool(panel.grid.shown.scores))


@pytest.mark.parametrize("kept", [{"order": "best", "quantity": 3, "shared": "yes"}, ["cheese"], None])
def test_channels_that_are_kept_in_no_known_way_are_shown_as_they_are(shared_hand: Hand, kept: object) -> None:
    before = shared_hand.context.view.to_json()
    shared_hand.context.view.restore({**before, "channels": kept})
    assert shared_hand.context.view.to_json() == before
