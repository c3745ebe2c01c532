"""While two are compared, every export holds both, side by side."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document import maze_edits, patch_edits
from app.drawing.figure import Figure, FigureOptions
from app.drawing.side_by_side import Side, page
from app.export.images import picture
from app.field.requests import FieldResult
from app.interventions.patches import Noise
from app.maze.maze_file import from_json
from app.policy.loading import load_policy
from app.policy.network import random_network
from app.policy.policy import policy_of
from app.policy.policy_info import default_policy_path
from tests.widgets.conftest import Hand
from tests.widgets.exporting.test_exporting import choose, export, gif_frames, opened
from tests.widgets.maze_view.test_canvas import shifted
from tests.widgets.maze_view.test_compare import companion

BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def hand(shared_hand: Hand) -> Hand:
    """The module's window, put back as it was before each test."""
    return shared_hand


@pytest.fixture
def compared(hand: Hand) -> Hand:
    """An edited copy of the small maze next to the small maze."""
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    maze_edits.move_cheese(hand.document, (5, 8))
    settled(hand)
    return hand


def settled(hand: Hand) -> tuple[FieldResult, FieldResult]:
    """The whole fields of both sides."""
    hand.answered()
    found = companion(hand)
    first, second = hand.context.bridge.latest, found.bridge.latest
    assert first is not None
    assert second is not None
    return first, second


def seen(hand: Hand, options: FigureOptions | None = None) -> Figure:
    """The page that shows both."""
    found, results = companion(hand), settled(hand)
    sides = [Side(result, title) for result, title in zip(results, (found.front_title, found.title), strict=True)]
    ordered = replace(options or FigureOptions(), other_first=found.first)
    return page(sides, "original", hand.context.palette, ordered)


def near(frame: Image.Image, expected: Image.Image) -> bool:
    """True if a frame of a GIF, which has few colours, is this picture."""
    if frame.size != expected.size:
        return False
    return float(np.abs(np.asarray(frame).astype(int) - np.asarray(expected)).mean()) < 1.5


def test_the_clipboard_gets_both(compared: Hand) -> None:
    compared.key(Qt.Key.Key_C, BOTH)
    clipboard = QApplication.clipboard()
    compared.wait(lambda: (held := clipboard.mimeData()) is not None and held.hasFormat("image/svg+xml"))
    data = clipboard.mimeData()
    with Image.open(io.BytesIO(data.data("image/png").data())) as found:
        assert np.array_equal(np.asarray(found), np.asarray(picture(seen(compared), 2.0)))
    svg = data.data("image/svg+xml").data().decode()
    assert ">Small copy 1<" in svg
    assert ">Small<" in svg


def test_a_title_stands_over_both_and_each_keeps_its_own(compared: Hand, tmp_path: Path) -> None:
    dialog = opened(compared, "picture", tmp_path)
    choose(dialog.format, "svg")
    QTest.keyClicks(dialog.title, "Where is the cheese?")
    svg = export(compared, dialog).read_text()
    assert svg.count(">Where is the cheese?<") == svg.count(">Small copy 1<") == svg.count(">Small<") == 1


def test_a_movie_of_the_rollout_walks_both(compared: Hand, tmp_path: Path) -> None:
    # A policy that walks to the cheese: one that strays would make a movie of 500 steps.
    maze_edits.open_policy(compared.document, load_policy(default_policy_path()))
    settled(compared)
    playback = compared.window.playback
    compared.wait(lambda: playback.player.fresh and playback.compared.rollouts is not None)
    assert 0 < playback.player.last < 20
    dialog = opened(compared, "rollout", tmp_path)
    QTest.keyClicks(dialog.title, "Both")
    said = dialog.pixels.text()
    path = export(compared, dialog)
    frames = [frame for frame, _ in gif_frames(path)]
    assert said == f"{frames[0].width} × {frames[0].height} pixels"
    assert all(frame.width == picture(seen(compared), 0.5).width for frame in frames)
    # Something moves on either half.
    first, last = np.asarray(frames[0]).astype(int), np.asarray(frames[-1])
    middle = first.shape[1] // 2
    top = first.shape[0] // 5
    for half in (slice(0, middle), slice(middle, None)):
        assert np.abs(first[top:, half] - last[top:, half]).max() > 60
    with Image.open(path) as gif:
        recipe = json.loads(gif.info["comment"])
    assert recipe["movie"] == "rollout"
    assert from_json(recipe["beside"]["maze"]) == companion(compared).document.state.maze


