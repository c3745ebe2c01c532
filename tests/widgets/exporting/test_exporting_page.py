"""Background, legend and numbers of an export, its movie's codec and speed, and what tables say at a glance."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document import maze_edits
from app.drawing.colour import rgb
from app.drawing.figure import FigureOptions, figure
from app.drawing.palette import DARK, LIGHT
from app.drawing.rollout_shapes import rollout_overlays
from app.export.encoders import encoder_for
from app.export.images import picture
from app.field.measures import decision_probabilities
from tests.widgets.conftest import Hand
from tests.widgets.exporting.test_exporting import choose, export, gif_frames, opened
from widgets.exporting.page_options import WHITE


@pytest.fixture
def hand(shared_hand: Hand) -> Hand:
    """The module's window, put back as it was before each test."""
    return shared_hand


def is_made_of(image: Image.Image, colour: str) -> bool:
    return bool((np.asarray(image.convert("RGB")) == rgb(colour)).all(axis=2).any())


def test_a_dark_window_exports_a_white_page_with_colours_to_read_on_it(hand: Hand, tmp_path: Path) -> None:
    hand.context.set_theme("dark")
    hand.wait(lambda: hand.window.playback.player.fresh)
    player = hand.window.playback.player
    player.seek(2)
    dialog = opened(hand, "picture", tmp_path)
    assert dialog.background.currentData() == "seen"
    choose(dialog.background, "white")
    path = export(hand, dialog)
    latest, walks = hand.context.bridge.latest, player.rollouts
    assert latest is not None
    assert walks is not None
    over = rollout_overlays(walks, 2, LIGHT, side_by_side=False)
    drawn = figure(latest, "original", WHITE, FigureOptions(overlays=over, draw_mouse=False))
    with Image.open(path) as found:
        assert np.array_equal(np.asarray(found), np.asarray(picture(drawn, 0.5)))
        assert found.getpixel((0, 0)) == (255, 255, 255)
        assert not is_made_of(found, DARK.original)
        recipe = json.loads(found.text["Mazescope"])  # type: ignore[attr-defined]
    assert (recipe["background"], recipe["palette"]) == ("#ffffff", "light")
    assert (recipe["legend"], recipe["numbers"]) == (True, True)
    again = opened(hand, "picture", tmp_path)
    assert again.background.currentData() == "white", "it is remembered"
    choose(again.background, "seen")
    with Image.open(export(hand, again)) as found:
        assert found.getpixel((0, 0)) == rgb(DARK.window)
        assert is_made_of(found, DARK.original)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_a_transparent_page(hand: Hand, tmp_path: Path, suffix: str) -> None:
    dialog = opened(hand, "picture", tmp_path)
    choose(dialog.format, suffix)
    choose(dialog.background, "transparent")
    content = export(hand, dialog).read_bytes()
    if suffix == "png":
        with Image.open(io.BytesIO(content)) as found:
            assert found.getpixel((0, 0))[3] == 0  # type: ignore[index]
    elif suffix == "svg":
        assert b"<rect" not in content
        assert b'"background":"transparent"' in content.replace(b"&quot;", b'"')
    else:
        assert content.startswith(b"%PDF")


def test_legend_and_numbers_can_be_left_out_and_copy_figure_keeps_to_it(hand: Hand, tmp_path: Path) -> None:
    dialog = opened(hand, "picture", tmp_path)
    whole = dialog.pixels.text()
    assert dialog.legend.isChecked()
    assert dialog.numbers.isChecked()
    for box in (dialog.legend, dialog.numbers):
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Space)
    choose(dialog.background, "transparent")
    assert dialog.pixels.text() != whole, "the page is lower"
    path = export(hand, dialog)
    latest = hand.context.bridge.latest
    assert latest is not None
    bare = figure(latest, "original", LIGHT, FigureOptions(show_legend=False, show_numbers=False))
    with Image.open(path) as found:
        assert found.size == picture(bare, 0.5).size
        recipe = json.loads(found.text["Mazescope"])  # type: ignore[attr-defined]
    assert (recipe["legend"], recipe["numbers"]) == (False, False)
    hand.window.activateWindow()
    hand.context.actions.trigger("export.copy")
    clipboard = QApplication.clipboard()
    hand.wait(lambda: (held := clipboard.mimeData()) is not None and held.hasFormat("image/png"))
    with Image.open(io.BytesIO(clipboard.mimeData().data("image/png").data())) as copied:
        assert copied.size == picture(bare, 2).size
        assert copied.getpixel((0, 0))[3] == 0  # type: ignore[index]
    again = opened(hand, "picture", tmp_path)
    assert (again.legend.isChecked(), again.numbers.isChecked()) == (False, False)
    choose(again.what, "numbers")
    assert not again.legend.isVisible()
    assert not again.background.isVisible()
    choose(again.what, "rollout")
    assert again.background.findData("transparent") == -1, "movies are opaque"
    assert again.background.currentData() == "seen"
    QTest.mouseClick(again.close_button, Qt.MouseButton.LeftButton)


