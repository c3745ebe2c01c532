"""The sentence over a maze that says why there is nothing to see, or nothing but the original."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel

from widgets.maze_view.free_space import EDGE, maze_rect
from widgets.maze_view.picture import Picture
from widgets.services.context import Context

if TYPE_CHECKING:
    from widgets.maze_view.canvas import MazeCanvas

PADDING = 6
"""Pixels between the words and the note's own edge."""

NARROWEST = 110
"""Pixels of width below which words are not read easily."""


class Note(QLabel):
    """A muted sentence on as many lines as it needs; pointer events go through it.

    It is over the canvas where it covers least of the maze: above, below or next to it. So the maze stays where it is
    and as large as it is, whatever is said.
    """

    def __init__(self, context: Context, picture: Picture, parent: MazeCanvas) -> None:
        super().__init__(parent)
        self._context, self._picture, self._over = context, picture, parent
        self.setProperty("muted", True)
        self.setWordWrap(True)
        self.setMargin(PADDING)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        parent.box.sigRangeChanged.connect(self.settle)
        parent.box.sigResized.connect(self.settle)

    @property
    def sentence(self) -> str:
        """The sentence."""
        return self.text()

    def say(self, sentence: str) -> None:
        """Show a sentence; an empty one hides the note."""
        if sentence != self.text():
            self.setText(sentence)
            self.setAccessibleName(sentence)
            self.settle()
        self.setVisible(bool(sentence))

    def settle(self, *_: object) -> None:
        """Lie where least of the maze is covered."""
        if not self.text():
            return
        room, maze = self._over.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE), maze_rect(self._over, self._picture.maze)
        across, beside = self._size(room.width()), self._size(maze.left() - 2 * EDGE)
        places = [
            QRect(room.topLeft(), across),
            QRect(QPoint(room.left(), room.bottom() + 1 - across.height()), across),
        ]
        if maze.left() - 2 * EDGE >= NARROWEST:
            places.append(QRect(room.topLeft(), beside))

        def covered(place: QRect) -> int:
            over = place.intersected(maze)
            return over.width() * over.height()

        self.setGeometry(min(places, key=covered))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.settle()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back = QColor(self._context.palette.window)
        back.setAlphaF(0.88)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(back)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.end()
        super().paintEvent(event)

    def _size(self, widest: int) -> QSize:
        """The size of the sentence in a room of this width."""
        around = 2 * PADDING + 2
        metrics, width = QFontMetricsF(self.font()), max(widest, NARROWEST)
        if metrics.horizontalAdvance(self.text()) + around <= width:
            return QSize(
                math.ceil(metrics.horizontalAdvance(self.text())) + around, math.ceil(metrics.height()) + around
            )
        return QSize(width, self.heightForWidth(width))
