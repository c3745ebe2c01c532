"""Comparing two mazes, and two policies, next to each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document import maze_edits, patch_edits
from app.drawing.rollout_shapes import rollout_overlays
from app.field.engine import Engine
from app.field.requests import FieldRequest
from app.interventions.patches import Zero
from app.policy.network import random_network
from app.policy.policy import policy_of
from app.policy.saving import save_safetensors
from tests.widgets.conftest import Hand
from tests.widgets.maze_view.test_canvas import shifted
from widgets.maze_view.compared_picture import Companion


@pytest.fixture
def hand(shared_hand: Hand) -> Hand:
    """The module's window, put back as it was before each test."""
    return shared_hand


def companion(hand: Hand) -> Companion:
    """The other side of a comparison, its answer complete."""
    found = hand.window.maze_view.companion
    assert found is not None
    hand.wait(lambda: found.bridge.latest is not None and not found.bridge.busy)
    return found


def test_a_single_maze_is_compared_with_a_copy_of_itself(hand: Hand) -> None:
    before = hand.maze
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    other = companion(hand)
    assert other.document.state.maze == before
    view = hand.window.maze_view
    assert len(view.canvases) == 2
    hand.drag(shifted(1, 2), shifted(1, 3))
    hand.answered()
    assert other.document.state.maze == before, "only the one in front is edited"
    assert view.panes["original"].title.text() == "Small copy 1 · Original"
    assert view.other_panes["original"].title.text() == "Small · Original"
    assert view.other_numbers is not None


def test_both_have_the_one_stack_and_the_right_numbers(hand: Hand) -> None:
    hand.context.actions.trigger("compare.maze")
    patch_edits.add_patch(hand.document, Zero())
    maze_edits.move_cheese(hand.document, shifted(4, 5))
    hand.answered()
    other = companion(hand)
    hand.wait(lambda: other.bridge.latest is not None and bool(other.bridge.latest.request.stack.patches))
    other = companion(hand)
    state = other.document.state
    assert state.policy is not None
    engine = Engine("cpu")
    right = engine.compute(FieldRequest(state.maze, state.policy, hand.document.state.stack))
    engine.close()
    assert other.picture.patched is not None
    np.testing.assert_allclose(other.picture.patched.probs, right.patched.probs, atol=1e-6)


def test_a_click_on_the_other_changes_places_and_the_view_stays_linked(hand: Hand) -> None:
    hand.context.actions.trigger("compare.maze")
    hand.drag(shifted(1, 2), shifted(1, 3))
    edited = hand.maze
    other = companion(hand)
    canvas = hand.window.maze_view.other_panes["original"].canvas
    QApplication.processEvents()
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=canvas.pixel_at(shifted(1, 4)))
    assert hand.document.state.tab.title == "Small"
    assert not hand.maze.is_wall(shifted(1, 4)), "the click itself paints nothing"
    assert companion(hand).document.state.maze == edited
    assert other is hand.window.maze_view.companion
    hand.window.maze_view.zoom(2.0)
    rects = [canvas.box.viewRect() for canvas in hand.window.maze_view.canvases]
    assert rects[0].width() == pytest.approx(rects[1].width(), rel=0.02)
    assert rects[0].center().x() == pytest.approx(rects[1].center().x(), abs=0.05)


def test_captions_are_headings_on_both_sides_on_and_off_the_stage(hand: Hand) -> None:
    view = hand.window.maze_view
    hand.key(Qt.Key.Key_4)

    def fonts() -> set[tuple[int, float]]:
        QApplication.processEvents()
        titles = [pane.title.font() for pane in (*view.panes.values(), *view.other_panes.values())]
        return {(font.weight(), font.pointSizeF()) for font in titles}

    usual = fonts()
    assert len(usual) == 1
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    companion(hand)
    assert fonts() == usual
    hand.key(Qt.Key.Key_F11)
    (on_stage,) = fonts()
    assert on_stage[0] == next(iter(usual))[0]
    assert on_stage[1] > next(iter(usual))[1]
    hand.key(Qt.Key.Key_F11)
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert fonts() == usual


