"""Canvas of pyqtgraph in the window's colours, which neither menus nor the wheel move."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont

from app.drawing.palette import Palette


def plot_canvas() -> Any:
    """A new, empty canvas (`pyqtgraph.PlotWidget`). Loads pyqtgraph."""
    import pyqtgraph as pg

    pg.setConfigOptions(antialias=True)
    canvas = pg.PlotWidget()
    canvas.setMenuEnabled(False)
    canvas.hideButtons()
    canvas.setMouseEnabled(False, False)
    canvas.setFrameShape(canvas.Shape.NoFrame)
    canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return canvas


def dress_axis(canvas: Any, side: str, palette: Palette, font: QFont, label: str = "") -> Any:
    """Give the axis at a side ("bottom" or "left") the colours, the font and a label; returns it."""
    import pyqtgraph as pg

    axis = canvas.getAxis(side)
    axis.setPen(pg.mkPen(palette.border))
    axis.setTextPen(pg.mkPen(palette.text))
    axis.setStyle(tickFont=font, hideOverlappingLabels=True)
    axis.enableAutoSIPrefix(False)
    if label:
        axis.setLabel(label, color=palette.text_muted, **{"font-size": f"{font.pointSizeF():g}pt"})
    return axis
