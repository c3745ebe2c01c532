"""Watching the mouse by real gestures: play, pause, step, scrub, sampled and greedy, and what is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document import maze_edits, patch_edits
from app.drawing.maze_shapes import mouse_shapes
from app.drawing.shapes import Circle, Polyline, Shape
from app.field.rollout_values import Rule
from app.interventions.patches import Noise, SetValue
from app.maze.random_words import LARGEST_SEED
from app.studies.rollouts import rollouts
from tests.widgets.conftest import Hand, MakeHand, Shared
from widgets.playback.rollout_player import Player

CHEESE_MOVED = (5, 8)


@pytest.fixture(scope="module")
def shared(make_shared: MakeHand) -> Shared:
    """A window whose mouse makes sampled moves, quickly."""
    hand = make_shared()
    choose(hand, "rule", "Sampled")
    choose(hand, "speed", "25 / s")
    came(hand)
    return Shared(hand)


@pytest.fixture
def watching(shared_hand: Hand) -> Hand:
    """The module's window, its rollouts there, as it was before each test."""
    choose(shared_hand, "speed", "25 / s")
    came(shared_hand)
    return shared_hand


def player_of(hand: Hand) -> Player:
    return hand.window.playback.player


def choose(hand: Hand, box: str, text: str) -> None:
    """Choose in one of the bar's boxes by the keyboard."""
    combo = getattr(hand.window.playback.bar, box)
    combo.setFocus()
    down = combo.findText(text) - combo.currentIndex()
    for _ in range(abs(down)):
        QTest.keyClick(combo, Qt.Key.Key_Down if down > 0 else Qt.Key.Key_Up)
    hand.window.maze_view.canvas.setFocus()


def came(hand: Hand) -> None:
    """Wait for the rollouts of what is open."""
    hand.wait(lambda: player_of(hand).fresh)


def press(hand: Hand, name: str) -> None:
    """Click one of the bar's buttons."""
    QTest.mouseClick(hand.window.playback.bar.buttons[name], Qt.MouseButton.LeftButton)


def overlay(hand: Hand) -> Sequence[Shape]:
    return hand.window.maze_view.canvas.overlay.shapes


def test_the_mouse_stands_still_until_it_is_told(watching: Hand) -> None:
    player = player_of(watching)
    assert (player.step, player.playing) == (0, False)
    assert not overlay(watching)
    assert set(mouse_shapes(watching.maze.mouse, watching.context.palette)) <= set(
        watching.window.maze_view.picture.static
    )
    assert watching.window.playback.bar.verdicts.original.text.startswith("Original: cheese ")


def test_space_plays_and_pauses(watching: Hand) -> None:
    player = player_of(watching)
    watching.key(Qt.Key.Key_Space)
    assert player.playing
    watching.wait(lambda: player.step >= 2)
    watching.key(Qt.Key.Key_Space)
    assert not player.playing
    stopped = player.step
    QTest.qWait(120)
    assert player.step == stopped
    assert not watching.document.history.done, "watching is no edit"


def test_it_plays_to_the_end_and_again_from_the_start(watching: Hand) -> None:
    player = player_of(watching)
    assert player.rollouts is not None
    player.seek(player.last - 2)
    press(watching, "playback.play")
    watching.wait(lambda: not player.playing)
    assert player.step == player.last == player.rollouts.original.steps
    press(watching, "playback.play")
    assert player.step < player.last
    assert player.playing


def test_a_walk_of_another_maze_fades_at_once_and_play_waits_for_its_own(watching: Hand) -> None:
    player, canvas = player_of(watching), watching.window.maze_view.canvas
    picture = watching.window.maze_view.picture
    player.seek(player.last)
    mouse = set(mouse_shapes(watching.maze.mouse, watching.context.palette))
    assert not mouse & set(picture.static)
    watching.press(watching.maze.cheese or (0, 0))
    watching.move(CHEESE_MOVED)
    watching.release(CHEESE_MOVED)
    assert watching.maze.cheese == CHEESE_MOVED
    # In the same moment: faded trails, and the mouse at its start.
    assert not player.fresh
    assert canvas.overlay.opacity() < 0.5
    assert {type(shape) for shape in overlay(watching)} <= {Polyline, Circle}
    assert mouse <= set(picture.static)
    stale = player.rollouts
    watching.key(Qt.Key.Key_Space)
    assert player.playing
    assert not player.fresh
    watching.wait(lambda: player.fresh)
    assert player.rollouts is not stale
    assert player.playing
    assert canvas.overlay.opacity() == 1.0
    player.seek(1)
    patch_edits.add_patch(watching.document, Noise(sigma=3.0))
    assert player.playing, "what plays waits, and plays on"
    assert canvas.overlay.opacity() < 0.5
    watching.key(Qt.Key.Key_Space)
    assert not player.playing
    came(watching)
    assert not player.playing


