"""Exports by real gestures: files read back, the clipboard, progress, cancel, and failures."""

from __future__ import annotations

import io
import json
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from app.document import maze_edits, patch_edits
from app.drawing.arrow_look import ArrowLook
from app.drawing.field_shapes import field_shapes
from app.drawing.figure import FigureOptions, figure
from app.drawing.palette import LIGHT
from app.drawing.rollout_shapes import rollout_overlays
from app.drawing.side_by_side import joined
from app.export.images import picture
from app.field.requests import FieldResult
from app.field.square_layers import LayerKind
from app.interventions.patches import Noise, Scale, Zero
from app.maze.maze_file import from_json
from tests.widgets.conftest import Hand, MakeHand
from widgets.exporting.export_dialog import ExportDialog


@pytest.fixture
def hand(shared_hand: Hand) -> Hand:
    """The module's window, put back as it was before each test."""
    return shared_hand


def opened(hand: Hand, what: str, folder: Path) -> ExportDialog:
    """The dialog on one kind of export, into a folder."""
    hand.context.settings.set("export.folder", str(folder))
    hand.window.activateWindow()
    hand.wait(hand.window.isActiveWindow)
    hand.window.maze_view.canvas.setFocus()
    hand.key(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = hand.window.exports.dialog
    assert dialog is not None
    hand.qtbot.waitExposed(dialog)
    choose(dialog.what, what)
    choose(dialog.scale, "0.5")
    return dialog


def choose(box: QComboBox, value: str) -> None:
    """Choose in a combo box by its arrow keys."""
    box.setFocus()
    for _ in range(box.count()):
        QTest.keyClick(box, Qt.Key.Key_Up)
    for _ in range(box.findData(value)):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentData() == value


def export(hand: Hand, dialog: ExportDialog) -> Path:
    """Press Export, and wait for the file."""
    path = Path(dialog.path.text())
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    # A movie of two mice has a thousand pictures to paint.
    hand.wait(lambda: hand.window.exports.dialog is None, timeout=120_000)
    return path


def latest_of(hand: Hand) -> FieldResult:
    """The field that is shown."""
    latest = hand.context.bridge.latest
    assert latest is not None
    return latest


def gif_frames(path: Path) -> list[tuple[Image.Image, int]]:
    found = []
    with Image.open(path) as gif:
        for at in range(gif.n_frames):
            gif.seek(at)
            found.append((gif.convert("RGB"), gif.info["duration"]))
    return found


def test_a_png_holds_what_is_seen_and_its_recipe(hand: Hand, tmp_path: Path) -> None:
    patch_edits.add_patch(hand.document, Noise(sigma=5.0))
    hand.window.maze_view.canvas.setFocus()
    hand.key(Qt.Key.Key_4)
    hand.answered()
    choose(hand.window.gain, "5")
    hand.context.actions.trigger("view.each_move")
    look = ArrowLook(gain=5, each_move=True)
    view = hand.window.maze_view
    assert view.picture.shapes("patched") == field_shapes(latest_of(hand).patched, LIGHT, "patched", look=look)
    assert [pane.title.text() for pane in view.panes.values()] == ["Original", "Patched", "Difference × 5"]
    dialog = opened(hand, "picture", tmp_path)
    QTest.keyClicks(dialog.title, "A figure")
    path = export(hand, dialog)
    assert path == tmp_path / "Small.png"
    latest = latest_of(hand)
    drawn = figure(latest, "side_by_side", hand.context.palette, FigureOptions(title="A figure", look=look))
    with Image.open(path) as found:
        assert np.array_equal(np.asarray(found), np.asarray(picture(drawn, 0.5)))
        recipe = json.loads(found.text["Mazescope"])  # type: ignore[attr-defined]
    assert from_json(recipe["maze"]) == hand.maze
    assert recipe["policy"]["weights_sha256"] == latest.request.policy.weights_hash
    assert "noise" in json.dumps(recipe["patches"])
    assert (recipe["view"], recipe["edited"]) == ("side_by_side", False)
    assert recipe["arrows"] == {"gain": 5, "each_move": True}


def test_what_the_legend_and_the_rollout_show_is_exported_too(hand: Hand, tmp_path: Path) -> None:
    hand.wait(lambda: hand.window.playback.player.fresh)
    player = hand.window.playback.player
    player.seek(1)
    hand.context.actions.trigger("view.legend")
    path = export(hand, opened(hand, "picture", tmp_path))
    latest, rollouts = hand.context.bridge.latest, player.rollouts
    assert latest is not None
    assert rollouts is not None
    over = rollout_overlays(rollouts, 1, hand.context.palette, side_by_side=False)
    options = FigureOptions(show_legend=False, overlays=over, draw_mouse=False)
    drawn = figure(latest, "original", hand.context.palette, options)
    with Image.open(path) as found:
        assert np.array_equal(np.asarray(found), np.asarray(picture(drawn, 0.5)))


def test_a_comparison_is_exported_as_two_beside_each_other(hand: Hand, tmp_path: Path) -> None:
    hand.context.actions.trigger("compare.maze")
    maze_edits.move_cheese(hand.document, (5, 8))
    hand.answered()
    companion = hand.window.maze_view.companion
    assert companion is not None
    hand.wait(lambda: companion.bridge.latest is not None and not companion.bridge.busy)
    path = export(hand, opened(hand, "picture", tmp_path))
    latest, other = hand.context.bridge.latest, companion.bridge.latest
    assert latest is not None
    assert other is not None
    assert other.request.maze != latest.request.maze
    pages = [
        figure(result, "original", hand.context.palette, FigureOptions(title=title))
        # In the order of their tabs: what was copied, and the copy, which is in front.
        for result, title in ((other, companion.title), (latest, companion.front_title))
    ]
    with Image.open(path) as found:
        assert np.array_equal(np.asarray(found), np.asarray(picture(joined(pages, hand.context.palette), 0.5)))
        recipe = json.loads(found.text["Mazescope"])  # type: ignore[attr-defined]
    assert from_json(recipe["beside"]["maze"]) == other.request.maze


def test_mice_of_an_older_maze_are_not_exported(hand: Hand, tmp_path: Path) -> None:
    player = hand.window.playback.player
    hand.wait(lambda: player.fresh)
    player.seek(1)
    hand.window.playback.player._loader._calm.setInterval(60_000)
    maze_edits.move_cheese(hand.document, (5, 8))
    hand.answered()
    dialog = opened(hand, "picture", tmp_path)
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert "out of date" in dialog.said.text()
    player.restart()
    export(hand, dialog)


@pytest.mark.parametrize(
    ("what", "suffix", "begins"),
    [("picture", "svg", b"<?xml"), ("picture", "pdf", b"%PDF"), ("numbers", "csv", b"# {"), ("numbers", "npz", b"PK")],
)
def test_every_other_kind_of_file(hand: Hand, tmp_path: Path, what: str, suffix: str, begins: bytes) -> None:
    dialog = opened(hand, what, tmp_path)
    choose(dialog.format, suffix)
    path = export(hand, dialog)
    assert path.suffix == f".{suffix}"
    assert path.read_bytes().startswith(begins)


def test_a_movie_of_the_rollout(hand: Hand, tmp_path: Path) -> None:
    hand.wait(lambda: hand.window.playback.player.fresh)
    rollouts = hand.window.playback.player.rollouts
    assert rollouts is not None
    hand.window.square_layers.choose(LayerKind.VALUE)
    under = hand.window.maze_view.picture.under
    path = export(hand, opened(hand, "rollout", tmp_path))
    frames = gif_frames(path)
    over = rollout_overlays(rollouts, 0, LIGHT, side_by_side=False)
    options = FigureOptions(note="Step 0", under=under, overlays=over, draw_mouse=False, steady=True)
    expected = picture(figure(latest_of(hand), "original", LIGHT, options), 0.5)
    assert np.abs(np.asarray(frames[0][0]).astype(int) - np.asarray(expected)).mean() < 4
    assert sum(duration for _, duration in frames) == 200 * (rollouts.news + 1 + 6), "as quick as the bar has it"
    with Image.open(path) as gif:
        recipe = json.loads(gif.info["comment"])
    assert recipe["movie"] == "rollout"
    assert recipe["steps"] == rollouts.news


def test_a_movie_of_a_sweep_as_mp4(hand: Hand, tmp_path: Path) -> None:
    dialog = opened(hand, "sweep", tmp_path)
    assert not dialog.go.isEnabled()
    assert dialog.sweep.none.isVisible()
    patch_edits.add_patch(hand.document, Zero(channels=(0,)))
    patch_edits.add_patch(hand.document, Noise(sigma=1.0))
    hand.answered()
    assert dialog.sweep.number.currentText() == "Patch 2 (noise patch): sigma"
    choose(dialog.format, "mp4")
    dialog.sweep.count.selectAll()
    QTest.keyClicks(dialog.sweep.count, "4")
    QTest.mouseClick(dialog.sweep.back, Qt.MouseButton.LeftButton)
    path = export(hand, dialog)
    with av.open(str(path)) as movie:
        shown = sum(1 for _ in movie.decode(video=0))
        recipe = json.loads(movie.metadata["comment"])
    assert shown == 4 + 12
    assert recipe["sweep"]["field"] == "sigma"


def test_a_movie_of_the_last_edits(own_hand: Hand, tmp_path: Path) -> None:
    hand = own_hand
    hand.drag((5, 6), (5, 7), (5, 8))
    maze_edits.move_cheese(hand.document, (9, 7))
    hand.answered()
    hand.context.settings.set("export.fps", 3)
    path = export(hand, opened(hand, "edits", tmp_path))
    frames = gif_frames(path)
    assert len(frames) >= 2
    first, last = frames[0][0], frames[-1][0]
    assert np.asarray(first).tobytes() != np.asarray(last).tobytes()


def test_numbers_that_cannot_be_are_told_in_a_sentence(hand: Hand, tmp_path: Path) -> None:
    patch_edits.add_patch(hand.document, Scale(positive=0.5))
    hand.answered()
    said: list[str] = []
    hand.context.offered.connect(lambda sentence, _: said.append(sentence))
    dialog = opened(hand, "sweep", tmp_path)
    choose(dialog.format, "gif")
    for field, typed in ((dialog.sweep.start, "99"), (dialog.sweep.count, "1"), (dialog.fps, "1000")):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, typed)
    QTest.keyClick(dialog.fps, Qt.Key.Key_Tab)
    expected = (
        "From: 99 is outside −10 to 10; set to 10. Values: 1 is outside 2 to 401; set to 2. "
        "Frames a second: 1000 is outside 1 to 30; set to 30."
    )
    assert dialog.said.text() == expected
    dialog.sweep.start.setFocus()
    dialog.sweep.start.selectAll()
    QTest.keyClicks(dialog.sweep.start, "0")
    assert not dialog.said.text().startswith("From"), "it was typed again"
    path = export(hand, dialog)
    assert said[-1] == f"Exported {path.name}. {expected.split('. ', 1)[1]}"
    assert len(gif_frames(path)) == 2


