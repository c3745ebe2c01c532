"""Gallery of levels: small fields under the window's patches, in the order of a table; a click opens one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.maze.levels import SeededLevel
from widgets.controls.key_overrides import OwnKeys
from widgets.services.context import Context
from widgets.services.window_first import window_first
from widgets.style.theme import number_font

SMALLEST: Final = 7
"""Least width of a picture, in lines of text."""

GAP: Final = 8
"""Pixels between pictures."""

OLD: Final = 0.45
"""Opacity of a picture under patches that are not those of now."""

STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
LINES: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True)
class Shown:
    """One level of the gallery.

    Attributes:
        level: the level.
        left, right: what is below its picture: which level it is, and its number.
    """

    level: SeededLevel
    left: str
    right: str


class LevelGallery(OwnKeys, QWidget):
    """Pictures in rows, as many next to each other as there is room for.

    Signals:
        opened(object): a `SeededLevel` was clicked, or chosen by Enter.
        hovered(object): the `SeededLevel` under the pointer, or None.
    """

    opened = Signal(object)
    hovered = Signal(object)
    own_keys = frozenset((*STEPS, *LINES, *ENTER))

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._shown: tuple[Shown, ...] = ()
        self._current = 0
        self._pointer: int | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Gallery of levels")
        # A tooltip would be over the level's picture.
        self.setAccessibleDescription("Click a level to open it")
        pictures = context.level_pictures
        pictures.arrived.connect(self._picture_came)
        pictures.outdated.connect(self.update)
        context.palette_changed.connect(self.update)

    @property
    def shown(self) -> tuple[Shown, ...]:
        """The levels, in order."""
        return self._shown

    def show_levels(self, shown: Sequence[Shown]) -> None:
        """Show other levels, or other words below them."""
        if tuple(shown) == self._shown:
            return
        self._shown = tuple(shown)
        self._current = min(self._current, max(0, len(self._shown) - 1))
        self._describe()
        self.updateGeometry()
        self.update()
        self._want()

    def place_of(self, number: int) -> QRect:
        """The rectangle of a level's picture, by its place in the order."""
        columns, side = self._columns_and_side(self.width())
        row, column = divmod(number, columns)
        return QRect(column * (side + GAP), row * (side + self._words + GAP), side, side)

    # --- layout -----------------------------------------------------------------------------------------------------

    @property
    def _words(self) -> int:
        return QFontMetrics(self.font()).height() + 2

    def _columns_and_side(self, width: int) -> tuple[int, int]:
        least = SMALLEST * QFontMetrics(self.font()).height()
        columns = max(1, (width + GAP) // (least + GAP))
        return columns, max(1, (width - (columns - 1) * GAP) // columns)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        columns, side = self._columns_and_side(width)
        rows = -(-len(self._shown) // columns)
        return max(0, rows * (side + self._words + GAP) - GAP)

    def sizeHint(self) -> QSize:
        width = max(self.width(), 2 * SMALLEST * QFontMetrics(self.font()).height())
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(SMALLEST * QFontMetrics(self.font()).height(), 0)

    # --- events -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()
        self._want()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._want()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._context.level_pictures.want("gallery", (), 0)

    @window_first
    def paintEvent(self, event: QPaintEvent) -> None:
        palette, ratio = self._context.palette, self.devicePixelRatioF()
        painter = QPainter(self)
        painter.setFont(number_font(self.font(), 0.9))
        metrics = QFontMetrics(painter.font())
        pixels = self._pixels
        for number, each in enumerate(self._shown):
            place = self.place_of(number)
            if not place.adjusted(-GAP, -GAP, GAP, GAP + self._words).intersects(event.rect()):
                continue
            image, fresh = self._context.level_pictures.picture(each.level, pixels)
            painter.fillRect(place, QColor(palette.panel_raised))
            if image is not None:
                shown = image.copy()
                shown.setDevicePixelRatio(ratio)
                painter.setOpacity(1.0 if fresh else OLD)
                painter.drawImage(place.topLeft(), shown)
                painter.setOpacity(1.0)
            current = self.hasFocus() and number == self._current
            edge = palette.focus if current else palette.accent if number == self._pointer else palette.border
            painter.setPen(QPen(QColor(edge), 2 if current or number == self._pointer else 1))
            painter.drawRect(place.adjusted(0, 0, -1, -1))
            below = QRect(place.left(), place.bottom() + 2, place.width(), self._words)
            number_wide = metrics.horizontalAdvance(each.right) + GAP
            painter.setPen(QColor(palette.text))
            painter.drawText(below, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop), each.right)
            painter.setPen(QColor(palette.text_muted))
            left = metrics.elidedText(each.left, Qt.TextElideMode.ElideRight, place.width() - number_wide)
            painter.drawText(below, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), left)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and number is not None:
            self._current = number
            self._describe()
            self.update()
            self.opened.emit(self._shown[number].level)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not self._shown or key not in self.own_keys:
            super().keyPressEvent(event)
            return
        if key in ENTER:
            self.opened.emit(self._shown[self._current].level)
            return
        columns, _ = self._columns_and_side(self.width())
        wanted = self._current + STEPS.get(key, 0) + LINES.get(key, 0) * columns
        if 0 <= wanted < len(self._shown):
            self._current = wanted
            self._describe()
            self.update()

    # --- pictures ---------------------------------------------------------------------------------------------------

    @property
    def _pixels(self) -> int:
        return round(self._columns_and_side(self.width())[1] * self.devicePixelRatioF())

    def _want(self) -> None:
        levels = [each.level for each in self._shown] if self.isVisible() else ()
        self._context.level_pictures.want("gallery", levels, self._pixels)

    def _picture_came(self, level: SeededLevel) -> None:
        for number, each in enumerate(self._shown):
            if each.level == level:
                self.update(self.place_of(number))

    def _at(self, point: QPoint) -> int | None:
        for number in range(len(self._shown)):
            if self.place_of(number).adjusted(0, 0, 0, self._words).contains(point):
                return number
        return None

    def _point(self, number: int | None) -> None:
        if number != self._pointer:
            self._pointer = number
            self.setCursor(Qt.CursorShape.ArrowCursor if number is None else Qt.CursorShape.PointingHandCursor)
            self.update()
            self.hovered.emit(None if number is None else self._shown[number].level)

    def _describe(self) -> None:
        if self._shown:
            each = self._shown[self._current]
            self.setAccessibleDescription(f"{each.left}, {each.right}; {self._current + 1} of {len(self._shown)}")
