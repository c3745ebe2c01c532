"""Icons: Material Design glyphs by qtawesome, and the maze's own things, crisp at every scale."""

from __future__ import annotations

from collections.abc import Iterable

import qtawesome
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from app.maze_shapes import cheese_shapes, mouse_shapes
from app.palette import Palette
from app.shapes import Polyline, Shape
from widgets.maze_view.painting import paint

_SIZES = (16, 18, 20, 24, 32, 40, 48, 64)


def icon(name: str, palette: Palette, colour: str = "") -> QIcon:
    """An icon in the palette's colours.

    Args:
        name: of a Material Design icon, without its prefix: "undo"; or "cheese", "cheese-off" and "rodent", which
            look as they do in the maze.
        colour: "#rrggbb" in place of the palette's text colour; the maze's things keep theirs.
    """
    if name == "rodent":
        return _of_shapes(mouse_shapes((0, 0), palette))
    if name == "cheese":
        return _of_shapes(cheese_shapes((0, 0), palette))
    if name == "cheese-off":
        line = ((0.1, 0.95), (0.9, 0.05))
        gap, stroke = Polyline(line, palette.panel, 0.2), Polyline(line, palette.text, 0.085)
        return _of_shapes([*cheese_shapes((0, 0), palette), gap, stroke])
    return qtawesome.icon(
        f"mdi6.{name}",
        color=colour or palette.text,
        color_disabled=palette.border,
        color_on=colour or palette.accent,
        color_active=colour or palette.text,
    )


def _of_shapes(shapes: Iterable[Shape]) -> QIcon:
    """An icon of shapes that lie on the square (0, 0)."""
    made = QIcon()
    for size in _SIZES:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.translate(0, size)
        painter.scale(size, -size)
        for shape in shapes:
            paint(painter, shape)
        painter.end()
        made.addPixmap(pixmap)
    return made
