"""Late, early and replaced answers: they neither raise nor end up in the wrong place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document import maze_edits, patch_edits
from app.document.session_file import save_session
from app.interventions.patches import AddVector
from app.maze import maze_file as maze_files
from app.number_format import compact
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from tests.widgets.conftest import Hand, MakeHand, Shared
from widgets.controls.error_dialog import ErrorDialog
from widgets.panels.channels.channels_panel import ChannelsPanel


@pytest.fixture(scope="module")
def shared(make_shared: MakeHand) -> Shared:
    """A window without an engine."""
    return Shared(make_shared(engine=False))


def settle() -> None:
    """Let go what is to be deleted, and paint."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def errors_of(hand: Hand) -> list[str]:
    """The messages reported from now on."""
    found: list[str] = []
    hand.context.reported.connect(lambda kind, sentence, *_: found.append(sentence) if kind == "error" else None)
    return found


def channels(hand: Hand) -> ChannelsPanel:
    """The channels, in front, with the keyboard."""
    hand.window.docks.bring("channels")
    panel = hand.window.findChild(ChannelsPanel)
    assert panel is not None
    hand.wait(lambda: panel.grid.shown is not None)
    panel.grid.setFocus()
    settle()
    return panel


def test_a_flood_of_errors_opens_one_dialog(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    for number in range(4):
        hand.context.report(f"Error {number}", "details")
        settle()
    shown = [each for each in QApplication.topLevelWidgets() if isinstance(each, ErrorDialog) and each.isVisible()]
    assert [each.sentence.text() for each in shown] == ["Error 3"]
    shown[0].close()


def test_names_that_look_like_tags_are_said_as_they_are(shared_hand: Hand) -> None:
    hand = shared_hand
    hand.context.report("<b>x</b>.json was not found")
    assert hand.window.message_bar.label.textFormat() == Qt.TextFormat.PlainText


def test_the_reading_of_an_enlarged_channel_is_its_own(hand: Hand) -> None:
    panel = channels(hand)
    hand.key(Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_Right)
    assert panel.grid.shown is not None
    values = panel.grid.shown.values[panel.large.channel]
    assert panel.large.reading.text() == f"{compact(float(values.min()))} to {compact(float(values.max()))}"


def test_a_policy_with_fewer_channels_while_the_last_channel_is_chosen(
    make_hand: MakeHand, small_policy: Policy
) -> None:
    hand = make_hand(policy=policy_of(random_network(2, 0), "wide"))
    errors, panel = errors_of(hand), channels(hand)
    hand.key(Qt.Key.Key_End)
    maze_edits.open_policy(hand.document, small_policy)
    hand.wait(lambda: panel.layer is not None and panel.layer.channels == 32)
    assert not errors
    assert panel.grid.current == 0


def test_a_drag_ends_where_its_canvas_goes_out_of_sight(shared_hand: Hand) -> None:
    hand = shared_hand
    hand.press((1, 3))
    hand.move((2, 2))
    hand.key(Qt.Key.Key_2)
    assert not hand.document.history.dragging


def test_a_stroke_does_not_go_on_in_another_tab(shared_hand: Hand) -> None:
    hand = shared_hand
    maze_edits.duplicate_maze(hand.document)
    settle()
    hand.press((3, 3))
    hand.move((2, 2))
    hand.key(Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    shown = hand.maze
    hand.move((4, 2))
    hand.release((4, 2))
    assert hand.maze == shown


def test_coming_back_from_the_stage_when_what_had_the_keyboard_is_gone(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    errors = errors_of(hand)
    patch_edits.add_patch(hand.document, AddVector(coefficient=-1.0))
    hand.window.docks.bring("patches")
    hand.window.docks.docks["patches"].widget().cards.cards[0].setFocus()  # type: ignore[attr-defined]
    settle()
    hand.key(Qt.Key.Key_F11)
    hand.document.undo()
    settle()
    hand.key(Qt.Key.Key_F11)
    assert not errors


def test_a_page_keeps_no_copies_of_itself_in_other_colours(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    dialog = hand.window.features.show_help("definitions")
    for theme in ("dark", "light", "dark", "light"):
        hand.context.set_theme(theme)
        settle()
    assert len(dialog.findChildren(QTextDocument)) <= 2
    dialog.close()


def test_closing_during_the_tour_asks_nothing_about_the_tours_own_patches(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    hand.document.mark_saved()
    before = hand.document.state
    tour = hand.window.features.tour
    tour.start()
    tour.show_step(2)
    hand.window.close()
    assert hand.window.features.sessions.question is None
    assert hand.document.state == before


def test_a_maze_dropped_with_a_session_goes_into_the_session(make_hand: MakeHand, tmp_path: Path) -> None:
    hand = make_hand(engine=False)
    session, maze = tmp_path / "kept.mazescope", tmp_path / "beside.json"
    save_session(session, hand.document.state, hand.context.view.to_json())
    maze_files.save(maze, hand.maze)
    maze_edits.remove_cheese(hand.document)
    hand.window.files.open_paths([session, maze])
    sessions = hand.window.features.sessions
    hand.wait(lambda: sessions.question is not None)
    assert len(hand.document.state.mazes) == 1
    assert sessions.question is not None
    QTest.mouseClick(sessions.question.discard, Qt.MouseButton.LeftButton)
    hand.wait(lambda: len(hand.document.state.mazes) == 2)
    assert hand.document.state.mazes[0].maze.cheese is not None


def test_a_layer_that_no_network_has_is_not_restored(hand: Hand) -> None:
    errors, before = errors_of(hand), hand.context.view.layer
    hand.context.view.restore({"layer": "embedder.nothing"})
    hand.context.view.set_pixel_hover((1, 1))
    assert hand.context.view.layer == before
    assert not errors


@pytest.mark.parametrize("value", [[], 10**30], ids=["list", "huge"])
def test_settings_of_another_kind_are_left_out(make_hand: MakeHand, tmp_path: Path, value: object) -> None:
    names = ("text_scale", "device", "recent", "recent_commands", "rollout.seed", "rollout.speed", "layout")
    export = ("export.fps", "export.folder", "export.format.picture", "export.scale.picture")
    export += ("export.background.picture", "export.legend", "export.numbers", "session.folder")
    (tmp_path / "settings.json").write_text(json.dumps(dict.fromkeys((*names, *export, "geometry"), value)))
    hand = make_hand(engine=False)
    hand.window.exports.open("picture").close()
    hand.window.features.commands.open()
    hand.window.features.commands.leave()
    settle()


def test_actions_on_the_stack_are_there_when_there_is_a_stack(shared_hand: Hand) -> None:
    hand = shared_hand
    clear, save = (hand.context.actions[f"patches.{name}"] for name in ("clear", "save"))
    assert not clear.isEnabled()
    assert not save.isEnabled()
    patch_edits.add_patch(hand.document, AddVector(coefficient=-1.0))
    assert clear.isEnabled()
    assert save.isEnabled()


def test_a_pin_asked_for_under_another_policy_does_not_come(hand: Hand) -> None:
    hand.context.actions.trigger("patches.pin")
    maze_edits.open_policy(hand.document, policy_of(random_network(1, 1), "other"))
    hand.wait(lambda: not hand.context.busy)
    assert not hand.document.state.stack.patches
