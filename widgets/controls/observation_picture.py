"""The observation: the 64 x 64 picture that the network is given, enlarged without blur."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.drawing.palette import LIGHT, Palette


class ObservationPicture(QWidget):
    """The picture at the largest whole multiple of its 64 pixels that fits; at least as it is."""

    def __init__(self) -> None:
        super().__init__()
        self._palette: Palette = LIGHT
        self._image = QImage()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("What the network sees")
        self.setToolTip("The observation with the mouse on this square, 64 x 64 pixels, exactly as the network gets it")

    def show_observation(self, picture: np.ndarray) -> None:
        """Show (64, 64, 3) uint8, row 0 on top."""
        pixels = np.ascontiguousarray(picture)
        height, width = pixels.shape[:2]
        self._image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        self.update()

    @property
    def image(self) -> QImage:
        """The picture, at its own size."""
        return self._image

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        self._palette = palette
        self.update()

    def sizeHint(self) -> QSize:
        side = max(192, 14 * QFontMetrics(self.font()).height())
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return QSize(66, 66)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._side(width) + 2

    def _side(self, width: int) -> int:
        ratio = self.devicePixelRatioF()
        return max(64, int(int((min(width, 520) - 2) * ratio) // 64 * 64 / ratio))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        side = self._side(self.width())
        square = QRect(max(0, (self.width() - side) // 2), 1, side, side)
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(square, self._image)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._palette.border), 1))
        painter.drawRect(square.adjusted(-1, -1, 0, 0))
