"""Camera for the demos: frames of the real window with a pointer over it, written as GIF and MP4."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Final

from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.drawing.palette import LIGHT
from app.export.encoders import encoder_for, video_frame, writer
from app.export.movies import even_size
from widgets.main_window import MainWindow
from widgets.services.event_wait import live, live_until

SIZE: Final = (1240, 700)
FPS: Final = 10
COLOURS: Final = 200
SWATCH: Final = 300
PATIENCE: Final = 120.0


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

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        """Move the pointer to a place of a widget, its middle unless given, and click there."""
        at = widget.rect().center() if place is None else place
        self.glide(widget, at)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)

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


def gif(frames: list[Image.Image]) -> bytes:
    """A GIF: one palette for all frames, so that still parts cost nothing."""
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


def mp4(frames: list[Image.Image], fps: int = FPS) -> bytes:
    """The same as an MP4."""
    width, height = even_size(*frames[0].size)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "demo.mp4")
        with writer(path, encoder_for(width, height), width, height, Fraction(fps), {}) as add:
            for frame in frames:
                add(video_frame(frame, width, height))
        return path.read_bytes()
