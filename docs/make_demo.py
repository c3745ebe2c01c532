"""Record README's demos from the real window, by the gestures of a user: `python docs/make_demo.py [CLIP ...]`.

`demo` is what can be done, `why` is the explanation. Each is written as GIF and as MP4. The window runs on Qt's
offscreen platform. Every frame is grabbed when the window has answered, so the pace does not depend on the machine; the
pointer is drawn where the gestures are.
"""

# ruff: noqa: E402

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"

os.environ["MAZESCOPE_HOME"] = tempfile.mkdtemp(prefix="mazescope-demo-")
sys.path.insert(0, str(ROOT))

from docs.offscreen import large_screen

large_screen(1760, 1120)

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.document import maze_edits, patch_edits
from app.drawing.stacked_bars import segments
from app.field.square_layers import LayerKind
from app.interventions.patches import NO_PATCHES, AddVector, PatchStack
from app.maze.maze import Square
from app.maze.moves import MOVES
from app.maze.routes import shortest_path
from docs.demo_camera import FPS, SIZE, Camera, gif, mp4, rest, wait
from widgets.controls.number_field import UNIT, NumberSlider
from widgets.panels.patches.number_curve import NumberCurve
from widgets.services.log_file import log_qt_messages, start_log, stop_log
from widgets.services.settings import Settings
from widgets.startup.launch import application, open_window
from widgets.studies.study_page import StudyPage

PANEL = 340
"""The panel's width: no more than it needs, for the mazes' sake."""

WIDE_PANEL = 460
"""Size of the picture of a panel with plots and tables."""

WALK = 9
"""Number of squares of the path to the mouse along which the cheese is dragged."""

LEAST = -1.5
"""Coefficient of the cheese vector at the end of the sweep."""


def drag_cheese(camera: Camera) -> None:
    """The cheese goes for a walk and returns; the arrows follow."""
    window = camera.window
    canvas, maze = window.maze_view.canvas, window.context.document.state.maze
    assert maze.cheese is not None
    path = shortest_path(maze, maze.cheese, maze.mouse)
    assert path is not None
    away = path[:WALK]
    tour: list[Square] = [*away, *away[-2::-1]]
    camera.glide(canvas, canvas.pixel_at(tour[0]), 8)
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=canvas.pixel_at(tour[0]))
    for square in tour:
        QTest.mouseMove(canvas.viewport(), canvas.pixel_at(square))
        camera.put(canvas, canvas.pixel_at(square))
        camera.shoot(2)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=canvas.pixel_at(tour[-1]))
    camera.shoot(2)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))


def side_by_side(camera: Camera) -> None:
    """All three fields, under a cheese vector that does nothing yet."""
    window = camera.window
    button = window.view_switch.buttons["side_by_side"]
    camera.glide(button, button.rect().center())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    camera.shoot(6)
    patch_edits.add_patch(window.context.document, AddVector(vector="cheese", coefficient=0.0))
    camera.shoot(5)


def sweep(camera: Camera) -> None:
    """The cheese vector's coefficient, by its slider."""
    window = camera.window
    slider = next(found for found in window.findChildren(NumberSlider) if found.isVisible())
    middle = slider.height() // 2
    camera.glide(slider, QPoint(slider.handle_x(), middle), 8)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.handle_x(), middle))
    place, seen = QPoint(slider.handle_x(), middle), slider.value()
    while slider.value() > UNIT * LEAST:
        place.setX(place.x() - 1)
        QTest.mouseMove(slider, place)
        camera.put(slider, place)
        if slider.value() != seen:
            seen = slider.value()
            camera.shoot(2)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=place)
    camera.shoot(8)


def watch(camera: Camera) -> None:
    """Both mice."""
    window = camera.window
    playback = window.playback
    button = playback.bar.buttons["playback.forward"]
    camera.glide(button, button.rect().center(), 8)
    found = playback.player.rollouts
    assert found is not None
    for step in range(playback.player.last):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        camera.shoot(2 if step < found.original.steps else 1)
    camera.shoot(30)


# --- the explanation ------------------------------------------------------------------------------------------------


def curve(camera: Camera) -> None:
    """The curve under the vector's slider, and its handle dragged along it."""
    window = camera.window
    document = window.context.document
    maze_edits.set_stack(document, "Add the cheese vector", PatchStack((AddVector(vector="cheese", coefficient=0.0),)))
    window.context.view.set_mode("patched")
    camera.shoot(8)
    found = next(each for each in window.findChildren(NumberCurve) if each.isVisible())
    camera.click(found.folding.button)
    wait(lambda: found.plot.plot is not None and not found.plot.stale)
    camera.shoot(10)
    canvas = found.plot._canvas
    box = canvas.getPlotItem().vb
    middle = box.viewRect().center().y()

    def place(x: float) -> QPoint:
        at = box.mapViewToScene(box.viewRect().center())
        at.setX(box.mapViewToScene(box.viewRect().center().__class__(x, middle)).x())
        return at.toPoint()

    camera.glide(canvas, place(0.0))
    for tenth in (*range(-1, -13, -1), *range(-10, 23, 3)):
        QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=place(tenth / 10))
        camera.put(canvas, place(tenth / 10))
        camera.shoot(2)
    camera.shoot(8)


