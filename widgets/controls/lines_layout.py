"""Layout that puts parts next to each other, and on further lines where they do not fit."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLabel, QLayout, QLayoutItem, QSizePolicy, QWidget

LINE_SPACE = 2
"""Pixels between two lines of one row: its parts belong together."""

Line = list[tuple[QLayoutItem, int]]
"""Parts next to each other, and the width of each."""


class Lines(QLayout):
    """A row of parts that wraps: a name and its field, or several of those.

    A part needs the width at which it shows all it has to say, `whole_width()` where it has one, else its least width.
    On each line, what is left goes to the parts that take it. A part alone on a line that is too narrow for it is as
    wide as the line, no less than its least width.

    Args:
        parts: from the left.
        space: pixels between them on a line.
    """

    def __init__(self, *parts: QWidget | QLayout, space: int) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._wanted: list[int] = []
        self._heights: dict[int, int] = {}
        self._sizes: tuple[QSize, QSize] | None = None
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(space)
        for part in parts:
            if isinstance(part, QLayout):
                self.addChildLayout(part)
                self.addItem(part)
            else:
                self.addWidget(part)

    # --- what a layout is made of -----------------------------------------------------------------------------------

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def invalidate(self) -> None:
        self._wanted, self._heights, self._sizes = [], {}, None
        super().invalidate()

    # --- sizes ------------------------------------------------------------------------------------------------------

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        # A layout around it asks for the same few widths again and again.
        if width not in self._heights:
            lines = self._lines(width)
            self._heights[width] = sum(map(_height, lines)) + LINE_SPACE * max(len(lines) - 1, 0)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        return self._both_sizes()[0]

    def minimumSize(self) -> QSize:
        return self._both_sizes()[1]

    def _both_sizes(self) -> tuple[QSize, QSize]:
        """The size of all in one line, and the least one."""
        if self._sizes is None:
            shown = self._shown()
            height = _height(shown)
            width = sum(wanted for _, wanted in shown) + self.spacing() * max(len(shown) - 1, 0)
            least = max((item.minimumSize().width() for item, _ in shown), default=0)
            self._sizes = QSize(width, height), QSize(least, height)
        return self._sizes

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        y = rect.y()
        for line in self._lines(rect.width()):
            height, x = _height(line), rect.x()
            for item, width in line:
                _place(item, QRect(x, y, width, height))
                x += width + self.spacing()
            y += height + LINE_SPACE

    def _shown(self) -> list[tuple[QLayoutItem, int]]:
        """The parts that are not hidden, and the width that each needs."""
        if len(self._wanted) != len(self._items):
            self._wanted = [whole_width(item) for item in self._items]
        return [pair for pair in zip(self._items, self._wanted, strict=True) if not pair[0].isEmpty()]

    def _lines(self, width: int) -> list[Line]:
        """The parts of each line, with the width that each gets."""
        lines: list[Line] = []
        room = 0
        for item, wanted in self._shown():
            room -= wanted + self.spacing()
            if not lines or room < 0:
                lines.append([])
                room = width - wanted
            lines[-1].append((item, wanted))
        return [_filled(line, width - self.spacing() * (len(line) - 1)) for line in lines]


def whole_width(item: QLayoutItem) -> int:
    """Pixels across in which an item shows all it has to say."""
    widget, layout = item.widget(), item.layout()
    if layout is not None and not isinstance(layout, Lines):
        items = [layout.itemAt(at) for at in range(layout.count())]
        shown = [each for each in items if each is not None and not each.isEmpty()]
        return max(sum(map(whole_width, shown)) + layout.spacing() * (len(shown) - 1), layout.minimumSize().width())
    told = getattr(widget, "whole_width", None)
    least = item.sizeHint().width() if isinstance(layout, Lines) else item.minimumSize().width()
    return max(least, told()) if callable(told) else least


def _filled(line: Line, room: int) -> Line:
    """A line with what is left of its room given to the parts that take it: those made for it, else other fields."""
    left = room - sum(wanted for _, wanted in line)
    growing = [item for item, _ in line if item.expandingDirections() & Qt.Orientation.Horizontal]
    growing = growing or [item for item, _ in line if _is_field(item)]
    filled: Line = []
    for item, wanted in line:
        part = left // (len(growing) - growing.index(item)) if item in growing else 0
        left -= part
        # Alone on a line that is too narrow, it gives way.
        filled.append((item, max(wanted + part, item.minimumSize().width())))
    return filled


def _is_field(item: QLayoutItem) -> bool:
    widget = item.widget()
    grows = QSizePolicy.PolicyFlag.GrowFlag.value
    if widget is None or isinstance(widget, QLabel):
        return False
    return bool(widget.sizePolicy().horizontalPolicy().value & grows)


def _height(line: Line) -> int:
    return max((_high(item, width) for item, width in line), default=0)


def _high(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()


def _place(item: QLayoutItem, room: QRect) -> None:
    """Give an item a place in the middle of its line's height."""
    high = room.height() if isinstance(item.widget(), QLabel) else min(room.height(), _high(item, room.width()))
    item.setGeometry(QRect(room.x(), room.y() + (room.height() - high) // 2, room.width(), high))