def test_a_movie_of_a_sweep_sweeps_both(compared: Hand, tmp_path: Path) -> None:
    patch_edits.add_patch(compared.document, Noise(sigma=1.0))
    settled(compared)
    dialog = opened(compared, "sweep", tmp_path)
    choose(dialog.format, "mp4")
    dialog.sweep.count.selectAll()
    QTest.keyClicks(dialog.sweep.count, "3")
    path = export(compared, dialog)
    expected = picture(seen(compared, FigureOptions(note=" ")), 0.5)
    with av.open(str(path)) as movie:
        shown = [frame.to_image() for frame in movie.decode(video=0)]
    assert len(shown) == 4
    assert {abs(frame.width - expected.width) for frame in shown} <= {0, 1}
    assert {abs(frame.height - expected.height) for frame in shown} <= {0, 1}


def test_a_movie_of_edits_begins_when_both_were_there_and_shows_both(own_hand: Hand, tmp_path: Path) -> None:
    hand = own_hand
    hand.context.settings.set("export.fps", 3)
    hand.drag(shifted(1, 2), shifted(1, 3))
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    settled(hand)
    start = picture(seen(hand, FigureOptions(note="no patches", steady=True)), 0.5)
    maze_edits.move_cheese(hand.document, (5, 8))
    settled(hand)
    hand.key(Qt.Key.Key_X)
    settled(hand)
    path = export(hand, opened(hand, "edits", tmp_path))
    frames = [frame for frame, _ in gif_frames(path)]
    assert near(frames[0], start)
    assert near(frames[-1], picture(seen(hand, FigureOptions(note="no patches", steady=True)), 0.5))


def test_a_movie_of_edits_under_two_policies_that_changed_places(own_hand: Hand, tmp_path: Path) -> None:
    hand = own_hand
    hand.context.settings.set("export.fps", 3)
    first = hand.document.state.policy
    second = policy_of(random_network(1, 5), "b")
    hand.window.compare.with_policy(second)
    start = picture(seen(hand, FigureOptions(note="no patches", steady=True)), 0.5)
    hand.key(Qt.Key.Key_X)
    assert (hand.document.state.policy, companion(hand).document.state.policy) == (second, first)
    settled(hand)
    frames = [frame for frame, _ in gif_frames(export(hand, opened(hand, "edits", tmp_path)))]
    assert len(frames) == 2
    assert near(frames[0], start)
    assert near(frames[1], picture(seen(hand, FigureOptions(note="no patches", steady=True)), 0.5))


@pytest.mark.parametrize("suffix", ["csv", "npz"])
def test_the_numbers_of_both(compared: Hand, tmp_path: Path, suffix: str) -> None:
    dialog = opened(compared, "numbers", tmp_path)
    choose(dialog.format, suffix)
    path = export(compared, dialog)
    front, other = settled(compared)
    assert front.request.maze != other.request.maze
    if suffix == "npz":
        with np.load(path) as found:
            np.testing.assert_array_equal(found["probs"], front.original.probs)
            np.testing.assert_array_equal(found["beside_probs"], other.original.probs)
            np.testing.assert_array_equal(found["beside_squares"], other.original.squares)
            np.testing.assert_array_equal(found["beside_grid"], other.request.maze.grid)
            recipe = json.loads(str(found["recipe"]))
    else:
        text = path.read_text()
        recipe = json.loads(text.splitlines()[0][2:])
        lines = list(csv.DictReader(text.splitlines()[1:]))
        assert [line["side"] for line in lines] == ["front"] * len(front.original.squares) + ["beside"] * len(
            other.original.squares
        )
        values = [float(line["p_left"]) for line in lines if line["side"] == "beside"]
        np.testing.assert_allclose(values, other.original.probs[:, 0], rtol=1e-6)
    assert (recipe["title"], recipe["beside"]["title"]) == ("Small copy 1", "Small")
    assert from_json(recipe["beside"]["maze"]) == other.request.maze
