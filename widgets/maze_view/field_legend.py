"""Legend: arrows by length, opacity and colour, and the marks in the maze."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMoveEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.document.view_mode import ROLES, Mode
from app.drawing.arrow_look import ArrowLook
from app.drawing.figure_parts import LegendItem, definition, legend_items, wrapped
from widgets.maze_view.picture import Picture
from widgets.services.context import Context
from widgets.style.shape_painter import paint

WRAPPED = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


LOW = 17
"""Lines of text in the view's height below which there is no legend: the maze has all the room."""

ROOMY = 25
"""Lines of text in the view's height from which the legend says what length and opacity mean; else its tooltip does."""

MOST = 0.25
"""Part of the view's height that the samples may take; in a narrow window they wrap to many rows."""

ANOTHER_ROW = 13
"""Lines of text by which both limits are higher for each further row of mazes."""


class Legend(QWidget):
    """A quiet strip of samples with their meanings; it wraps when the window is narrow.

    Its height is that of all that may come into it, so that the maze above stays where it is.
    """

    def __init__(self, context: Context, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._picture = context, picture
        self._roomy, self._low, self._rows_above = True, False, 1
        self._shown: object = None
        self._heights: dict[object, int] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Legend")
        view = context.view
        for signal in (picture.maze_changed, context.palette_changed, view.mode_changed, view.arrows_changed):
            signal.connect(self._refresh)
        self._refresh()

    def show_rows(self, rows: int) -> None:
        """Take note of how many rows of mazes share the view's height with it."""
        self._rows_above = rows
        self._see_room()

    def _refresh(self, *_: object) -> None:
        palette, maze, mode = self._context.palette, self._picture.maze, self._context.view.mode
        roles = mode.roles
        decision = self._picture.decision
        corner, unreachable = maze.is_open(maze.top_right), self._picture.unreachable
        look = self._context.view.arrows
        shown = (palette, mode, look, decision.square is None, decision.unique, corner, unreachable)
        if shown == self._shown:
            # Most edits change nothing here, and a new layout would take as long as painting the maze.
            return
        self._shown = shown
        self._items = legend_items(palette, roles, decision=decision, corner=corner, unreachable=unreachable, look=look)
        # An edit that brings another mark, or another field in the same view, must not move the maze.
        alike = (ROLES,) if mode is Mode.SIDE_BY_SIDE else tuple((role,) for role in ROLES)
        marked = replace(decision, square=maze.mouse, unique=False)
        self._heights.clear()
        self._fullest = [
            legend_items(palette, each, decision=marked, corner=True, unreachable=True, look=look) for each in alike
        ]
        self._longest = [_words(each, look) for each in alike]
        self._shown_words, exact = _words(roles, look), definition(roles, look)
        self.setToolTip(exact)
        self.setAccessibleDescription(", ".join(item.meaning for item in self._items) + f". {exact}")
        self.updateGeometry()
        self.update()

    def _rows(self, width: float, items: list[LegendItem]) -> list[list[LegendItem]]:
        return wrapped(items, self._extent, width - 16, 0)

    def _sample(self) -> float:
        return QFontMetricsF(self.font()).height() * 1.45

    def _extent(self, item: LegendItem) -> float:
        return self._sample() + 3 + QFontMetricsF(self.font()).horizontalAdvance(item.meaning) + 18

    def _row_height(self) -> float:
        return self._sample() + 3

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        # A layout asks several times, with the same few widths.
        asked = width, self._roomy, self._low, self.font().key()
        if asked not in self._heights:
            self._heights[asked] = self._height_for(width)
        return self._heights[asked]

    def _height_for(self, width: int) -> int:
        if self._low:
            return 0
        definition = max(self._box(width, words).height() for words in self._longest) if self._roomy else 0
        return round(self._samples_height(width) + definition)

    def _see_room(self) -> None:
        around = self.parentWidget()
        line = QFontMetricsF(self.font()).height()
        more = ANOTHER_ROW * (self._rows_above - 1)
        roomy = around is None or around.height() >= (ROOMY + more) * line
        samples = self._samples_height(max(self.width(), 120))
        low = around is not None and around.height() < max((LOW + more) * line, samples / MOST)
        if (roomy, low) != (self._roomy, self._low):
            self._roomy, self._low = roomy, low
            self.updateGeometry()
            self.update()

    def moveEvent(self, event: QMoveEvent) -> None:
        # It is at the bottom: whenever what is around it grows or shrinks, it moves.
        super().moveEvent(event)
        self._see_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            # The least height follows from the width.
            self.updateGeometry()
        self._see_room()

    def _box(self, width: float, words: str) -> QRectF:
        """The room that the words on length and opacity take, wrapped."""
        box, words = QRectF(0, 0, max(width - 16, 60), 1000), self._unbroken(width, words)
        return QFontMetricsF(self.font()).boundingRect(box, WRAPPED, words)

    def _unbroken(self, width: float, words: str) -> str:
        """The words with breaks only between two meanings, where each of them fits a line."""
        metrics = QFontMetricsF(self.font())
        meanings = [meaning.strip() for meaning in words.split(" · ")]
        if max(map(metrics.horizontalAdvance, meanings)) > width - 16:
            return words
        return "  ·  ".join(meaning.replace(" ", "\u00a0") for meaning in meanings)

    def sizeHint(self) -> QSize:
        width = self.width() or 600
        return QSize(300, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        # In a low window the words give way, and in one for the smallest screens the samples, too.
        return QSize(120, 0 if self._low else self._samples_height(max(self.width(), 120)))

    def _samples_height(self, width: int) -> int:
        """Pixels of all rows of samples, without the words below."""
        rows = max(len(self._rows(width, items)) for items in self._fullest)
        return round(rows * self._row_height() + 8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._low:
            return
        painter = QPainter(self)
        sample, height = self._sample(), self._row_height()
        y = 4.0
        for row in self._rows(self.width(), self._items):
            x = (self.width() - sum(map(self._extent, row)) + 18) / 2
            for item in row:
                painter.save()
                painter.translate(x, y + (height + sample) / 2)
                painter.scale(sample, -sample)
                for shape in item.sample:
                    paint(painter, shape)
                painter.restore()
                painter.setPen(QColor(self._context.palette.text_muted))
                painter.setFont(self.font())
                box = QRectF(x + sample + 6, y, self._extent(item), height)
                painter.drawText(box, 0x0081, item.meaning)
                x += self._extent(item)
            y += height
        if not self._roomy:
            return
        painter.setPen(QColor(self._context.palette.text_muted))
        painter.drawText(
            QRectF(8, y, self.width() - 16, self.height() - y), WRAPPED, self._unbroken(self.width(), self._shown_words)
        )


def _words(roles: tuple[str, ...], look: ArrowLook) -> str:
    """The meaning of length and colour in plain words; the tooltip has the exact ones."""
    enlarged = f" ({look.factor})" if look.factor else ""
    if look.each_move:
        change = f"Longer and stronger: a larger change{enlarged}, outwards for more, inwards for less"
        field = "Longer and stronger: likelier move"
        between, end = "  ·  Difference: ", "  ·  No arrow: hardly any probability"
        change = change if roles == ("difference",) else change[0].lower() + change[1:]
    else:
        change = f"Longer arrow: the average step changes more{enlarged}  ·  Stronger colour: probabilities change more"
        field = "Longer arrow: surer of its direction  ·  Stronger colour: likelier move"
        between, end = "  ·  Difference: ", "  ·  Dot: moves cancel out"
        change = change if roles == ("difference",) else f"longer and stronger for a larger change{enlarged}"
    if roles == ("difference",):
        return change + end
    return field + (between + change if len(roles) > 1 else "") + end