def test_what_came_of_the_other_mice_is_said_as_well(hand: Hand) -> None:
    bar = hand.window.playback.bar
    assert bar.others.isHidden()
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    companion(hand)
    maze_edits.edit_maze(hand.document, "Remove cheese", lambda maze: maze.with_cheese(None))
    hand.wait(lambda: hand.window.playback.player.fresh and hand.window.playback.compared.rollouts is not None)
    found = hand.window.playback.compared.rollouts
    assert found is not None
    assert bar.others.isVisible()
    assert bar.others.original.text.startswith(f"Small · Original: {found.original.summary()}")
    assert bar.verdicts.original.text.startswith("Small copy 1 · Original: the maze has no cheese")
    hand.window.resize(1900, 800)
    QApplication.processEvents()
    for verdicts in (bar.verdicts, bar.others):
        assert verdicts.original.label.shown == verdicts.original.text, "with the name, however wide the window"
        assert verdicts.patched.y() > verdicts.original.y()
    hand.context.actions.trigger("compare.stop")
    assert bar.others.isHidden()
    assert bar.verdicts.original.text.startswith("Original: ")


def test_closing_the_other_maze_ends_the_comparison(hand: Hand) -> None:
    hand.context.actions.trigger("compare.maze")
    companion(hand)
    first = hand.document.state.mazes[0].id
    maze_edits.close_maze(hand.document, first)
    assert hand.window.maze_view.companion is None
    assert len(hand.window.maze_view.canvases) == 1
    assert not hand.context.actions["compare.stop"].isEnabled()
    hand.drag(shifted(1, 2), shifted(1, 3))
    hand.answered()


def test_two_policies_are_compared_and_change_places(hand: Hand, tmp_path: Path) -> None:
    path, first = tmp_path / "b.safetensors", hand.document.state.policy
    second = policy_of(random_network(1, 5), "b")
    save_safetensors(second, path)
    hand.window.compare.with_policy_file(path)
    hand.wait(lambda: hand.window.maze_view.companion is not None)
    other = companion(hand)
    assert other.document.state.policy == second
    assert other.document.state.maze == hand.maze
    hand.drag(shifted(1, 2), shifted(1, 3))
    assert companion(hand).document.state.maze == hand.maze, "one maze under two policies"
    hand.key(Qt.Key.Key_X)
    assert hand.document.state.policy == second
    assert companion(hand).document.state.policy == first
    hand.context.actions.trigger("compare.stop")
    assert hand.window.maze_view.companion is None


def test_side_by_side_comparison_shows_six(hand: Hand) -> None:
    hand.key(Qt.Key.Key_4)
    hand.context.actions.trigger("compare.maze")
    companion(hand)
    QApplication.processEvents()
    canvases = hand.window.maze_view.canvases
    assert len(canvases) == 6
    assert all(canvas.isVisible() for canvas in canvases)
    hand.key(Qt.Key.Key_1)
    assert len(hand.window.maze_view.canvases) == 2


def test_the_mice_of_both_walk_in_step(hand: Hand) -> None:
    hand.context.actions.trigger("playback.sampled")
    hand.context.actions.trigger("compare.maze")
    maze_edits.move_cheese(hand.document, shifted(4, 5))
    other = companion(hand)
    player, beside = hand.window.playback.player, hand.window.playback.compared
    hand.wait(lambda: player.fresh and beside.rollouts is not None)
    assert player.rollouts is not None
    assert beside.rollouts is not None
    assert beside.rollouts.maze == other.document.state.maze != player.rollouts.maze
    assert player.last == max(player.rollouts.news, beside.rollouts.news)
    assert not other.picture.overlays
    hand.key(Qt.Key.Key_Period)
    hand.key(Qt.Key.Key_Period)
    assert player.step == 2
    expected = rollout_overlays(beside.rollouts, 2, hand.context.palette, side_by_side=False)
    assert other.picture.overlays == expected
    # Both go where they ended, also the one that was there first.
    player.seek(player.last)
    assert other.picture.overlays == rollout_overlays(
        beside.rollouts, player.last, hand.context.palette, side_by_side=False
    )
    # Other draws for both.
    hand.window.playback.bar.seed.setValue(3)
    hand.wait(lambda: beside.rollouts is not None and beside.rollouts.rule.seed == 3 and player.fresh)
    hand.context.actions.trigger("playback.restart")
    assert not other.picture.overlays
    hand.context.actions.trigger("compare.stop")
    assert beside.rollouts is None
    assert player.rollouts is not None
    assert player.last == player.rollouts.news


