"""Icons: drawn from the one font that they are in."""

from __future__ import annotations

import qtawesome
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app.drawing.palette import LIGHT
from widgets.style.icons import icon


def test_of_qtawesomes_fonts_only_the_one_in_use_is_loaded(qapp: QApplication) -> None:
    del qapp
    pixels = icon("undo", LIGHT).pixmap(16, 16, QIcon.Mode.Normal).toImage()
    assert any(pixels.pixelColor(x, y).alpha() for x in range(16) for y in range(16))
    assert set(qtawesome._instance().fontids) == {"mdi6"}
