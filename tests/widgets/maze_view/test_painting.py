"""Pixels of the canvas: those of the exports, and the same however they were painted."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.document import maze_edits, patch_edits
from app.drawing.figure import FigureOptions, figure
from app.export.images import png_bytes
from app.interventions.patches import Zero
from tests.pictures import level, random_field, result_of
from tests.widgets.conftest import Hand, MakeHand
from widgets.maze_view.canvas import MazeCanvas
from widgets.maze_view.pane_arrangement import EDGE
from widgets.maze_view.shown_fields import ShownFields

CELL = 20
"""Pixels: as many as a square of the exported picture has, and the canvas's edge is of whole ones."""


def pixels(canvas: MazeCanvas) -> np.ndarray:
    """(height, width, 3): what the canvas shows once all that was asked for is painted."""
    QApplication.processEvents()
    image = canvas.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def painted_again(hand: Hand) -> np.ndarray:
    """The canvas when all of it is painted."""
    hand.window.maze_view.picture._redraw()
    return pixels(hand.window.maze_view.canvas)


def blurred(image: np.ndarray) -> np.ndarray:
    """Each pixel's mean with its neighbours: where an edge is smoothed is not where another painter smooths it."""
    padded = np.pad(image.astype(float), ((1, 1), (1, 1), (0, 0)), mode="edge")
    shifted = [padded[row : row + image.shape[0], col : col + image.shape[1]] for row in range(3) for col in range(3)]
    return np.mean(shifted, axis=0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_canvas_shows_what_an_export_holds(make_hand: MakeHand, theme: str) -> None:
    maze = level(dim=11)
    hand = make_hand(maze, engine=False)
    hand.context.set_theme(theme)
    result = result_of(random_field(maze, 0), random_field(maze, 1))
    view = hand.window.maze_view
    side = round(CELL * (maze.world + 2 * EDGE))
    for mode in ("original", "difference"):
        hand.context.view.set_mode(mode)
        pair = (result.original, result.patched)
        view.picture._show(ShownFields(pair, pair))
        view.canvas.setFixedSize(side, side)
        QApplication.processEvents()
        view.canvas.fit(whole_world=True)
        edge = round(CELL * EDGE)
        shown = pixels(view.canvas)[edge:-edge, edge:-edge]
        options = FigureOptions(show_numbers=False, show_legend=False, whole_world=True)
        drawn = figure(result, mode, hand.context.palette, options)
        exported = Image.open(io.BytesIO(png_bytes(drawn, {}, scale=CELL / 32)))
        margin = round(CELL * 0.75)
        corner = (margin, exported.height - margin - CELL * maze.world)
        held = np.asarray(exported.convert("RGB").crop((*corner, *(np.add(corner, CELL * maze.world)))), dtype=int)
        far = np.abs(blurred(shown) - blurred(held)).max(axis=2)
        assert far.mean() < 1
        # Thin lines of the mouse and the cheese are where the painters differ more; no arrow is as thin.
        for row, col in (maze.mouse, maze.cheese or maze.mouse):
            far[(maze.world - 1 - row) * CELL :][:CELL, col * CELL :][:, :CELL] = 0
        assert far.max() < 40, np.unravel_index(far.argmax(), far.shape)


def test_only_what_changes_is_painted_and_nothing_old_is_left(make_hand: MakeHand) -> None:
    hand = make_hand(level(dim=11))
    document = hand.document
    hand.context.view.set_mode("original")

    def edits() -> Iterator[None]:
        hand.press((4, 2))
        for col in (3, 4, 5, 6):
            hand.move((4, col))
            yield
        hand.release((4, 6))
        yield
        maze_edits.move_cheese(document, (12, 12))
        yield
        maze_edits.move_mouse(document, (7, 4))
        yield
        patch_edits.add_patch(document, Zero(channels=(3, 5)))
        yield
        hand.context.view.set_mode("difference")
        yield
        document.undo()
        yield

    for _ in edits():
        hand.answered()
        shown = pixels(hand.window.maze_view.canvas)
        far = np.abs(shown - painted_again(hand)).max(axis=2)
        # Where a smoothed edge is clipped, it is rounded otherwise; what is left of an arrow would be far more.
        assert far.max() <= 12, (np.argwhere(far)[0], far.max(), (far > 0).sum())


def test_during_a_drag_actions_follow_by_the_frame_and_at_its_end_at_once(shared_hand: Hand) -> None:
    document, undo = shared_hand.document, shared_hand.context.actions["edit.undo"]
    named: list[str] = []
    undo.changed.connect(lambda: named.append(undo.text()))
    document.begin("Paint walls")
    for number, square in enumerate(((5, 6), (5, 7), (5, 8), (6, 5), (7, 5))):
        maze_edits.paint_walls(document, (square,), not document.state.maze.is_wall(square))
        if number == 0:
            assert undo.isEnabled(), "the first change can be undone at once"
            named.clear()
    assert named == [], "no frame has been painted meanwhile"
    document.end()
    assert undo.isEnabled()
    assert undo.text() == named[-1] == "Undo paint walls"