def pushes(camera: Camera) -> None:
    """The channels that push at the decision square, where the strongest speaks, and the field without it."""
    window = camera.window
    maze_edits.set_stack(window.context.document, "Without patches", NO_PATCHES)
    window.context.view.set_mode("original")
    window.docks.bring("explain")
    window.resizeDocks([window.docks.docks["explain"]], [WIDE_PANEL], Qt.Orientation.Horizontal)
    page = window.explain_panel.show_page("push")
    page.folding.set_open(False)
    window.context.view.inspect(window.maze_view.picture.decision.square)
    answered(page)
    camera.shoot(20)
    result, view = page.runner.result, page.view.plot
    assert result is not None
    part = result.strongest(0)[0]  # type: ignore[attr-defined]
    move = int(abs(result.parts[0, part, :4]).argmax())  # type: ignore[attr-defined]
    canvas, strongest = view._canvas, view.plot.series[0].name
    piece = max(
        (each for each in segments(view.plot) if each.series.name == strongest), key=lambda each: each.high - each.low
    )
    middle = QPointF(piece.x, (piece.low + piece.high) / 2)
    at = canvas.mapFromScene(canvas.getPlotItem().vb.mapViewToScene(middle))
    camera.glide(canvas, at)
    window.square_layers.choose(LayerKind.PUSH, part, move)
    wait(lambda: window.square_layers.layer is not None)
    print(f"channel {part} for {MOVES[move]}")
    camera.shoot(18)
    window.context.view.set_mode("patched")
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.actions()[0].trigger()
    menu.close()
    answered(page)
    camera.shoot(20)


def outcome(camera: Camera) -> None:
    """The question "Where does it end up?" of sampled play under the cheese vector, with the squares that it visits."""
    window = camera.window
    maze_edits.set_stack(
        window.context.document,
        "Subtract the cheese vector",
        PatchStack((AddVector(vector="cheese", coefficient=-1.0),)),
    )
    page = window.explain_panel.show_page("outcome")
    window.square_layers.choose(LayerKind.VISITS)
    answered(page)
    wait(lambda: window.square_layers.layer is not None)
    camera.shoot(30)


def answered(page: StudyPage) -> None:
    """Wait for a page's answer."""
    wait(lambda: page.runner.result is not None and not page.runner.busy and not page.runner.stale)


CLIPS: dict[str, tuple[Callable[[Camera], None], ...]] = {
    "demo": (drag_cheese, side_by_side, sweep, watch),
    "why": (curve, pushes, outcome),
}


def record(name: str) -> None:
    """Record one clip in a window of its own."""
    settings = Settings(Path(tempfile.mkdtemp(prefix="mazescope-demo-")) / "settings.json")
    settings.set("theme", "light")
    settings.set("legend", False)
    window = open_window(application(), settings)
    window.resize(*SIZE)
    for other, dock in window.docks.docks.items():
        dock.setVisible(other == "patches" or (name == "why" and other == "explain"))
    window.docks.bring("patches")
    window.resizeDocks([window.docks.docks["patches"]], [PANEL], Qt.Orientation.Horizontal)
    maze_edits.set_stack(window.context.document, "Begin without patches", NO_PATCHES)
    window.context.view.set_mode("original")
    camera = Camera(window)
    rest(window)
    if window.message_bar.isVisible():
        QTest.mouseClick(window.message_bar.dismiss, Qt.MouseButton.LeftButton)
    camera.shoot(14)
    for scene in CLIPS[name]:
        scene(camera)
        print(f"{scene.__name__}: {len(camera.frames) / FPS:.1f} s")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for suffix, make in (("gif", gif), ("mp4", mp4)):
        path = PICTURES / f"{name}.{suffix}"
        path.write_bytes(make(camera.frames))
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB, {len(camera.frames) / FPS:.1f} s")
    window.context.document.mark_saved()
    window.close()
    window.deleteLater()
    QApplication.processEvents()


def main(names: list[str]) -> int:
    """Record the clips of these names; all without any."""
    start_log()
    log_qt_messages()
    application()
    for name in names or CLIPS:
        record(name)
    stop_log()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
