"""The message bar over the maze: its messages, and when they go."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from app.document import maze_edits, patch_edits
from app.interventions.patches import Zero
from app.maze import maze_file as maze_files
from tests.widgets.conftest import Hand, MakeHand, Shared, small_maze
from tests.widgets.test_large_text import clipped
from widgets.controls.error_dialog import ErrorDialog
from widgets.controls.tab_order import reading_order
from widgets.panels.patches.card import PatchCard
from widgets.shell.message_bar import LOOK, MessageBar
from widgets.shell.messages import Messages


@pytest.fixture(scope="module")
def shared(make_shared: MakeHand) -> Shared:
    """A window without an engine."""
    return Shared(make_shared(engine=False))


def lines(hand: Hand) -> list[str]:
    bar = hand.window.message_bar
    return bar.label.text().splitlines() if bar.isVisible() else []


def much_later() -> float:
    return time.monotonic() + 3600


def test_each_of_several_bad_files_has_its_line_also_beside_a_good_one(shared_hand: Hand, tmp_path: Path) -> None:
    hand = shared_hand
    names = ("a.json", "b.pth", "c.txt")
    for name in names:
        (tmp_path / name).write_text("nothing of use")
    maze_files.save(tmp_path / "good.json", small_maze().with_cheese(None))
    hand.window.files.open_paths([tmp_path / name for name in (*names, "good.json")])
    hand.wait(lambda: hand.document.state.tab.title == "good")
    said = lines(hand)
    assert len(said) == 3
    assert all(name in line for name, line in zip(names, said, strict=True))
    # The next file that opens takes them away.
    hand.window.files.open_path(tmp_path / "good.json")
    hand.wait(lambda: lines(hand) == [])


def test_many_bad_files_are_a_list_and_no_defect(make_hand: MakeHand, tmp_path: Path) -> None:
    hand = make_hand(engine=False)
    names = [f"{number}.json" for number in range(40)]
    for name in names:
        (tmp_path / name).write_text("nothing of use" if name != "0.json" else "")
    maze_files.save(tmp_path / "good.json", small_maze().with_cheese(None))
    hand.window.files.open_paths([tmp_path / name for name in (*names, "good.json")])
    hand.wait(lambda: ErrorDialog._open is not None)
    dialog = ErrorDialog._open
    assert dialog is not None
    assert dialog.windowTitle() == "Not opened"
    assert dialog.sentence.text() == "40 of 41 files were not opened."
    assert dialog.details.isVisible()
    *told, others = dialog.details.toPlainText().splitlines()
    assert [line.split()[0] for line in told] == names[:5]
    assert all("; expected " in line for line in told)
    assert others == f"and 35 more: {', '.join(names[5:])}"
    assert dialog.details.toPlainText().startswith("0.json is empty; expected a policy, maze,")
    said = " ".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())
    assert "went wrong" not in said
    assert "unchanged" not in said
    assert not dialog.log.isVisible()
    dialog.close()


def test_a_bad_file_later_does_not_repeat_the_earlier_one(shared_hand: Hand, tmp_path: Path) -> None:
    hand = shared_hand
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text("nothing of use")
        hand.window.files.open_path(tmp_path / name)
        hand.wait(lambda name=name: any(name in line for line in lines(hand)))
    assert len(lines(hand)) == 1


def test_a_message_goes_when_its_kind_has_succeeded_and_no_other(shared_hand: Hand) -> None:
    context = (hand := shared_hand).context
    context.report("No such level.", about="level")
    context.report("No such file.", about="file")
    assert lines(hand) == ["No such level.", "No such file."]
    context.notice("Something was done.")
    assert lines(hand) == ["No such level.", "No such file.", "Something was done."]
    context.succeeded.emit("level")
    assert lines(hand) == ["No such file.", "Something was done."]
    context.succeeded.emit("file")
    assert lines(hand) == ["Something was done."]
    context.report("A panel cannot.")
    assert lines(hand) == ["A panel cannot."]
    bar: MessageBar = hand.window.message_bar
    QTest.mouseClick(bar.dismiss, Qt.MouseButton.LeftButton)
    assert lines(hand) == []
    context.notice("Something else was done.")
    assert lines(hand) == ["Something else was done."]
    QTest.mouseClick(bar.dismiss, Qt.MouseButton.LeftButton)


def test_a_failed_saving_is_forgotten_when_it_is_saved(shared_hand: Hand, tmp_path: Path) -> None:
    hand = shared_hand
    hand.window.files.save_maze(tmp_path / "nowhere" / "maze.json")
    assert "could not be saved" in lines(hand)[0]
    hand.window.files.save_maze(tmp_path / "maze.json")
    assert lines(hand) == ["Saved maze.json."]
    QTest.mouseClick(hand.window.message_bar.dismiss, Qt.MouseButton.LeftButton)


def test_a_failure_of_the_field_is_forgotten_when_a_field_comes_but_not_unread(hand: Hand) -> None:
    sentence = "The graphics card has gone; the processor computes from here on."
    hand.context.bridge.failed.emit(sentence, "")
    assert lines(hand) == [sentence]
    hand.click((5, 6))
    hand.window.message_bar.messages.clock = lambda: 0.0
    maze_edits.remove_cheese(hand.document)
    hand.answered()
    QTest.qWait(LOOK + 50)
    assert lines(hand) == [sentence], "nobody could have read it yet"
    hand.window.message_bar.messages.clock = much_later
    hand.wait(lambda: lines(hand) == [])


def typed_wrong(hand: Hand) -> QLineEdit:
    """Channels that the layer does not have, typed on a patch's card."""
    patch_edits.add_patch(hand.document, Zero(channels=(1,)))
    hand.wait(lambda: bool(hand.window.findChildren(PatchCard)))
    field = hand.window.findChildren(PatchCard)[0].channels
    field.selectAll()
    QTest.keyClicks(field, "9999")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "9999" in lines(hand)[0]
    return field


