"""A series of checkpoints is opened, scrubbed, played, pinned and closed as a user would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest

from app.document.view_mode import Mode
from app.policy.network import random_network
from app.policy.saving import save_safetensors
from tests.widgets.conftest import Hand
from widgets.playback import series_rows
from widgets.style import theme

SCREEN = 743
"""Pixels that a screen of 1366x768 leaves to a window under its title bar."""

STEPS = (0, 8, 64, 4096)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run by imitation: four checkpoints of random networks."""
    folder = tmp_path_factory.mktemp("runs") / "w1-easy"
    (folder / "series").mkdir(parents=True)
    for step in STEPS:
        path = folder / "series" / f"step-{step:06d}.safetensors"
        save_safetensors(random_network(1, step), path, {"recipe": "imitation", "observations": 256 * step})
    return folder


@pytest.fixture
def hand(shared_hand: Hand) -> Iterator[Hand]:
    """The module's window; what series a test leaves open is closed, and the lanes are again those of the start."""
    bar = shared_hand.window.training.bar
    lane = bar.lane.currentIndex()
    yield shared_hand
    bar.lane.setCurrentIndex(lane)
    bar.lane.activated.emit(lane)
    if shared_hand.context.actions["series.close"].isEnabled():
        shared_hand.context.actions["series.close"].trigger()
    assert bar.isHidden()


@pytest.fixture
def opened(hand: Hand, run: Path, monkeypatch: pytest.MonkeyPatch) -> Hand:
    """The window with that series, dropped as a folder; lanes of two levels."""
    monkeypatch.setattr(series_rows, "LEVELS", 6)
    hand.window.files.open_paths([run])
    hand.wait(lambda: hand.window.training.player.series is not None)
    return hand


def shown(hand: Hand) -> int:
    """The step of the checkpoint that is the document's policy."""
    path = hand.document.state.policy.path
    return int(path.stem.removeprefix("step-"))


