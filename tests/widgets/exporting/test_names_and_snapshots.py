"""Names of policy and patches on the page, its preview, the buttons after an export, and the page of snapshots."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog

from app.document import maze_edits, patch_edits
from app.document.view_mode import Mode
from app.drawing.figure import FigureOptions, figure
from app.drawing.shapes import Text
from app.drawing.side_by_side import joined
from app.drawing.source_line import source_line
from app.export.images import picture
from app.interventions.patches import AddVector
from tests.widgets.conftest import Hand
from tests.widgets.exporting.test_exporting import choose, export, opened
from tests.widgets.files.test_opening import drop, said

SHIFT = Qt.KeyboardModifier.ShiftModifier


class Opened(QObject):
    """Takes the addresses that the program asks the system to open."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[Path] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        """One address."""
        self.paths.append(Path(url.toLocalFile()))


def words(drawn: object) -> list[str]:
    return [shape.text for shape in drawn.shapes if isinstance(shape, Text)]  # type: ignore[attr-defined]


def test_policy_and_patches_are_named_on_every_page_and_the_file_is_opened_after_it(hand: Hand, tmp_path: Path) -> None:
    patch_edits.add_patch(hand.document, AddVector(coefficient=-1.0))
    hand.answered()
    line = "small · −1 × cheese vector at block2.res1.resadd"
    state = hand.document.state
    assert state.policy is not None
    assert source_line(state.policy, state.stack) == line
    assert hand.window.windowTitle() == f"Small[*] — {line} — Mazescope"
    dialog = opened(hand, "rollout", tmp_path)
    for what in ("picture", "rollout", "sweep", "edits"):
        choose(dialog.what, what)
        assert dialog.preview.figure is not None
        assert not any("small" in text for text in words(dialog.preview.figure))
    QTest.mouseClick(dialog.names, Qt.MouseButton.LeftButton)
    for what in ("picture", "rollout", "sweep", "edits"):
        choose(dialog.what, what)
        dialog.names.setChecked(True)
        drawn = dialog.preview.figure
        assert drawn is not None
        # A sweep and a movie of edits say the patches in their own line.
        assert (line if what in ("picture", "rollout") else "small") in words(drawn)
        assert dialog.preview.page_rect().width() > 0
    choose(dialog.what, "picture")
    choose(dialog.scale, "0.5")
    dialog.names.setChecked(True)
    path = export(hand, dialog)
    latest = hand.context.bridge.latest
    assert latest is not None
    expected = figure(latest, Mode.ORIGINAL, hand.context.palette, FigureOptions(source=line))
    with Image.open(path) as found:
        assert np.array_equal(np.asarray(found), np.asarray(picture(expected, 0.5)))
    bar, seen = hand.window.message_bar, Opened()
    assert [button.text() for button in bar.buttons] == ["Open", "Show in folder"]
    QDesktopServices.setUrlHandler("file", seen, "take")
    try:
        for button in bar.buttons:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        path.unlink()
        hand.context.actions.trigger("export.open_last")
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert seen.paths == [path, tmp_path]
    assert "is gone" in bar.label.text()


def kept(hand: Hand, name: str) -> None:
    """Keep a snapshot by its key, and a name that is typed."""
    hand.window.maze_view.canvas.setFocus()
    hand.key(Qt.Key.Key_S, SHIFT)
    (dialog,) = hand.window.findChildren(QInputDialog)
    if name:
        dialog.setTextValue(name)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    hand.wait(lambda: not hand.window.findChildren(QInputDialog))
    hand.window.activateWindow()
    hand.wait(hand.window.isActiveWindow)
    hand.window.maze_view.canvas.setFocus()


def test_snapshots_are_flipped_by_one_key_and_exported_next_to_each_other(hand: Hand, tmp_path: Path) -> None:
    first = hand.document.state
    kept(hand, "")
    patch_edits.add_patch(hand.document, AddVector(coefficient=-1.0))
    hand.context.view.set_mode(Mode.PATCHED)
    second = hand.document.state
    hand.key(Qt.Key.Key_S)
    assert hand.document.state.stack == first.stack
    assert hand.context.view.mode is Mode.ORIGINAL
    hand.key(Qt.Key.Key_S)
    assert hand.document.state.stack == second.stack, "with one, back to what was open"
    assert hand.context.view.mode is Mode.PATCHED
    maze_edits.remove_cheese(hand.document)
    kept(hand, "steered")
    assert [snapshot.name for snapshot in hand.document.state.snapshots] == ["A", "steered"]
    undoable = len(hand.document.history.done)
    for maze, stack in ((first.maze, first.stack), (second.maze.with_cheese(None), second.stack)):
        hand.key(Qt.Key.Key_S)
        assert (hand.maze, hand.document.state.stack) == (maze, stack)
    assert len(hand.document.history.done) <= undoable + 1, "flips in a row are one undo"
    hand.answered()
    dialog = opened(hand, "snapshots", tmp_path)
    hand.wait(lambda: dialog.preview.figure is not None)
    path = export(hand, dialog)
    palette, engine = hand.context.palette, hand.context.bridge.engine
    latest = hand.context.bridge.latest
    assert latest is not None
    assert engine is not None
    pages = []
    for snapshot, mode in zip(hand.document.state.snapshots, (Mode.ORIGINAL, Mode.PATCHED), strict=True):
        result = engine.compute(replace(latest.request, maze=snapshot.maze, stack=snapshot.stack))
        pages.append(figure(result, mode, palette, FigureOptions(title=snapshot.name)))
    with Image.open(path) as found:
        assert np.array_equal(np.asarray(found), np.asarray(picture(joined(pages, palette), 0.5)))
        recipe = json.loads(found.text["Mazescope"])  # type: ignore[attr-defined]
    assert [each["title"] for each in recipe["snapshots"]] == ["A", "steered"]
    # Opened again it brings them all; those of here keep their names.
    before = hand.document.state
    drop(hand, path)
    state = hand.document.state
    assert [(each.name, each.maze, each.stack) for each in state.snapshots[2:]] == [
        (name, each.maze, each.stack) for name, each in zip("BC", before.snapshots, strict=True)
    ]
    assert "its 2 snapshots" in said(hand)
    hand.document.undo()
    assert hand.document.state == before
    # Named, they are in line with each other whatever their patches are.
    hand.context.settings.set("export.names", True)
    dialog = hand.window.exports.open("snapshots")
    hand.wait(lambda: dialog.preview.figure is not None)
    drawn = dialog.preview.figure
    assert drawn is not None
    captions = [shape for shape in drawn.shapes if isinstance(shape, Text) and shape.text in ("Original", "Patched")]
    assert len({round(caption.y, 6) for caption in captions if caption.weight == "semibold"}) == 1
    assert sum(text.startswith("small") for text in words(drawn)) == 2
    dialog.close()
    hand.context.actions.trigger("snapshots.delete")
    assert [snapshot.name for snapshot in hand.document.state.snapshots] == ["A"]
    hand.document.undo()
    assert len(hand.document.state.snapshots) == 2
    QApplication.processEvents()
