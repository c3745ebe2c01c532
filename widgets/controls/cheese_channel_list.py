"""The list of channels that mark the cheese: its columns under headings that fit, however narrow it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.number_format import fixed
from widgets.style.theme import number_font

if TYPE_CHECKING:
    from app.studies.cheese_channels import CheeseChannel

TITLES: Final = (
    ("Channel", "Peaks at cheese", "Mean there", "Elsewhere"),
    ("Channel", "Peaks", "There", "Elsewhere"),
    ("Ch.", "Peaks", "There", "Away"),
)
"""Headings, the fullest first; the first that fit are shown."""

MEANING: Final = (
    "Channel; in how many of the levels it peaks within one pixel of the cheese; "
    "its mean value there, and everywhere else. Tick those to use"
)
WIDEST: Final = ("100%", "-88.88", "-88.88")
"""As wide as what is in the columns after the first gets."""

VALUES: Final = Qt.ItemDataRole.UserRole + 1
GAP: Final = 0.6
"""Between columns, in heights of a line of text."""


class CheeseList(QListWidget):
    """Channels with a tick each, in columns under headings."""

    def __init__(self) -> None:
        super().__init__()
        self.headings = Headings(self)
        self.setAccessibleName("Channels that mark the cheese, best first")
        self.setToolTip(MEANING)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(Columns(self))
        self._make_room()

    def add(self, found: CheeseChannel, ticked: bool) -> None:
        """Add a channel."""
        there, elsewhere = (fixed(value) for value in (found.at_cheese, found.elsewhere))
        item = QListWidgetItem(str(found.channel))
        item.setData(Qt.ItemDataRole.UserRole, found.channel)
        item.setData(VALUES, (f"{found.score:.0%}", there, elsewhere))
        sentence = (
            f"Channel {found.channel} peaks within one pixel of the cheese in {found.hits} of {found.levels} levels; "
            f"its mean is {there} at the cheese and {elsewhere} elsewhere"
        )
        item.setToolTip(sentence)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, sentence)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        self.addItem(item)

    def height_of(self, rows: int) -> int:
        """Pixels that this many rows take under the headings."""
        row = max(1, self.sizeHintForRow(0))
        return rows * row + self.headings.sizeHint().height() + 2 * self.frameWidth() + 4

    def columns(self) -> tuple[tuple[str, ...], list[QRect]]:
        """The headings shown, and the room of each column across the list, in the viewport's pixels."""
        metrics, small = QFontMetrics(self.font()), QFontMetrics(self.headings.font())
        gap, width = round(GAP * metrics.height()), self.viewport().width()
        tick = round(1.8 * metrics.height())
        contents = (
            tick + metrics.horizontalAdvance("888"),
            *(QFontMetrics(number_font(self.font())).horizontalAdvance(widest) for widest in WIDEST),
        )
        needed: list[int] = []
        for titles in TITLES:
            pairs = zip(titles, contents, strict=True)
            needed = [max(small.horizontalAdvance(title) + 2, content) for title, content in pairs]
            if sum(needed) + (len(needed) + 1) * gap <= width:
                break
        spare = max(0, width - sum(needed) - 2 * gap) // (len(needed) - 1)
        rooms, left = [], gap
        for at, wide in enumerate(needed):
            before = spare if at else 0
            rooms.append(QRect(left, 0, before + wide, 0))
            left += before + wide
        return titles, rooms

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "headings"):
            self._make_room()

    def _make_room(self) -> None:
        self.setViewportMargins(0, self.headings.sizeHint().height(), 0, 0)
        self._place()

    def _place(self) -> None:
        frame = self.frameWidth()
        self.headings.setGeometry(frame, frame, self.viewport().width(), self.headings.sizeHint().height())
        self.headings.update()


class Headings(QWidget):
    """Headings of the columns."""

    def __init__(self, over: CheeseList) -> None:
        super().__init__(over)
        self._over = over
        self.setToolTip(MEANING)
        self.setAccessibleName("Columns")
        self.setAccessibleDescription(MEANING)

    @property
    def shown(self) -> tuple[str, ...]:
        """The words that are drawn."""
        return self._over.columns()[0]

    def sizeHint(self) -> QSize:
        return QSize(100, round(1.4 * QFontMetrics(self._over.font()).height()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.palette().ColorRole.PlaceholderText))
        metrics = QFontMetrics(self.font())
        for at, (title, room) in enumerate(zip(*self._over.columns(), strict=True)):
            box = QRect(room.left(), 0, room.width(), self.height())
            side = Qt.AlignmentFlag.AlignRight if at else Qt.AlignmentFlag.AlignLeft
            words = metrics.elidedText(title, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, words)


class Columns(QStyledItemDelegate):
    """Draws a channel's values in the columns of its list."""

    def __init__(self, over: CheeseList) -> None:
        super().__init__(over)
        self._over = over

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        painter.save()
        painter.setFont(number_font(QFont(self._over.font())))
        painter.setPen(self._over.palette().color(self._over.palette().ColorRole.Text))
        values = index.data(VALUES)
        for value, room in zip(values, self._over.columns()[1][1:], strict=True):
            box = QRect(room.left(), option.rect.top(), room.width(), option.rect.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)
        painter.restore()