def test_buttons_and_keys_step_and_go_back(watching: Hand) -> None:
    player = player_of(watching)
    for _ in range(3):
        press(watching, "playback.forward")
    press(watching, "playback.back")
    assert player.step == 2
    watching.key(Qt.Key.Key_Period)
    assert player.step == 3
    assert overlay(watching)
    press(watching, "playback.restart")
    assert player.step == 0
    assert not overlay(watching)


def test_the_slider_scrubs(watching: Hand) -> None:
    player, scrub = player_of(watching), watching.window.playback.bar.scrub
    wanted = player.last // 2
    QTest.mousePress(scrub, Qt.MouseButton.LeftButton, pos=QPoint(scrub.x_of(0), scrub.height() // 2))
    assert player.step == 0
    QTest.mouseMove(scrub, QPoint(scrub.x_of(wanted), scrub.height() // 2))
    QTest.mouseRelease(scrub, Qt.MouseButton.LeftButton, pos=QPoint(scrub.x_of(wanted), scrub.height() // 2))
    assert abs(player.step - wanted) <= 1 + player.last // scrub.width()
    assert watching.window.playback.bar.count.text() == f"{player.step} / {player.last}"


def test_what_is_drawn_is_where_the_mouse_is(watching: Hand) -> None:
    player = player_of(watching)
    found = player.rollouts
    assert found is not None
    changes = [k for k in range(1, found.original.steps) if len(set(found.original.squares[: k + 1])) > 1]
    player.seek(changes[0])
    maze, palette = found.original.at(changes[0]), watching.context.palette
    from dataclasses import replace

    mouse = mouse_shapes(maze.mouse, replace(palette, mouse=palette.original), left=maze.facing != "right")
    assert set(mouse) <= set(overlay(watching))
    static = watching.window.maze_view.picture.static
    assert not set(mouse_shapes(watching.maze.mouse, palette)) <= set(static), "the mouse is not drawn twice"
    trail = [shape for shape in overlay(watching) if isinstance(shape, Polyline) and shape.stroke == palette.original]
    row, col = maze.mouse
    assert trail[0].points[-1] == (col + 0.5, row + 0.5)


def test_each_network_has_its_own_mouse_in_its_own_hue(watching: Hand) -> None:
    patch_edits.add_patch(watching.document, Noise(sigma=20.0))
    came(watching)
    player, palette = player_of(watching), watching.context.palette
    assert player.rollouts is not None
    assert player.rollouts.original.squares != player.rollouts.patched.squares
    player.seek(player.last)
    strokes = {shape.stroke for shape in overlay(watching) if isinstance(shape, Polyline)}
    assert {palette.original, palette.patched} <= strokes, "both at once in a single maze"
    watching.window.maze_view.canvas.setFocus()
    watching.key(Qt.Key.Key_4)
    assert watching.context.view.mode == "side_by_side"
    panes = watching.window.maze_view.panes
    for role, other in (("original", "patched"), ("patched", "original")):
        strokes = {shape.stroke for shape in panes[role].canvas.overlay.shapes if isinstance(shape, Polyline)}
        assert getattr(palette, role) in strokes
        assert getattr(palette, other) not in strokes
    bar = watching.window.playback.bar
    assert bar.verdicts.patched.isVisible()
    assert bar.verdicts.patched.text == f"Patched: {player.rollouts.patched.summary()}"


def test_an_edit_sends_the_mice_anew(watching: Hand) -> None:
    player = player_of(watching)
    player.seek(3)
    before = player.rollouts
    maze_edits.move_cheese(watching.document, CHEESE_MOVED)
    assert not player.fresh
    came(watching)
    assert player.rollouts is not before
    assert player.rollouts is not None
    assert player.rollouts.maze.cheese == CHEESE_MOVED
    assert player.step == 3, "the step stays, so that an edit can be compared"


def test_another_level_begins_at_its_start(watching: Hand) -> None:
    player_of(watching).seek(3)
    maze_edits.open_level(watching.document, watching.maze.with_background(3), "Other")
    assert player_of(watching).step == 0
    assert not overlay(watching)
    came(watching)


def test_greedy_and_the_seed_are_chosen_and_remembered(watching: Hand) -> None:
    player, bar = player_of(watching), watching.window.playback.bar
    bar.seed.setFocus()
    bar.seed.selectAll()
    QTest.keyClicks(bar.seed, "7")
    QTest.keyClick(bar.seed, Qt.Key.Key_Return)
    assert player.rule == Rule(True, 7)
    came(watching)
    assert player.rollouts is not None
    assert watching.context.document.state.policy is not None
    assert (
        player.rollouts.original == rollouts(watching.document.state.policy, watching.maze, rule=Rule(True, 7)).original
    )  # type: ignore[arg-type]
    choose(watching, "rule", "Greedy")
    assert player.rule == Rule(False, 7)
    assert not bar.seed.isVisible()
    again = Player(watching.context, watching.window.maze_view.picture, watching.window)
    assert (again.rule, again.speed) == (player.rule, player.speed)
    came(watching)


def test_a_seed_that_is_none_is_told(watching: Hand) -> None:
    bar, told = watching.window.playback.bar, list[str]()
    watching.context.reported.connect(lambda kind, sentence, *_: told.append(f"{kind}: {sentence}"))
    for text, sentence in (
        ("-1", f"-1 is outside 0 to {LARGEST_SEED}; set to 0."),
        ("abc", '"abc" is not a number; kept 0.'),
    ):
        bar.seed.setFocus()
        bar.seed.selectAll()
        QTest.keyClicks(bar.seed, text)
        QTest.keyClick(bar.seed, Qt.Key.Key_Return)
        assert told.pop() == f"notice: {sentence}"


def test_space_stays_with_buttons_and_the_cell_cursor(watching: Hand) -> None:
    player = player_of(watching)
    watching.key(Qt.Key.Key_Right)
    watching.key(Qt.Key.Key_Right)
    cursor = watching.window.maze_view.canvas.marks.cursor_square
    assert cursor is not None
    was_wall = watching.maze.is_wall(cursor)
    watching.key(Qt.Key.Key_Space)
    assert watching.maze.is_wall(cursor) is not was_wall
    assert not player.playing
    watching.window.view_switch.buttons["patched"].setFocus()
    watching.key(Qt.Key.Key_Space)
    assert watching.context.view.mode == "patched"
    assert not player.playing
    came(watching)


def test_without_a_policy_there_is_nothing_to_play(make_hand: MakeHand) -> None:
    hand = make_hand(policy=None)
    assert not hand.context.actions["playback.play"].isEnabled()
    assert "Open a policy" in hand.window.playback.bar.verdicts.hint.text()
    hand.key(Qt.Key.Key_Space)
    assert not player_of(hand).playing


def test_the_bar_can_be_put_away(watching: Hand) -> None:
    player_of(watching).seek(2)
    watching.context.actions.trigger("view.playback")
    assert not watching.window.playback.bar.isVisible()
    assert not overlay(watching)
    assert not watching.context.settings.flag("rollout.shown", True)
    QApplication.processEvents()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_verdicts_are_whole_sentences_however_narrow_the_window(make_hand: MakeHand, scale: float) -> None:
    hand = make_hand()
    hand.context.set_text_scale(scale)
    bar, window = hand.window.playback.bar, hand.window
    hand.wait(lambda: player_of(hand).fresh)
    patch_edits.add_patch(hand.document, Noise(sigma=3.0, seed=1))
    came(hand)
    ways = set()
    for width in (2400, 1366, 1100, 700):
        window.resize(width, 768)
        QTest.qWait(50)
        hand.wait(lambda: bar.height() == bar.sizeHint().height())
        height = bar.height()
        for verdict in (bar.verdicts.original, bar.verdicts.patched):
            assert verdict.isVisible()
            assert "…" not in verdict.label.shown, f"{verdict.label.shown} in {window.width()} pixels"
            assert verdict.label.shown in verdict.text or "in " in verdict.label.shown
            assert verdict.label.accessibleName() == verdict.label.toolTip() == verdict.text
            assert verdict.label.height() >= verdict.label.fontMetrics().height()
        ways.add(bar.verdicts.patched.y() > bar.verdicts.original.y())
        hand.context.actions.trigger("edit.undo")
        came(hand)
        assert bar.verdicts.patched.isHidden()
        assert bar.height() == height, "the maze does not move when there is a second mouse"
        hand.context.actions.trigger("edit.redo")
        came(hand)
    assert ways == {True, False} or scale > 1
    hand.context.set_text_scale(1.0)


def test_many_episodes_are_sampled_to_the_cheese_or_else_the_pin(hand: Hand) -> None:
    line, actions = hand.window.playback.bar.episodes, hand.context.actions
    assert line.isHidden()
    actions.trigger("playback.episodes.100")
    hand.wait(lambda: line.found is not None)
    found = line.found
    assert found is not None
    assert line.isVisible()
    assert line.text() == f"Sampled episodes that reach the cheese · Original: {found.original.words()}"
    assert found.original.count == 100
    maze_edits.remove_cheese(hand.document)
    assert line.isHidden()
    line.found = None
    actions.trigger("playback.episodes.100")
    assert "neither cheese nor a pin" in hand.window.message_bar.label.text()
    patch_edits.add_patch(hand.document, SetValue(channels=(3,), square=(9, 9), value=5.5))
    actions.trigger("playback.episodes.100")
    hand.wait(lambda: line.found is not None)
    assert line.text().startswith("Sampled episodes that reach the pin (9, 9) · Original: ")
    assert " · Patched: " in line.text()