def test_a_movie_on_white_of_the_speed_that_the_bar_has(hand: Hand, tmp_path: Path) -> None:
    hand.context.set_theme("dark")
    hand.wait(lambda: hand.window.playback.player.fresh)
    hand.window.playback.player.set_speed(25)
    dialog = opened(hand, "rollout", tmp_path)
    choose(dialog.format, "gif")
    assert dialog.fps.value() == 25
    choose(dialog.what, "edits")
    assert dialog.fps.value() == 10
    choose(dialog.what, "rollout")
    assert dialog.fps.value() == 25
    choose(dialog.background, "white")
    frames = gif_frames(export(hand, dialog))
    assert {duration for _, duration in frames[:-1]} == {40}
    assert frames[0][0].getpixel((0, 0)) == (255, 255, 255)
    assert hand.context.settings.get("export.background.movie") == "white"
    assert hand.context.settings.get("export.fps") is None, "the bar's speed is the rollout's alone"


def test_the_dialog_says_what_an_mp4_will_be(own_hand: Hand, tmp_path: Path) -> None:
    hand = own_hand
    maze_edits.move_cheese(hand.document, (5, 8))
    hand.answered()
    dialog = opened(hand, "edits", tmp_path)
    assert not dialog.plays.label.isVisible()
    choose(dialog.format, "mp4")
    hand.wait(lambda: bool(dialog.plays.label.text()))
    assert dialog.plays.label.isVisible()
    said = dialog.plays.label.text()
    with av.open(str(export(hand, dialog))) as movie:
        stream = movie.streams.video[0]
        name, size = stream.codec_context.name, (stream.width, stream.height)
    assert said == encoder_for(*size).plays
    assert said.startswith({"h264": "H.264", "vp9": "VP9", "libvpx-vp9": "VP9"}[name])


def test_tables_say_what_came_of_the_mouse(hand: Hand, tmp_path: Path) -> None:
    maze_edits.move_cheese(hand.document, (5, 8))
    hand.answered()
    hand.wait(lambda: hand.window.playback.player.fresh)
    walks = hand.window.playback.player.rollouts
    assert walks is not None
    dialog = opened(hand, "numbers", tmp_path)
    choose(dialog.format, "csv")
    text = export(hand, dialog).read_text()
    assert json.loads(text.splitlines()[0][2:])["rollout"] == {"sampled": False, "seed": 0}
    line = next(csv.DictReader(text.splitlines()[1:]))
    assert line["rollout_moves"] == "greedy"
    assert (int(line["rollout_steps"]), int(line["rollout_reached"])) == (walks.original.steps, walks.original.reached)
    latest = hand.context.bridge.latest
    assert latest is not None
    shown = decision_probabilities(latest.original)
    assert (float(line["p_cheese"]), float(line["p_top_right"])) == pytest.approx(shown)


def test_a_pdf_has_the_title_that_was_typed(hand: Hand, tmp_path: Path) -> None:
    dialog = opened(hand, "picture", tmp_path)
    choose(dialog.format, "pdf")
    QTest.keyClicks(dialog.title, "Two ways")
    content = export(hand, dialog).read_bytes()
    assert b"/Title (Two ways)" in content
    assert b"Helvetica" not in content
