"""Cosines between vectors as a small table of colours and numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.drawing.colour import contrast
from app.drawing.palette import LIGHT, Palette
from app.interventions.vectors import ActivationVector, cosine
from app.number_format import fixed
from widgets.controls.activation_colours import scale, steps
from widgets.style.theme import number_font

SHARE = 0.7
"""Part of the width that numbers may take; names have the rest."""


class CosineMatrix(QWidget):
    """The cosine of the angle between any two of some vectors; vectors of different shapes have none."""

    def __init__(self) -> None:
        super().__init__()
        self._palette: Palette = LIGHT
        self._names: tuple[str, ...] = ()
        self._cosines: list[list[float | None]] = []
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Cosines between the vectors")

    def show_vectors(self, vectors: tuple[ActivationVector, ...]) -> None:
        """Show the cosines between these."""
        self._names = tuple(vector.name for vector in vectors)
        self._cosines = [[cosine(first, second) for second in vectors] for first in vectors]
        words = [self._sentence(row, column) for row in range(len(vectors)) for column in range(row)]
        self.setAccessibleDescription("; ".join(words))
        self.updateGeometry()
        self.update()

    @property
    def cosines(self) -> list[list[float | None]]:
        """The cosines shown, by row and column."""
        return self._cosines

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        self._palette = palette
        self.update()

    def _pitch(self) -> int:
        return round(QFontMetrics(self.font()).height() * 1.45)

    def sizeHint(self) -> QSize:
        return QSize(14 * self._pitch(), (len(self._names) + 1) * self._pitch())

    def minimumSizeHint(self) -> QSize:
        return QSize(6 * self._pitch(), (len(self._names) + 1) * self._pitch())

    def _cell(self, row: int, column: int) -> QRectF:
        count, pitch = max(1, len(self._names)), self._pitch()
        width = min(2.2 * pitch, self.width() * SHARE / count)
        left = self.width() - count * width
        return QRectF(left + column * width, (row + 1) * pitch, width - 2, pitch - 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        painter.setFont(number_font(self.font(), 0.9))
        metrics, colours = painter.fontMetrics(), scale(self._palette)
        centre = Qt.AlignmentFlag.AlignCenter
        written = self._written(metrics)
        for row, name in enumerate(self._names):
            painter.setPen(QColor(self._palette.text))
            first = self._cell(row, 0)
            room = QRectF(0, first.y(), first.x() - 4, first.height())
            text = metrics.elidedText(f"{row + 1} {name}", Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
            painter.setPen(QColor(self._palette.text_muted))
            painter.drawText(self._cell(-1, row), centre, str(row + 1))
            for column, value in enumerate(self._cosines[row]):
                cell = self._cell(row, column)
                if value is None:
                    painter.setPen(QColor(self._palette.text_muted))
                    painter.drawText(cell, centre, "–")
                    continue
                step = int(steps(np.array([value]), np.ones(1))[0])
                colour = QColor(*(int(part) for part in colours[step]))
                painter.fillRect(cell, colour)
                painter.setPen(QColor(_readable(colour.name(), self._palette)))
                painter.drawText(cell, centre, written(value))

    def _written(self, metrics: QFontMetrics) -> Callable[[float], str]:
        """Form of the numbers: alike in all cells, so that none is missing among others. Bare colours at last."""
        room = self._cell(0, 0).width()
        some = [value for values in self._cosines for value in values if value is not None]
        for written in (fixed, _tight):
            if all(metrics.horizontalAdvance(written(value)) <= room for value in some):
                return written
        return lambda _: ""

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent):
            for row in range(len(self._names)):
                for column in range(len(self._names)):
                    if self._cell(row, column).contains(event.pos()):
                        QToolTip.showText(event.globalPos(), self._sentence(row, column), self)
                        return True
            QToolTip.hideText()
            return True
        return bool(super().event(event))  # type: ignore[arg-type]

    def _sentence(self, row: int, column: int) -> str:
        value = self._cosines[row][column]
        words = "none, one is zero or their shapes differ" if value is None else fixed(value, 3)
        return f"cosine of {self._names[row]} and {self._names[column]}: {words}"


def _tight(value: float) -> str:
    return fixed(value).replace("0.", ".")


def _readable(background: str, palette: Palette) -> str:
    return max((palette.text, palette.panel), key=lambda colour: contrast(colour, background))
