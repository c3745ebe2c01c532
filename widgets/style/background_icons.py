"""Small pictures of procgen's nine backgrounds, for the lists they are chosen from."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QImage, QPixmap

from app.maze.maze import WORLDS
from app.maze.tiles import SIDE, tiles

PIXELS = 18
"""Side of a picture."""


@cache
def background_icon(background: int) -> QIcon:
    """A background as the policy sees it, made small."""
    pixels = tiles(min(WORLDS.values())).background[background].tobytes()
    image = QImage(pixels, SIDE, SIDE, 3 * SIDE, QImage.Format.Format_RGB888)
    # Small views have no room for all of it, and shrunk to a few pixels every background is one grey.
    middle = image.copy(SIDE // 4, SIDE // 4, SIDE // 2, SIDE // 2)
    smooth = Qt.TransformationMode.SmoothTransformation
    return QIcon(QPixmap.fromImage(middle).scaled(2 * PIXELS, 2 * PIXELS, mode=smooth))


def no_icon() -> QIcon:
    """A transparent one, which keeps the room for a picture that is drawn later."""
    empty = QPixmap(PIXELS, PIXELS)
    empty.fill(Qt.GlobalColor.transparent)
    return QIcon(empty)