def press(hand: Hand, index: int) -> None:
    """Click on a checkpoint's place on the axis."""
    scrub = hand.window.training.bar.scrub
    QTest.mouseClick(scrub, Qt.MouseButton.LeftButton, pos=QPoint(scrub.x_of(index), scrub.height() // 2))


def test_scrubbing_makes_checkpoints_the_policy_in_one_undo(opened: Hand) -> None:
    before = len(opened.document.history.done)
    assert shown(opened) == STEPS[-1]
    for index in (0, 2, 1):
        press(opened, index)
        assert shown(opened) == STEPS[index]
    assert opened.window.training.bar.scrub.value() == 1
    assert "Step 8 · 2,048 observations · 2 of 4" in opened.window.training.bar.step.text()
    opened.wait(lambda: opened.context.bridge.answer is not None)
    assert opened.context.bridge.answer.request.policy.path.stem == "step-000008"
    assert len(opened.document.history.done) <= before + 3
    opened.document.undo()
    assert shown(opened) == STEPS[2]
    assert opened.window.training.bar.scrub.value() == 2


def test_the_axis_is_logarithmic(opened: Hand) -> None:
    scrub = opened.window.training.bar.scrub
    places = [scrub.x_of(index) for index in range(4)]
    # 8 to 64 is three doublings, 64 to 4096 six; step 0 is one before 8.
    assert (places[3] - places[2]) / (places[2] - places[1]) == pytest.approx(2, rel=0.05)
    assert (places[2] - places[1]) / (places[1] - places[0]) == pytest.approx(3, rel=0.1)


def test_lanes_are_measured_in_the_background_and_clicked_on(opened: Hand) -> None:
    training = opened.window.training
    opened.wait(lambda: training.player.rows.result is not None and len(training.player.rows.result.points) == 4)
    opened.wait(lambda: not training.player.rows.measuring)
    bar = training.bar
    assert "log-odds" in bar.said.text()
    assert "imitation" in bar.note.text()
    # No digit of the axis's ends is cut off: ".12" of "16.12" would be another number.
    digits = QFontMetrics(theme.number_font(bar.strip.font()))
    assert max(map(digits.horizontalAdvance, ("16.12", "\N{MINUS SIGN}11.39"))) <= bar.strip.room_for_ends
    bar.lane.setCurrentIndex(bar.lane.findData("solved"))
    bar.lane.activated.emit(bar.lane.currentIndex())
    assert "cheese" in bar.said.text()
    x = bar.strip.mapFrom(bar, bar.scrub.mapTo(bar, QPoint(bar.scrub.x_of(0), 0))).x()
    QTest.mouseClick(bar.strip, Qt.MouseButton.LeftButton, pos=QPoint(x, bar.strip.height() // 2))
    assert shown(opened) == 0


def test_the_lines_of_a_lane_have_a_key_in_their_colours(opened: Hand) -> None:
    bar = opened.window.training.bar
    opened.window.resize(1366, SCREEN)
    opened.wait(lambda: not opened.window.training.player.rows.measuring)
    bar.lane.setCurrentIndex(bar.lane.findData("pushes"))
    bar.lane.activated.emit(bar.lane.currentIndex())
    assert "LEFT, channel" in bar.said.text()
    for theme_name in ("light", "dark"):
        opened.context.set_theme(theme_name)
        palette = opened.context.palette
        picture = bar.said.grab().toImage()
        found = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
        assert {palette.original.lower(), palette.patched.lower()} <= found, theme_name


def test_playing_goes_to_the_end_and_stops(opened: Hand) -> None:
    player = opened.window.training.player
    opened.context.actions["series.play"].trigger()
    assert player.playing
    assert shown(opened) == 0
    opened.wait(lambda: not player.playing)
    assert shown(opened) == STEPS[-1]


def test_a_pinned_checkpoint_is_compared_with_the_one_scrubbed_to(opened: Hand) -> None:
    press(opened, 0)
    opened.context.actions["series.pin"].trigger()
    assert opened.window.training.pinned() == 0
    press(opened, 3)
    companion = opened.window.maze_view.companion
    assert companion.comparison.policy.path.stem == "step-000000"
    assert shown(opened) == STEPS[-1]
    opened.context.actions["series.pin"].trigger()
    assert opened.window.maze_view.companion is None
    assert opened.window.training.pinned() is None


def test_a_movie_of_the_training_has_every_checkpoint_next_to_the_pinned_one(opened: Hand, tmp_path: Path) -> None:
    context, exports = opened.context, opened.window.exports
    press(opened, 0)
    context.actions["series.pin"].trigger()
    press(opened, 3)
    opened.wait(lambda: opened.window.maze_view.companion.bridge.answer is not None and not context.bridge.busy)
    context.actions["export.training"].trigger()
    dialog = exports.dialog
    assert dialog.what.currentText() == "Movie of the training"
    dialog.path.setText(str(tmp_path / "learning.gif"))
    dialog.scale.choose("0.5")
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    opened.wait(lambda: exports.dialog is None, timeout=60_000)
    with Image.open(tmp_path / "learning.gif") as gif:
        recipe = json.loads(gif.info["comment"])
        pages = []
        for at in range(gif.n_frames):
            gif.seek(at)
            pages.append(np.asarray(gif.convert("RGB")))
    assert [each["step"] for each in recipe["checkpoints"]] == list(STEPS)
    assert len(pages) == len(STEPS)
    middle = pages[0].shape[1] // 2
    for before, after in pairwise(pages):
        # Each frame of a GIF has colours of its own, which differ a little.
        change = np.abs(after[50:].astype(int) - before[50:]).max(2)
        assert (change[:, :middle] > 60).sum() > 20, "the side in front learns"
        assert not (change[:, middle:] > 60).any(), "the pinned side stays"


def test_without_a_series_no_movie_of_the_training_is_offered(hand: Hand) -> None:
    assert not hand.context.actions["export.training"].isEnabled()
    hand.context.actions["export.movie"].trigger()
    dialog = hand.window.exports.dialog
    assert dialog.what.findData("training") < 0
    QTest.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)


def test_another_series_has_its_lane_next_to_the_first_and_checkpoints_to_compare_with(
    opened: Hand, tmp_path: Path
) -> None:
    other = tmp_path / "by-reward"
    other.mkdir()
    for number, name in enumerate(("82k", "160M")):
        save_safetensors(random_network(1, 50 + number), other / f"rr5_{name}.safetensors", {})
    training = opened.window.training
    bar = training.bar
    bar.next.open([other])
    opened.wait(lambda: bar.next.series is not None and bar.next.rows.result is not None)
    opened.wait(lambda: not bar.next.rows.measuring and not training.player.rows.measuring)
    assert not bar.next.isHidden()
    assert "by-reward · step 160,000,000 · 2 of 2" in bar.next.name.text()
    assert "log-odds" in bar.next.said.text()
    assert "imitation" in bar.note.text()
    assert "imitation" not in bar.next.note.text()
    # Both axes have one length; a click on the other's first checkpoint compares it with the one in front.
    x = bar.scrub.mapTo(bar, QPoint(bar.scrub.x_of(0), 0)).x() - bar.next.x() - bar.next.strip.x()
    QTest.mouseClick(bar.next.strip, Qt.MouseButton.LeftButton, pos=QPoint(x, bar.next.strip.height() // 2))
    assert opened.window.maze_view.companion.comparison.policy.path.stem == "rr5_82k"
    assert "step 82,000 · 1 of 2" in bar.next.name.text()
    assert shown(opened) == STEPS[-1]
    assert training.pinned() is None
    # Six mazes and two lanes fit a laptop's screen: its legend and the lanes' height give way.
    opened.context.view.set_mode(Mode.SIDE_BY_SIDE)
    opened.window.resize(1366, SCREEN)
    opened.wait(lambda: opened.window.height() == SCREEN)
    opened.wait(lambda: opened.window.maze_view.legend.height() == 0)
    opened.context.actions["series.next_close"].trigger()
    assert bar.next.isHidden()
    assert opened.window.maze_view.companion is None


def test_closing_leaves_the_checkpoint_open(opened: Hand) -> None:
    press(opened, 1)
    opened.context.actions["series.close"].trigger()
    assert opened.window.training.bar.isHidden()
    assert shown(opened) == STEPS[1]
    assert not opened.context.actions["series.play"].isEnabled()


def test_what_is_no_series_is_refused_in_one_sentence(hand: Hand, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    hand.window.files.open_paths([tmp_path / "empty"])
    hand.wait(lambda: "empty holds no checkpoints" in hand.window.message_bar.label.text())
    assert hand.window.training.bar.isHidden()


def test_the_series_that_ships_opens(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series_rows, "LEVELS", 2)
    hand.context.actions["series.shipped"].trigger()
    hand.wait(lambda: hand.window.training.player.series is not None)
    steps = hand.window.training.player.series.steps
    assert steps[0] == 0
    assert len(steps) >= 12
    assert hand.document.state.policy.metadata["loaded_from"]["stored_as"] == "float16"
    assert "imitation" in hand.document.state.policy.metadata["note"]