def test_what_was_typed_wrong_is_forgotten_when_typed_right(hand: Hand) -> None:
    field = typed_wrong(hand)
    field.selectAll()
    QTest.keyClicks(field, "3")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert lines(hand) == []


def test_an_error_leaves_once_there_was_time_to_read_it(hand: Hand) -> None:
    bar: MessageBar = hand.window.message_bar
    typed_wrong(hand)
    bar.messages.clock = lambda: 0.0
    hand.click((5, 6))
    hand.context.notice("Something was done.")
    hand.context.report("Something else went wrong.")
    QTest.qWait(LOOK + 50)
    assert len(lines(hand)) == 2
    bar.messages.clock = much_later
    hand.wait(lambda: lines(hand) == [])


def test_a_long_notice_is_in_sight_for_as_long_as_it_takes_to_read() -> None:
    now = 0.0
    messages = Messages(lambda: now)
    messages.add("Done.", False, "", "", {})
    messages.add("coins: reaches the cheese in 1 of 20 levels. " * 3, False, "", "", {})
    now = 10.0
    messages.expire()
    assert [len(message.text) for message in messages.shown] == [135]
    now = 11.0
    messages.expire()
    assert not messages.shown


def test_no_message_leaves_while_the_window_is_not_in_front(hand: Hand) -> None:
    typed_wrong(hand)
    with pytest.warns(DeprecationWarning, match="setActiveWindow"):
        QApplication.setActiveWindow(None)  # type: ignore[call-overload]
    hand.wait(lambda: QApplication.activeWindow() is None)
    hand.window.message_bar.messages.clock = much_later
    QTest.qWait(LOOK + 50)
    assert len(lines(hand)) == 1
    with pytest.warns(DeprecationWarning, match="setActiveWindow"):
        QApplication.setActiveWindow(hand.window)
    hand.wait(lambda: lines(hand) == [])


def test_work_that_is_not_saved_stays_said_whatever_is_done(make_hand: MakeHand, tmp_path: Path) -> None:
    hand = make_hand(engine=False)
    assert not hand.window.files.save_session(tmp_path / "nowhere" / "s.mazescope")
    hand.window.message_bar.messages.clock = much_later
    QApplication.processEvents()
    hand.click((5, 6))
    hand.click((5, 7))
    QTest.qWait(LOOK + 50)
    assert "could not be saved" in lines(hand)[0]
    assert hand.window.files.save_session(tmp_path / "s.mazescope")
    assert lines(hand) == ["Saved s.mazescope."]
    QTest.mouseClick(hand.window.message_bar.dismiss, Qt.MouseButton.LeftButton)


