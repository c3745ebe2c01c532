"""The card next to the pointer: a square's five probabilities, its value and its arrow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.field.pin_lead import pin_lead
from app.field.vector_field import VectorField
from app.interventions.patches import SetValue
from app.maze.maze import Square
from app.maze.moves import MOVES
from app.number_format import fixed
from widgets.maze_view.free_space import Spot, places_on, squares_under
from widgets.maze_view.picture import Picture
from widgets.services.context import Context
from widgets.style import theme

if TYPE_CHECKING:
    from widgets.maze_view.canvas import MazeCanvas

Row = tuple[str, float, float | None]
"""Name, value before, value after (None where nothing is patched)."""

BAR = 44
"""Pixels of a full bar; more in a presentation."""


class Readout(QWidget):
    """A card that lets pointer events through: what is computed for a square, or what it is where nothing is."""

    def __init__(self, context: Context, picture: Picture, parent: MazeCanvas) -> None:
        super().__init__(parent)
        self._over = parent
        self._context, self._picture = context, picture
        self._title = ""
        self._note = ""
        self._moves: list[Row] = []
        self._others: list[tuple[str, str]] = []
        self._text_scale = 1.0
        self._spot: Spot = (0, 0)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._take_font()
        context.palette_changed.connect(self._take_font)
        self.setAccessibleName("Numbers of the square under the pointer")
        self.hide()

    def show_square(self, square: Square | None, near: QPoint) -> None:
        """Show a square's numbers near a place in the parent's pixels; None hides the card."""
        if square is None or not self._read(square):
            self.hide()
            return
        self._take_font()
        self.resize(self.sizeHint())
        self.move(self._place(near))
        self.raise_()
        self.show()
        self.update()

    def set_text_scale(self, scale: float) -> None:
        """A larger card, for a presentation; 1 is the usual."""
        self._text_scale = scale
        self._take_font()
        self.resize(self.sizeHint())

    def text(self) -> str:
        """The card's words, as lines of text."""
        moves = [
            f"{name} {before:.3f}" + (f" → {after:.3f}" if after is not None else "")
            for name, before, after in self._moves
        ]
        others = [f"{name} {value}" for name, value in self._others]
        return "\n".join([self._title, *([self._note] if self._note else []), *moves, *others])

    def _read(self, square: Square) -> bool:
        picture = self._picture
        maze, original, patched = picture.maze, picture.original, picture.patched
        self._moves, self._others, self._note = [], [], ""
        if not maze.is_open(square):
            return False
        self._title = f"({square[0]}, {square[1]})"
        names = [
            name
            for name, at in (
                ("mouse", maze.mouse),
                ("cheese", maze.cheese),
                ("decision square", picture.decision.square),
                ("pin", square if self._is_pinned(square) else None),
            )
            if at == square
        ]
        if names:
            self._title += "  " + ", ".join(names)
        if square == maze.cheese:
            self._note = "The episode ends here."
            return True
        row = None if original is None else original.index(square)
        if original is None or patched is None or row is None or math.isnan(float(original.value[row])):
            self._note = "Not computed yet."
            return True
        answer = self._context.bridge.answer
        if self._is_pinned(square) and answer is not None and answer.request.maze == maze:
            self._note = pin_lead(answer, square)
        both = patched is not original and not math.isnan(float(patched.value[row]))
        self._moves = [
            (name, float(original.probs[row, move]), float(patched.probs[row, move]) if both else None)
            for move, name in enumerate(MOVES)
        ]
        self._others.append(("Value", _pair(original.value[row], patched.value[row] if both else None)))
        self._others.append(("Arrow", _arrow(original, row)))
        if both:
            self._others.append(("", _arrow(patched, row)))
        return True

    def _is_pinned(self, square: Square) -> bool:
        active = (patch for _, patch in self._context.document.state.stack.active)
        return any(isinstance(patch, SetValue) and patch.square == square for patch in active)

    def _take_font(self, *_: object) -> None:
        """As large as wanted, or as the canvas has room for the card, but no smaller than usual."""
        font, usual = QFont(self._over.font()), 0.9 * self._over.font().pointSizeF()
        font.setPointSizeF(usual * self._text_scale)
        self.setFont(font)
        wanted, room = self.sizeHint(), self._over.size()
        fitting = min((room.width() - 12) / wanted.width(), (room.height() - 12) / wanted.height())
        if self._text_scale > 1 and fitting < 1:
            font.setPointSizeF(usual * max(1.0, self._text_scale * fitting))
            self.setFont(font)

    def _place(self, near: QPoint) -> QPoint:
        """The place where the card covers the fewest squares with arrows; of equally good ones, its present one."""
        places = places_on(self._over.rect(), self.size(), near)
        squares = squares_under(self._over, self._picture.maze, list(places.values()))
        best = [spot for spot, count in zip(places, squares, strict=True) if count == squares.min()]

        def away(spot: Spot) -> int:
            apart = places[spot].center() - near
            return apart.x() ** 2 + apart.y() ** 2

        if not self.isVisible() or self._spot not in best:
            self._spot = max(best, key=away)
        return places[self._spot].topLeft()

    # -- painting

    @property
    def _both(self) -> bool:
        return any(after is not None for _, _, after in self._moves)

    def _bar(self) -> float:
        return BAR * self._text_scale

    def _line(self) -> float:
        return QFontMetricsF(self.font()).height() + 1

    def _name_width(self) -> float:
        return QFontMetricsF(self.font()).horizontalAdvance("RIGHT   ")

    def _number_width(self) -> float:
        wide = QFontMetricsF(theme.number_font(self.font())).horizontalAdvance("0.000 ")
        return max(wide, QFontMetricsF(self.font()).horizontalAdvance("Original  ")) if self._both else wide

    def sizeHint(self) -> QSize:
        metrics, name = QFontMetricsF(self.font()), self._name_width()
        width = max(
            metrics.horizontalAdvance(self._title) * 1.1,
            metrics.horizontalAdvance(self._note),
            name + self._bar() + 6 + self._number_width() * (2 if self._both else 1) if self._moves else 0,
            name + max((metrics.horizontalAdvance(value) * 1.05 for _, value in self._others), default=0),
        )
        lines = 1 + bool(self._note) + self._both + len(self._moves) + len(self._others)
        return QSize(math.ceil(width + 20), math.ceil(lines * self._line() + 12 + (3 if self._moves else 0)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._context.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QColor(palette.panel_raised)
        card.setAlphaF(0.97)
        painter.setPen(QPen(QColor(palette.border), 1))
        painter.setBrush(card)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        y, line = 6.0, self._line()
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        self._text(painter, QRectF(10, y, self.width() - 20, line), self._title, palette.text, bold)
        y += line
        if self._note:
            self._text(painter, QRectF(10, y, self.width() - 20, line), self._note, palette.text_muted, self.font())
            y += line
        if self._both:
            x = 10 + self._name_width() + self._bar() + 6
            for title, colour in (("Original", palette.original), ("Patched", palette.patched)):
                self._text(painter, QRectF(x, y, self._number_width(), line), title, colour, self.font())
                x += self._number_width()
            y += line
        numbers = theme.number_font(self.font())
        name_width = self._name_width()
        for name, before, after in self._moves:
            self._paint_move(painter, y, name, before, after, numbers, name_width)
            y += line
        y += 3 if self._moves else 0
        arrows = 0
        for name, value in self._others:
            # The arrows are below each other, each in its field's hue.
            is_arrow = name != "Value"
            colour = (palette.original, palette.patched)[arrows] if self._both and is_arrow else palette.text
            arrows += is_arrow
            self._text(painter, QRectF(10, y, name_width, line), name, palette.text_muted, self.font())
            self._text(painter, QRectF(10 + name_width, y, self.width(), line), value, colour, numbers)
            y += line

    def _paint_move(
        self, painter: QPainter, y: float, name: str, before: float, after: float | None, font: QFont, left: float
    ) -> None:
        palette, line, number = self._context.palette, self._line(), self._number_width()
        best = max(before for _, before, _ in self._moves) == before
        shown = QFont(self.font())
        shown.setWeight(QFont.Weight.DemiBold if best else QFont.Weight.Normal)
        self._text(painter, QRectF(10, y, left, line), name, palette.text if best else palette.text_muted, shown)
        values = [(before, palette.original)] + ([(after, palette.patched)] if after is not None else [])
        thick = (6.0 if after is None else 4.0) * self._text_scale
        top = y + line / 2 - thick * len(values) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        for value, colour in values:
            painter.setBrush(QColor(palette.border))
            painter.drawRect(QRectF(10 + left, top, self._bar(), thick - 1))
            painter.setBrush(QColor(colour))
            painter.drawRect(QRectF(10 + left, top, self._bar() * value, thick - 1))
            top += thick
        x = 10 + left + self._bar() + 6
        for value, colour in values:
            shade = colour if after is not None else palette.text
            self._text(painter, QRectF(x, y, number, line), f"{value:.3f}", shade, font)
            x += number

    @staticmethod
    def _text(painter: QPainter, box: QRectF, text: str, colour: str, font: QFont) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)


def _pair(before: float, after: float | None) -> str:
    return fixed(before, 3) + (f" → {fixed(after, 3)}" if after is not None else "")


def _arrow(field: VectorField, row: int) -> str:
    up, right = (float(part) for part in field.arrows[row])
    return f"({fixed(up)}, {fixed(right)}) (row, col), length {fixed(math.hypot(up, right))}"