def test_on_a_stage_both_sides_are_enlarged(hand: Hand) -> None:
    def sides() -> list[tuple[float, ...]]:
        view, other = hand.window.maze_view, companion(hand)
        assert view.other_numbers is not None
        return [
            (picture.thickness, numbers.sizeHint().height(), panes["original"].title.fontInfo().pointSizeF())
            for picture, numbers, panes in (
                (view.picture, view.numbers, view.panes),
                (other.picture, view.other_numbers, view.other_panes),
            )
        ]

    hand.context.actions.trigger("compare.maze")
    usual = sides()
    assert usual[0] == usual[1]
    hand.context.actions.trigger("view.presentation")
    larger = sides()
    assert larger[0] == larger[1]
    assert all(large > small for large, small in zip(larger[0], usual[0], strict=True))
    hand.context.actions.trigger("compare.stop")
    hand.context.actions.trigger("compare.maze")
    assert sides() == larger, "and one that is added while it lasts"
    hand.key(Qt.Key.Key_Escape)
    assert sides() == usual


def test_a_policy_that_is_read_after_the_end_of_comparing_begins_none(hand: Hand, tmp_path: Path) -> None:
    save_safetensors(random_network(1, 7), tmp_path / "other.safetensors")
    hand.context.actions.trigger("compare.maze")
    hand.window.compare.with_policy_file(tmp_path / "other.safetensors")
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    hand.wait(lambda: not hand.context.busy)
    assert hand.window.maze_view.companion is None


def test_the_key_that_begins_a_comparison_ends_it(hand: Hand, tmp_path: Path) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    action = hand.context.actions["compare.maze"]
    for comparing in (True, False, True):
        hand.key(Qt.Key.Key_K, control)
        assert (hand.window.maze_view.companion is not None) is comparing
        assert action.isChecked() is comparing
    assert len(hand.document.state.mazes) == 2, "only the first comparison needed a copy"
    save_safetensors(random_network(1, 5), tmp_path / "b.safetensors")
    hand.window.compare.with_policy_file(tmp_path / "b.safetensors")
    hand.wait(lambda: hand.window.compare.comparison.policy is not None)
    assert not action.isChecked()
    hand.key(Qt.Key.Key_K, control)
    assert hand.window.compare.comparison.policy is None, "a comparison of policies gives way to one of mazes"
    assert action.isChecked()
    hand.context.actions.trigger("compare.stop")
    assert not action.isChecked()


def test_one_key_shows_the_maze_with_and_without_cheese(hand: Hand) -> None:
    hand.key(Qt.Key.Key_W)
    companion = hand.window.maze_view.companion
    assert companion is not None
    assert (companion.front_title, companion.title) == ("With cheese", "Without cheese")
    assert companion.document.state.maze == hand.maze.with_cheese(None)
    hand.drag((5, 8), (5, 9))
    assert companion.document.state.maze.walls == hand.maze.walls, "it follows every edit"
    maze_edits.move_cheese(hand.document, (9, 7))
    hand.key(Qt.Key.Key_X)
    assert hand.maze.cheese is None
    assert companion.document.state.maze.cheese == (9, 7), "it comes back where it was last"
    assert (companion.front_title, companion.title) == ("Without cheese", "With cheese")
    hand.wait(lambda: companion.bridge.answer is not None)
    assert companion.bridge.answer is not None
    assert companion.bridge.answer.request.maze.cheese == (9, 7)
    kept = hand.window.compare.to_json()
    hand.key(Qt.Key.Key_W)
    assert hand.window.maze_view.companion is None
    hand.window.compare.restore(kept)
    assert hand.window.maze_view.companion is not None
    assert hand.window.maze_view.companion.comparison.cheese
    hand.window.compare.stop()