def test_a_figure_that_could_not_be_copied_is_forgotten_when_it_was(hand: Hand) -> None:
    maze_edits.remove_cheese(hand.document)
    hand.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert "still being computed" in lines(hand)[0]
    hand.answered()
    hand.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    hand.wait(lambda: lines(hand) == ["Copied the figure."])
    QTest.mouseClick(hand.window.message_bar.dismiss, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(("typed", "found"), [("2147483648", "Seed 2147483648"), ("-5", "Seed -5"), ("", "No seed")])
def test_a_seed_that_is_none_is_refused_and_the_level_stays(shared_hand: Hand, typed: str, found: str) -> None:
    hand = shared_hand
    hand.window.levels.go_to(7)
    assert hand.document.state.tab.seed == 7
    state, box = hand.document.state, hand.window.level_bar.seed
    box.selectAll()
    QTest.keyClick(box, Qt.Key.Key_Delete)
    QTest.keyClicks(box, typed)
    assert box.lineEdit().text() == typed
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert lines(hand) == [f"{found} was found; expected a whole number from 0 to 2147483647."]
    assert box.lineEdit().text() == "7"
    assert hand.document.state is state
    # The largest one opens, and the sentence is gone.
    box.selectAll()
    QTest.keyClicks(box, "2147483647")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert hand.document.state.tab.seed == 2**31 - 1
    assert lines(hand) == []


def test_no_cheese_region_is_larger_than_the_world(shared_hand: Hand) -> None:
    hand = shared_hand
    levels, box = hand.window.levels, hand.window.level_bar.region

    def offered() -> list[object]:
        return [box.itemData(at) for at in range(box.count())]

    levels.set_world("hard")
    assert hand.maze.world == 25
    assert offered() == [None, *range(1, 26)]
    levels.set_region(25)
    assert hand.document.state.tab.region == 25
    levels.set_world("easy")
    assert hand.document.state.tab.region == 15
    assert (hand.maze.world, box.currentData()) == (15, 15)
    assert offered() == [None, *range(1, 16)]


def test_a_maze_file_of_a_smaller_world_brings_its_own_sizes(shared_hand: Hand) -> None:
    from app.maze.levels import random_level

    hand = shared_hand
    maze_edits.open_level(hand.document, random_level(25, 25, 1), "large", 1, 25)
    hand.window.levels.set_dim(25)
    assert hand.window.level_bar.region.currentData() == 25
    maze_edits.open_level(hand.document, small_maze(), "small")
    assert hand.window.level_bar.region.currentData() == 15
    assert hand.window.level_bar.dim.currentData() is None


def test_the_sign_is_as_large_as_the_text(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    bar = hand.window.message_bar
    hand.context.report("Something is wrong.")
    usual = bar._sign.pixmap().deviceIndependentSize().height()
    hand.context.set_text_scale(2.0)
    QApplication.processEvents()
    large = bar._sign.pixmap().deviceIndependentSize().height()
    hand.context.set_text_scale(1.0)
    assert large >= 1.7 * usual


@pytest.mark.parametrize("stage", [False, True])
def test_the_maze_does_not_move_for_a_message(hand: Hand, stage: bool) -> None:
    if stage:
        hand.key(Qt.Key.Key_F11)
        QTest.qWait(50)
    view, bar = hand.window.maze_view, hand.window.message_bar
    before = (view.geometry(), view.canvas.geometry(), hand.at((5, 6)))
    QApplication.clipboard().clear()
    hand.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    QTest.qWait(50)
    assert len(lines(hand)) == 1
    assert (view.geometry(), view.canvas.geometry(), hand.at((5, 6))) == before
    assert not bar.dismiss.visibleRegion().isEmpty()
    assert view.geometry().contains(bar.geometry())
    # It follows what it is over.
    hand.window.resize(hand.window.width() - 90, hand.window.height() - 60)
    QTest.qWait(50)
    assert view.geometry().contains(bar.geometry())
    order = reading_order(hand.window)
    assert order.index(bar.dismiss) > order.index(view.canvas)
    bar.dismiss.setFocus()
    hand.key(Qt.Key.Key_Space)
    assert lines(hand) == []
    if stage:
        hand.key(Qt.Key.Key_F11)
        QTest.qWait(50)


def test_closing_the_message_leaves_the_keyboard_to_the_maze(shared_hand: Hand) -> None:
    hand = shared_hand
    hand.context.report("Something is wrong.")
    bar = hand.window.message_bar
    hand.window.activateWindow()
    hand.wait(hand.window.isActiveWindow)
    bar.dismiss.setFocus()
    QTest.mouseClick(bar.dismiss, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()
    assert QApplication.focusWidget() is hand.window.maze_view.canvas


def test_a_control_that_is_switched_off_leaves_the_keyboard_to_the_maze(shared_hand: Hand) -> None:
    hand = shared_hand
    button = hand.window.docks.docks["vectors"].widget().findChildren(QPushButton)[0]
    hand.window.docks.bring("vectors")
    hand.window.activateWindow()
    hand.wait(hand.window.isActiveWindow)
    button.setFocus()
    assert button.hasFocus()
    button.setEnabled(False)
    assert QApplication.focusWidget() is hand.window.maze_view.canvas


def test_several_messages_cover_no_numbers_and_no_legend(hand: Hand) -> None:
    bar, view = hand.window.message_bar, hand.window.maze_view
    read = (view.numbers, view.legend)
    assert all(part.isVisible() for part in read)
    for number in range(5):
        hand.context.report(f"The file number {number} is neither a policy nor a vector.", about=f"{number}")
        QTest.qWait(20)
        for part in read:
            assert not bar.geometry().intersects(QRect(part.mapTo(bar.parentWidget(), QPoint()), part.size()))


@pytest.mark.parametrize("width", [900, 1100, 1366, 1600])
def test_a_message_with_buttons_has_room_for_their_words(make_hand: MakeHand, width: int) -> None:
    hand = make_hand(engine=False)
    hand.window.resize(width, 728)
    bar = hand.window.message_bar
    QTest.qWait(20)
    bar.offer("Exported roll.gif.", {"Open": "export.open_last", "Show in folder": "export.show_last"})
    QTest.qWait(20)
    assert not clipped(bar)
    bar.clear()
    bar.say("error", "roll.gif could not be written.", details="Why")
    QTest.qWait(20)
    assert not clipped(bar)
