"""Overlay shown while files are dragged over the window: they can be dropped there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.services.context import Context

LINE = 3
"""Pixels of the outline's thickness."""


class DropSign(QWidget):
    """An outline in the accent colour with one sentence in its middle, over a place of the window."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_over(self, place: QRect, files: int) -> None:
        """Show it for a number of files, on pixels of the parent."""
        self.setAccessibleName("Drop to open 1 file" if files == 1 else f"Drop to open {files} files")
        self.setGeometry(place)
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette, sentence = self._context.palette, self.accessibleName()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.accent), LINE))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(LINE, LINE, -LINE, -LINE), 8, 8)
        line = self.fontMetrics().height()
        # The sentence on a plate: it is on a maze.
        room = self.rect().adjusted(2 * line, 2 * line, -2 * line, -2 * line)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        words = self.fontMetrics().boundingRect(room, flags, sentence)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.accent))
        painter.drawRoundedRect(words.adjusted(-line, -line // 2, line, line // 2), 8, 8)
        painter.setPen(QColor(palette.accent_text))
        painter.drawText(words, flags, sentence)


def copy_dropped(event: QDropEvent) -> None:
    """Take what is dropped as a copy: where the other program believes it moved, it may delete the file."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def files_of(event: QDropEvent) -> list[Path]:
    """Paths of the dropped files that are on this machine."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