def test_cancel_ends_the_work_and_writes_nothing(hand: Hand, tmp_path: Path) -> None:
    patch_edits.add_patch(hand.document, Noise(sigma=1.0))
    hand.answered()
    dialog = opened(hand, "sweep", tmp_path)
    choose(dialog.scale, "2")
    heard: list[int] = []
    dialog._task.progressed.connect(lambda done, _: heard.append(done))
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert dialog.bar.isVisible()
    # The keyboard is with the only button there is now: Enter, pressed twice to export, cancels nothing.
    dialog.close_button.setFocus()
    QTest.keyClick(dialog.close_button, Qt.Key.Key_Return)
    assert dialog._task.busy
    assert not dialog.go.isEnabled()
    hand.wait(lambda: bool(heard))
    QTest.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    assert dialog.said.text() == "Nothing was written."
    hand.wait(lambda: not hand.context.busy)
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".json"]
    assert dialog.close_button.text() == "Close"
    QTest.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    hand.wait(lambda: hand.window.exports.dialog is None)


def test_a_file_that_cannot_be_written_is_told_and_can_be_named_anew(hand: Hand, tmp_path: Path) -> None:
    dialog = opened(hand, "picture", tmp_path)
    dialog.path.setFocus()
    dialog.path.selectAll()
    QTest.keyClicks(dialog.path, str(tmp_path / "missing" / "figure.png"))
    QTest.keyClick(dialog.path, Qt.Key.Key_Return)
    hand.wait(lambda: bool(dialog.said.text()))
    assert dialog.said.text() == "figure.png could not be written: No such file or directory."
    assert dialog.isVisible()
    assert dialog.path.hasFocus()
    hand.key(Qt.Key.Key_Return)
    hand.wait(lambda: not hand.context.busy and dialog.path.hasFocus())
    assert dialog.isVisible(), "Enter tries again, and throws nothing away"
    assert hand.context.settings.get("export.folder") == str(tmp_path), "only a folder that worked is proposed again"
    QTest.keyClicks(dialog.path, str(tmp_path / "figure.png"))
    assert dialog.path.text() == str(tmp_path / "figure.png"), "what is typed takes the place of the name"
    assert export(hand, dialog).is_file(), "it can be tried again elsewhere"


