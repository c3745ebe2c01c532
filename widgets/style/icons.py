"""Icons: Material Design glyphs by qtawesome, and the maze's own things, crisp at every scale."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import qtawesome
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap

from app.drawing.maze_shapes import cheese_shapes, mouse_shapes
from app.drawing.palette import Palette
from app.drawing.shapes import Polyline, Shape
from widgets.style.shape_painter import paint

_SIZES = (16, 18, 20, 24, 32, 40, 48, 64)
_FONT = "mdi6"


def _load_one_font() -> None:
    """Let qtawesome load the one font that is used here: its twelve take 15 MB and are all read at the start.

    This is inside qtawesome. One that is made otherwise loads them all.
    """
    fonts = getattr(qtawesome, "_BUNDLED_FONTS", ())
    used = tuple(font for font in fonts if font[0] == _FONT)
    if used:
        qtawesome._BUNDLED_FONTS = used


_load_one_font()


def icon(name: str, palette: Palette, colour: str = "") -> QIcon:
    """An icon in the palette's colours.

    Args:
        name: of a Material Design icon, without its prefix: "undo"; or "cheese", "cheese-off" and "rodent", which
            look as they do in the maze.
        colour: "#rrggbb" in place of the palette's text colour; the maze's things keep theirs.
    """
    if name in _OWN:
        made = QIcon()
        for image in _images(name, palette):
            made.addPixmap(QPixmap.fromImage(image))
        return made
    glyph = qtawesome.icon(
        f"{_FONT}.{name}",
        color=colour or palette.text,
        color_disabled=palette.border,
        color_on=colour or palette.accent,
        color_active=colour or palette.text,
    )
    return QIcon(_GlyphEngine(glyph))


class _GlyphEngine(QIconEngine):
    """Paints a glyph where there is room for it: a squeezed button asks for icons without or with negative size."""

    def __init__(self, glyph: QIcon) -> None:
        super().__init__()
        self._glyph = glyph

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        if not rect.isEmpty():
            self._glyph.paint(painter, rect, mode=mode, state=state)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        if size.isEmpty():
            return QPixmap()
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, made.rect(), mode, state)
        painter.end()
        return made

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._glyph)


def _cheese_off(palette: Palette) -> list[Shape]:
    line = ((0.1, 0.95), (0.9, 0.05))
    gap, stroke = Polyline(line, palette.panel, 0.2), Polyline(line, palette.text, 0.085)
    return [*cheese_shapes((0, 0), palette), gap, stroke]


_OWN: dict[str, Callable[[Palette], Iterable[Shape]]] = {
    "rodent": lambda palette: mouse_shapes((0, 0), palette),
    "cheese": lambda palette: cheese_shapes((0, 0), palette),
    "cheese-off": _cheese_off,
}
"""Shapes of the maze's own things, on the square (0, 0)."""


@cache
def _images(name: str, palette: Palette) -> tuple[QImage, ...]:
    """One of _OWN in each of _SIZES. Images, as pixmaps must not outlive the application."""
    shapes = list(_OWN[name](palette))
    made = []
    for size in _SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.translate(0, size)
        painter.scale(size, -size)
        for shape in shapes:
            paint(painter, shape)
        painter.end()
        made.append(image)
    return tuple(made)
