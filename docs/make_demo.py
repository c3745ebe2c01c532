"""Make README's demo, a GIF of the real window, by the gestures of a user: `python docs/make_demo.py`.

The window runs on Qt's offscreen platform. Every frame is grabbed when the window has answered, so the pace does not
depend on the machine; the pointer is drawn where the gestures are.
"""

# ruff: noqa: E402

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "pictures" / "demo.gif"

os.environ["MAZESCOPE_HOME"] = tempfile.mkdtemp(prefix="mazescope-demo-")
sys.path.insert(0, str(ROOT))

from docs.offscreen import large_screen

large_screen(1760, 1120)

from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.document import maze_edits, patch_edits
from app.drawing.palette import LIGHT
from app.interventions.patches import NO_PATCHES, AddVector
from app.maze.maze import Square
from app.maze.routes import shortest_path
from widgets.controls.number_field import UNIT, NumberSlider
from widgets.main_window import MainWindow
from widgets.services.event_wait import live, live_until
from widgets.services.log_file import log_qt_messages, start_log, stop_log
from widgets.services.settings import Settings
from widgets.startup.launch import application, open_window

SIZE = (1240, 700)
PANEL = 340
"""The panel's width: no more than it needs, for the mazes' sake."""

FPS = 10
COLOURS = 200
WALK = 9
"""Number of squares of the path to the mouse along which the cheese is dragged."""

LEAST = -1.5
"""Coefficient of the cheese vector at the end of the sweep."""

SWATCH = 300
PATIENCE = 120.0


class Camera:
    """Takes frames of a window, with a pointer over it."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.pointer = QPointF(SIZE[0] * 0.5, SIZE[1] * 0.62)
        self.frames: list[Image.Image] = []

    def shoot(self, count: int = 1) -> None:
        """Take what is seen, for this many frames."""
        rest(self.window)
        picture = self.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self.pointer)
        painter.setPen(QPen(QColor("white"), 1.6))
        painter.setBrush(QColor("black"))
        painter.drawPath(_arrow())
        painter.end()
        width, height = picture.width(), picture.height()
        raw = bytes(picture.constBits())
        frame = Image.frombuffer("RGB", (width, height), raw, "raw", "RGB", picture.bytesPerLine(), 1)
        self.frames += [frame.copy()] * count

    def glide(self, widget: QWidget, place: QPoint, steps: int = 6) -> None:
        """Move the pointer to a place of a widget, slowing down at the end."""
        start, end = self.pointer, QPointF(widget.mapTo(self.window, place))
        for step in range(1, steps + 1):
            part = 1 - (1 - step / steps) ** 2
            self.pointer = start + (end - start) * part
            self.shoot()

    def put(self, widget: QWidget, place: QPoint) -> None:
        """The pointer is at a place of a widget."""
        self.pointer = QPointF(widget.mapTo(self.window, place))


def _arrow() -> QPainterPath:
    path = QPainterPath(QPointF(0, 0))
    for x, y in ((0, 17), (4, 13.4), (6.8, 20), (9.6, 18.8), (6.9, 12.4), (12.3, 12.3)):
        path.lineTo(x, y)
    path.closeSubpath()
    return path


def wait(until: Callable[[], bool]) -> None:
    """Let the window live until something is true."""
    live_until(until, PATIENCE)


def rest(window: MainWindow) -> None:
    """Wait until the field, the mice and the panels are those of what is open."""
    bridge, player = window.context.bridge, window.playback.player
    wait(lambda: bridge.latest is not None and not bridge.busy and player.fresh and not window.context.busy)
    live(0.03)


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


def write(frames: list[Image.Image]) -> bytes:
    """The GIF: one palette for all frames, so that still parts cost nothing."""
    chosen = frames[:: max(1, len(frames) // 12)]
    width, height = frames[0].size
    sheet = Image.new("RGB", (width, height * len(chosen) + SWATCH))
    for number, frame in enumerate(chosen):
        sheet.paste(frame, (0, number * height))
    # What means something keeps its colour, however little of it there is.
    colours = [value for value in vars(LIGHT).values() if value.startswith("#")]
    for number, colour in enumerate(colours):
        sheet.paste(colour, (number * width // len(colours), height * len(chosen), width, sheet.height))
    palette = sheet.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    first, *others = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames)
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=1000 // FPS, loop=0, optimize=False)
    return buffer.getvalue()


def main() -> int:
    """Make the demo."""
    start_log()
    log_qt_messages()
    app = application()
    settings = Settings(Path(os.environ["MAZESCOPE_HOME"]) / "settings.json")
    settings.set("theme", "light")
    settings.set("legend", False)
    window = open_window(app, settings)
    window.resize(*SIZE)
    for name, dock in window.docks.docks.items():
        dock.setVisible(name == "patches")
    window.resizeDocks([window.docks.docks["patches"]], [PANEL], Qt.Orientation.Horizontal)
    maze_edits.set_stack(window.context.document, "Begin without patches", NO_PATCHES)
    window.context.view.set_mode("original")
    camera = Camera(window)
    rest(window)
    if window.message_bar.isVisible():
        QTest.mouseClick(window.message_bar.dismiss, Qt.MouseButton.LeftButton)
    camera.shoot(14)
    for scene in (drag_cheese, side_by_side, sweep, watch):
        scene(camera)
        print(f"{scene.__name__}: {len(camera.frames) / FPS:.1f} s")
    content = write(camera.frames)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(content)
    print(f"{TARGET.relative_to(ROOT)}  {len(content) // 1024} kB, {len(camera.frames) / FPS:.1f} s")
    window.context.document.mark_saved()
    window.close()
    window.deleteLater()
    QApplication.processEvents()
    stop_log()
    return 0


if __name__ == "__main__":
    sys.exit(main())