def test_a_mere_name_is_a_file_in_the_folder_of_the_last_export(
    hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "figures"
    elsewhere.mkdir()
    folder.mkdir()
    monkeypatch.chdir(elsewhere)
    dialog = opened(hand, "picture", folder)
    dialog.path.selectAll()
    QTest.keyClicks(dialog.path, "~nobody at all")
    assert dialog.go.isEnabled()
    dialog.path.selectAll()
    QTest.keyClicks(dialog.path, "3")
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    hand.wait(lambda: hand.window.exports.dialog is None)
    assert [path.name for path in folder.iterdir()] == ["3.png"]
    assert not list(elsewhere.iterdir())


def test_a_free_name_is_proposed_and_an_existing_one_is_said_to_be_replaced(hand: Hand, tmp_path: Path) -> None:
    for name in ("Small.png", "Small 2.png", "Small.svg"):
        (tmp_path / name).write_bytes(b"old")
    dialog = opened(hand, "picture", tmp_path)
    assert Path(dialog.path.text()) == tmp_path / "Small 3.png"
    assert dialog.go.text() == "Export"
    choose(dialog.format, "svg")
    assert Path(dialog.path.text()) == tmp_path / "Small 2.svg"
    choose(dialog.format, "pdf")
    assert Path(dialog.path.text()) == tmp_path / "Small.pdf"
    dialog.path.selectAll()
    QTest.keyClicks(dialog.path, "Small.png")
    choose(dialog.format, "svg")
    assert dialog.path.text() == "Small.svg", "a name that was typed stays"
    choose(dialog.format, "png")
    assert dialog.go.text() == "Replace"
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    hand.wait(lambda: hand.window.exports.dialog is None)
    assert (tmp_path / "Small.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "Small 2.png").read_bytes() == b"old"


def test_copy_figure_gives_a_picture_and_svg(hand: Hand) -> None:
    hand.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    clipboard = QApplication.clipboard()
    hand.wait(lambda: (held := clipboard.mimeData()) is not None and held.hasFormat("image/svg+xml"))
    data = clipboard.mimeData()
    assert data.hasImage()
    assert data.data("image/svg+xml").data().startswith(b"<?xml")
    with Image.open(io.BytesIO(data.data("image/png").data())) as found:
        assert "Mazescope" in found.text  # type: ignore[attr-defined]
        image = data.imageData()
        assert isinstance(image, QImage)
        assert (image.width(), image.height()) == found.size
    clipboard.clear()


def test_without_a_policy_it_says_what_is_missing(make_hand: MakeHand, tmp_path: Path) -> None:
    hand = make_hand(policy=None)
    dialog = opened(hand, "picture", tmp_path)
    assert not dialog.go.isEnabled()
    hand.context.actions.trigger("export.copy")
    assert "without a policy" in hand.window.message_bar.label.text()
    QTest.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)


def test_a_name_too_long_for_a_file_can_be_typed_and_is_refused(hand: Hand, tmp_path: Path) -> None:
    dialog = opened(hand, "picture", tmp_path)
    dialog.path.setText("x" * 5000)
    assert dialog.go.text() == "Export"
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    hand.wait(lambda: dialog.go.isEnabled() and hand.window.exports.dialog is dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
